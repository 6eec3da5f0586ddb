//! What a collector would say if everybody took part, counted without a collector.

use std::collections::BTreeMap;

use headcount_report::{
    CrateName, Fact, FeatureName, Manifest, PlainVersion, RustcVersion, Section, SitePath,
    SystemVersion, Target,
};

/// So many of so many sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Those that have it.
    pub count: u64,
    /// Those that could have it, and would say.
    pub of: u64,
}

impl Part {
    /// From 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a population is far below 2^53")]
        let float = |count: u64| count as f64;
        float(self.count) / float(self.of.max(1))
    }
}

/// What is true of one week, over everybody who used the library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// Sections that there would be.
    pub sections: u64,
    /// Of these, those of a version.
    pub versions: BTreeMap<PlainVersion, Part>,
    /// Of the sections of versions that contain a site, those that call it.
    pub called: BTreeMap<SitePath, Part>,
    /// Of the scanned ones among them, those that have it linked.
    pub linked: BTreeMap<SitePath, Part>,
    /// Of the sections of versions that declare a feature, those that have it on.
    pub features: BTreeMap<FeatureName, Part>,
    /// Of the sections that name a compiler.
    pub rustc: BTreeMap<RustcVersion, Part>,
    /// Of the sections that name a target.
    pub target: BTreeMap<Target, Part>,
    /// Of the sections that name a version of the dependency.
    pub dependencies: BTreeMap<(CrateName, PlainVersion), Part>,
    /// Of the sections that name a version of the system library.
    pub system: BTreeMap<(CrateName, SystemVersion), Part>,
}

impl Truth {
    /// Counts the sections of everybody.
    #[must_use]
    pub fn of(manifests: &[Manifest], sections: impl Iterator<Item = Section>) -> Self {
        let mut truth = Self::default();
        let mut dependencies = BTreeMap::<CrateName, u64>::new();
        let mut system = BTreeMap::<CrateName, u64>::new();
        for section in sections {
            truth.sections += 1;
            add(&mut truth.versions, &section.version, true);
            if let Some(manifest) = manifests.iter().find(|one| one.version == section.version) {
                truth.add_sites(manifest, &section);
            }
            section.rustc.iter().for_each(|rustc| add(&mut truth.rustc, rustc, true));
            section.target.iter().for_each(|target| add(&mut truth.target, target, true));
            for (name, versions) in section.dependencies {
                *dependencies.entry(name.clone()).or_default() += 1;
                for version in versions {
                    add(&mut truth.dependencies, &(name.clone(), version), true);
                }
            }
            for (name, versions) in section.system {
                *system.entry(name.clone()).or_default() += 1;
                for version in versions {
                    add(&mut truth.system, &(name.clone(), version), true);
                }
            }
        }
        truth.set_totals(&dependencies, &system);
        truth
    }

    fn add_sites(&mut self, manifest: &Manifest, section: &Section) {
        for path in manifest.sites.keys() {
            let has = |fact| section.sites.get(path).is_some_and(|facts| facts.contains(fact));
            add(&mut self.called, path, has(Fact::Called));
            if section.scanned {
                add(&mut self.linked, path, has(Fact::Linked));
            }
        }
        if let Some(features) = &section.features {
            for feature in &manifest.features {
                add(&mut self.features, feature, features.contains(feature));
            }
        }
    }

    /// Gives open values what they are a part of, which is known at the end. Every simulated section
    /// names a compiler and a target.
    fn set_totals(
        &mut self,
        dependencies: &BTreeMap<CrateName, u64>,
        system: &BTreeMap<CrateName, u64>,
    ) {
        let all = self.sections;
        self.versions.values_mut().for_each(|part| part.of = all);
        self.rustc.values_mut().for_each(|part| part.of = all);
        self.target.values_mut().for_each(|part| part.of = all);
        self.dependencies.iter_mut().for_each(|((name, _), part)| part.of = dependencies[name]);
        self.system.iter_mut().for_each(|((name, _), part)| part.of = system[name]);
    }
}

fn add<K: Ord + Clone>(parts: &mut BTreeMap<K, Part>, key: &K, has: bool) {
    let part = match parts.get_mut(key) {
        Some(part) => part,
        None => parts.entry(key.clone()).or_default(),
    };
    part.of += 1;
    part.count += u64::from(has);
}
