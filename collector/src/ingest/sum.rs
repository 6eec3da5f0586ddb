//! A section becomes bits: what is known of each is a counter to raise, and nothing else is kept.

use headcount_report::{
    Fact, Facts, FeatureName, PlainVersion, RustcVersion, Section, SystemVersion, Target,
};
use smol_str::SmolStr;

use crate::library::{Library, Version};
use crate::store::{Bit, Bits, Dimension, Subject};

/// One section, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The counters that it raises.
    pub bits: Bits,
    /// Whether a manifest of its version stands.
    pub is_known: bool,
    /// How many of its sites that manifest has not.
    pub unknown_sites: u64,
}

/// Takes a section apart, with what is registered of its library.
///
/// A section of a version that no manifest has raises only the counter of such sections. Were it
/// taken as one of the version's, then sites that are registered later would miss it in their
/// count and have it in their denominator: their shares would be wrong.
#[must_use]
pub fn sum<T: AsRef<str>>(section: &Section<T>, library: Option<&Library>) -> Sum {
    let version = library.and_then(|library| library.version(&section.version));
    let (mut sites, mut words) = (Vec::new(), Vec::with_capacity(16));
    let mut unknown_sites = 0;
    match (library, version) {
        (None, _) => words.push(Bit::new(Dimension::UnknownLibrary, "")),
        (_, None) => words.push(Bit::new(Dimension::UnknownVersion, "")),
        (Some(library), Some(version)) => {
            words.push(Bit::new(Dimension::Sections, ""));
            if section.scanned {
                words.push(Bit::new(Dimension::Scanned, ""));
            }
            sites = known_sites(section, library, version);
            unknown_sites = section.sites.len() - sites.len();
            if unknown_sites > 0 {
                words.push(Bit::new(Dimension::UnknownSites, ""));
            }
            build_words(section, version, &mut words);
        }
    }
    let subject = Subject {
        library: library.map(|library| library.name.clone()),
        version: version.map(|version| version.number.clone()),
        origin: section.origin,
    };
    let bits = Bits { id: section.id, subject, sites, words };
    Sum { bits, is_known: version.is_some(), unknown_sites: unknown_sites as u64 }
}

/// What was seen of each site that the version's manifest has.
///
/// A share of linked is one of scanned sections, so only these count there.
fn known_sites<T: AsRef<str>>(
    section: &Section<T>,
    library: &Library,
    version: &Version,
) -> Vec<(u32, Facts)> {
    let mut sites = Vec::with_capacity(section.sites.len());
    for (path, facts) in &section.sites {
        let site = library.site(path).filter(|site| version.contains(*site));
        let Some(Ok(site)) = site.map(u32::try_from) else { continue };
        let mut facts = *facts;
        if !section.scanned {
            facts.remove(Fact::Linked);
        }
        sites.push((site, facts));
    }
    sites
}

/// What the section says about the builds: each fact, and that it says anything of the kind.
fn build_words<T: AsRef<str>>(section: &Section<T>, version: &Version, words: &mut Vec<Bit>) {
    add_set(Dimension::Rustc, section.rustc.iter().map(RustcVersion::as_str), words);
    add_set(Dimension::Target, section.target.iter().map(Target::as_str), words);
    if let Some(features) = &section.features {
        words.push(Bit::new(Dimension::Feature, ""));
        let features = features.iter().map(FeatureName::as_str);
        let declared = features.filter(|feature| version.features.contains(*feature));
        words.extend(declared.map(|feature| Bit::new(Dimension::Feature, feature)));
    }
    for (name, versions) in &section.dependencies {
        let versions = versions.iter().map(PlainVersion::as_str);
        add_versions(Dimension::Dependency, name.as_str(), versions, words);
    }
    for (name, versions) in &section.system {
        let versions = versions.iter().map(SystemVersion::as_str);
        add_versions(Dimension::System, name.as_str(), versions, words);
    }
}

fn add_set<'a>(
    dimension: Dimension,
    values: impl ExactSizeIterator<Item = &'a str>,
    words: &mut Vec<Bit>,
) {
    if values.len() > 0 {
        words.push(Bit::new(dimension, ""));
    }
    words.extend(values.map(|value| Bit::new(dimension, value)));
}

fn add_versions<'a>(
    dimension: Dimension,
    name: &str,
    versions: impl Iterator<Item = &'a str>,
    words: &mut Vec<Bit>,
) {
    words.push(Bit::new(dimension, name));
    let value = |version| SmolStr::from_iter([name, " ", version]);
    words.extend(versions.map(|version| Bit::new(dimension, value(version))));
}

#[cfg(test)]
mod tests {
    use headcount_report::{Manifest, Report};
    use serde_json::json;

    use super::*;

    fn library() -> Library {
        let manifest = json!({
            "headcount": 1, "library": "counted", "version": "1.4.2", "features": ["std"],
            "sites": {"a": {"kind": "fn"}, "b": {"kind": "fn"}},
        });
        let manifest = Manifest::decode(manifest.to_string().as_bytes()).unwrap();
        let mut library = Library::new(manifest.library.clone());
        library.put(&manifest);
        library
    }

    /// The bits of a section that differs from a plain one in some fields.
    fn bits_of(fields: &serde_json::Value) -> (Vec<String>, u64) {
        let mut section = json!({
            "id": "00000000000000000000000000000001", "library": "counted", "version": "1.4.2",
            "origin": "developer", "scanned": true, "sites": {},
        });
        section.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let report = json!({"headcount": 1, "week": "2026-W47", "sections": [section]});
        let report = Report::decode(report.to_string().as_bytes()).unwrap();
        let sum = sum(&report.sections[0], Some(&library()));
        let word =
            |bit: &Bit| format!("{} {}", bit.dimension.as_str(), bit.value).trim().to_owned();
        let mut bits: Vec<String> = sum.bits.words.iter().map(word).collect();
        for (site, facts) in sum.bits.sites {
            bits.extend(facts.iter().map(|fact| format!("{} {site}", fact.as_str())));
        }
        (bits, sum.unknown_sites)
    }

    #[track_caller]
    fn check(fields: &serde_json::Value, bits: &[&str]) {
        assert_eq!(bits_of(fields).0, bits);
    }

    #[test]
    fn a_section_becomes_bits() {
        check(&json!({}), &["sections", "scanned"]);
        check(&json!({"scanned": false}), &["sections"]);
        check(
            &json!({"sites": {"b": ["linked", "called"]}}),
            &["sections", "scanned", "linked 1", "called 1"],
        );
        check(
            &json!({"sites": {"b": ["linked", "called"]}, "scanned": false}),
            &["sections", "called 1"],
        );
        check(
            &json!({"rustc": ["1.94", "1.95"], "dependencies": {"libz-sys": ["1.1.23"]}}),
            &[
                "sections",
                "scanned",
                "rustc",
                "rustc 1.94",
                "rustc 1.95",
                "dependency libz-sys",
                "dependency libz-sys 1.1.23",
            ],
        );
        check(
            &json!({"features": ["std", "mine"]}),
            &["sections", "scanned", "feature", "feature std"],
        );
        check(&json!({"version": "9.0.0", "sites": {"a": ["called"]}}), &["unknown version"]);
    }

    #[test]
    fn unknown_sites_leave_the_rest_in_place() {
        let (bits, unknown) = bits_of(&json!({"sites": {"a": ["called"], "x": ["called"]}}));
        assert_eq!(bits, ["sections", "scanned", "unknown sites", "called 0"]);
        assert_eq!(unknown, 1);
    }
}
