//! A section becomes bits: what is known of each is a counter to raise, and nothing else is kept.

use headcount_report::{Fact, Section};

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
pub fn sum(section: &Section, library: Option<&Library>) -> Sum {
    let version = library.and_then(|library| library.version(&section.version));
    let mut bits = Vec::new();
    let mut unknown_sites = 0;
    match (library, version) {
        (None, _) => bits.push(bit(Dimension::UnknownLibrary, "")),
        (_, None) => bits.push(bit(Dimension::UnknownVersion, "")),
        (Some(library), Some(version)) => {
            unknown_sites = site_bits(section, library, version, &mut bits);
            build_bits(section, version, &mut bits);
        }
    }
    let subject = Subject {
        library: library.map(|library| library.name.clone()),
        version: version.map(|version| version.number.clone()),
        origin: section.origin,
    };
    let bits = Bits { id: section.id, subject, bits };
    Sum { bits, is_known: version.is_some(), unknown_sites }
}

/// The section itself and what was seen of its sites. Returns how many sites are unknown.
fn site_bits(section: &Section, library: &Library, version: &Version, bits: &mut Vec<Bit>) -> u64 {
    bits.push(bit(Dimension::Sections, ""));
    if section.scanned {
        bits.push(bit(Dimension::Scanned, ""));
    }
    let mut unknown_sites = 0;
    for (path, facts) in &section.sites {
        let Some(site) = library.site(path).filter(|site| version.sites.contains_key(site)) else {
            unknown_sites += 1;
            continue;
        };
        let site = site.to_string();
        bits.extend(facts.iter().filter_map(|fact| fact_bit(*fact, section, &site)));
    }
    if unknown_sites > 0 {
        bits.push(bit(Dimension::UnknownSites, ""));
    }
    unknown_sites
}

/// The counter of a fact. A share of linked is one of scanned sections, so only these count there.
fn fact_bit(fact: Fact, section: &Section, site: &str) -> Option<Bit> {
    let dimension = match fact {
        Fact::Linked if !section.scanned => return None,
        Fact::Linked => Dimension::Linked,
        Fact::Called => Dimension::Called,
        Fact::Called100 => Dimension::Called100,
        Fact::Called10000 => Dimension::Called10000,
    };
    Some(bit(dimension, site))
}

/// What the section says about the builds: each fact, and that it says anything of the kind.
fn build_bits(section: &Section, version: &Version, bits: &mut Vec<Bit>) {
    set_bits(Dimension::Rustc, section.rustc.iter().map(ToString::to_string), bits);
    set_bits(Dimension::Target, section.target.iter().map(ToString::to_string), bits);
    if let Some(features) = &section.features {
        bits.push(bit(Dimension::Feature, ""));
        let declared = features.intersection(&version.features);
        bits.extend(declared.map(|feature| bit(Dimension::Feature, feature.as_str())));
    }
    for (name, versions) in &section.dependencies {
        version_bits(Dimension::Dependency, name.as_str(), versions, bits);
    }
    for (name, versions) in &section.system {
        version_bits(Dimension::System, name.as_str(), versions, bits);
    }
}

fn set_bits(
    dimension: Dimension,
    values: impl ExactSizeIterator<Item = String>,
    bits: &mut Vec<Bit>,
) {
    if values.len() > 0 {
        bits.push(bit(dimension, ""));
    }
    bits.extend(values.map(|value| Bit { dimension, value }));
}

fn version_bits<'version, V: std::fmt::Display + 'version>(
    dimension: Dimension,
    name: &str,
    versions: impl IntoIterator<Item = &'version V>,
    bits: &mut Vec<Bit>,
) {
    bits.push(bit(dimension, name));
    let value = |version| format!("{name} {version}");
    bits.extend(versions.into_iter().map(|version| Bit { dimension, value: value(version) }));
}

fn bit(dimension: Dimension, value: &str) -> Bit {
    Bit { dimension, value: value.to_owned() }
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
        let word = |bit: Bit| format!("{} {}", bit.dimension.as_str(), bit.value).trim().to_owned();
        (sum.bits.bits.into_iter().map(word).collect(), sum.unknown_sites)
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
        assert_eq!(bits, ["sections", "scanned", "called 0", "unknown sites"]);
        assert_eq!(unknown, 1);
    }
}
