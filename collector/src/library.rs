//! What authors registered of their libraries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use headcount_report::manifest::ManifestSite;
use headcount_report::{
    CrateName, Deprecation, FeatureName, Manifest, PlainVersion, SiteKind, SitePath,
};

/// All that is registered of one library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its name.
    pub name: CrateName,
    sites: Vec<Site>,
    by_path: HashMap<SitePath, usize, RandomState>,
    versions: Vec<Version>,
}

/// A site, whichever versions contain it. Its place in [`Library::sites`] never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Where it is.
    pub path: SitePath,
    /// What is counted there.
    pub kind: SiteKind,
}

/// One registered version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: PlainVersion,
    /// The cargo features that it declares.
    pub features: BTreeSet<FeatureName>,
    /// Its sites, by their index, with what the author said when deprecating them.
    pub sites: BTreeMap<usize, Option<Deprecation>>,
    /// Whether it has the site of each index: to be asked for every site of every section.
    has: Vec<bool>,
}

impl Version {
    /// Whether it contains a site.
    #[must_use]
    pub fn contains(&self, site: usize) -> bool {
        self.has.get(site).copied().unwrap_or_default()
    }
}

impl Library {
    /// A library of which nothing is registered yet.
    #[must_use]
    pub fn new(name: CrateName) -> Self {
        Self { name, sites: Vec::new(), by_path: HashMap::default(), versions: Vec::new() }
    }

    /// Every site that some version contains or contained, by its permanent index.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The permanent index of a site.
    #[must_use]
    pub fn site<T: AsRef<str>>(&self, path: &SitePath<T>) -> Option<usize> {
        self.by_path.get(path.as_str()).copied()
    }

    /// The registered versions, oldest release first.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// One registered version.
    #[must_use]
    pub fn version<T: AsRef<str>>(&self, number: &PlainVersion<T>) -> Option<&Version> {
        self.versions.iter().find(|version| version.number.as_str() == number.as_str())
    }

    /// The versions that contain a site, oldest release first.
    pub fn versions_with(&self, site: usize) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(move |version| version.contains(site))
    }

    /// Whether a version is of the latest release line: whoever asks for the latest registered
    /// version, as cargo reads a requirement, may get it.
    #[must_use]
    pub fn is_in_latest_line(&self, version: &PlainVersion) -> bool {
        let latest = self.versions.last().map(|latest| line(&latest.number));
        latest.is_some_and(|latest| latest == line(version))
    }

    /// The name of the latest release line: `2`, `0.3`, `0.0.5`.
    #[must_use]
    pub fn latest_line(&self) -> Option<String> {
        let numbers = line(&self.versions.last()?.number);
        Some(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))
    }

    /// The manifest of a registered version, as it was registered last.
    #[must_use]
    pub fn manifest(&self, version: &Version) -> Manifest {
        let site = |(index, deprecated): (&usize, &Option<Deprecation>)| {
            let Site { path, kind } = self.sites[*index].clone();
            (path, ManifestSite { kind, deprecated: deprecated.clone() })
        };
        Manifest {
            headcount: 1,
            library: self.name.clone(),
            version: version.number.clone(),
            features: version.features.clone(),
            sites: version.sites.iter().map(site).collect(),
        }
    }

    /// Gives the next free index to a site, unless it has one.
    pub(crate) fn add_site(&mut self, site: Site) -> usize {
        if let Some(index) = self.site(&site.path) {
            return index;
        }
        let index = self.sites.len();
        self.by_path.insert(site.path.clone(), index);
        self.sites.push(site);
        index
    }

    /// Adds a version or replaces it; sites that are new get the next free indices.
    pub(crate) fn put(&mut self, manifest: &Manifest) {
        let mut sites = BTreeMap::new();
        for (path, site) in &manifest.sites {
            let index = self.add_site(Site { path: path.clone(), kind: site.kind });
            sites.insert(index, site.deprecated.clone());
        }
        let mut has = vec![false; self.sites.len()];
        for site in sites.keys() {
            has[*site] = true;
        }
        let number = manifest.version.clone();
        self.versions.retain(|version| version.number != number);
        self.versions.push(Version { number, features: manifest.features.clone(), sites, has });
        self.versions.sort_by_key(|version| version.number.numbers());
    }
}

/// The numbers that two compatible versions share: up to the first that is not zero.
fn line(version: &PlainVersion) -> Vec<u32> {
    let numbers = version.numbers();
    let first = numbers.iter().position(|number| *number > 0).unwrap_or(2);
    numbers[..=first].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_line_is_what_cargo_takes_for_compatible() {
        let lines = ["2.1.0", "2.9.3", "0.3.1", "0.3.9", "0.0.5", "0.0.6", "0.0.0"]
            .map(|version| line(&version.parse().unwrap()));
        let expected: [&[u32]; 7] =
            [&[2], &[2], &[0, 3], &[0, 3], &[0, 0, 5], &[0, 0, 6], &[0, 0, 0]];
        assert_eq!(lines, expected);
    }
}
