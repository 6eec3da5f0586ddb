//! Several builds of one library version, for other platforms or with other features: one manifest.

use std::fmt;

use super::{Manifest, ManifestSite};

/// Why manifests are not of one and the same source.
#[derive(Debug, thiserror::Error)]
#[error("{first} and {second} are not of the same source{}", self.lines())]
pub struct MergeError {
    /// Where one manifest comes from.
    pub first: String,
    /// Where the other does.
    pub second: String,
    /// Everything in which they differ, but for sites that only one of them has.
    pub contradictions: Vec<Contradiction>,
}

/// Something that two manifests of one library version say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contradiction {
    /// What it is about.
    pub what: String,
    /// What the first says.
    pub first: String,
    /// What the second says.
    pub second: String,
}

/// Unites the sites of manifests, each with the name of where it comes from.
///
/// # Errors
/// When two of them are of different libraries, versions or declared features, or say something
/// else about a site.
///
/// # Panics
/// When there is none.
pub fn merged(sources: &[(String, Manifest)]) -> Result<Manifest, MergeError> {
    for (index, (second, manifest)) in sources.iter().enumerate() {
        for (first, earlier) in &sources[..index] {
            let contradictions = contradictions(earlier, manifest);
            if !contradictions.is_empty() {
                let (first, second) = (first.clone(), second.clone());
                return Err(MergeError { first, second, contradictions });
            }
        }
    }
    let [(_, first), others @ ..] = sources else { panic!("there is nothing to merge") };
    let mut merged = first.clone();
    merged.sites.extend(others.iter().flat_map(|(_, manifest)| manifest.sites.clone()));
    Ok(merged)
}

fn contradictions(first: &Manifest, second: &Manifest) -> Vec<Contradiction> {
    let mut contradictions = Vec::new();
    let mut compare = |what: String, first: String, second: String| {
        if first != second {
            contradictions.push(Contradiction { what, first, second });
        }
    };
    let library = |manifest: &Manifest| format!("{} {}", manifest.library, manifest.version);
    let features = |manifest: &Manifest| {
        let names: Vec<_> = manifest.features.iter().map(ToString::to_string).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    compare("the library".to_owned(), library(first), library(second));
    compare("declared features".to_owned(), features(first), features(second));
    for (path, site) in &first.sites {
        if let Some(other) = second.sites.get(path) {
            compare(format!("`{path}`"), site.to_string(), other.to_string());
        }
    }
    contradictions
}

impl MergeError {
    /// One line for each contradiction, to stand below a sentence.
    fn lines(&self) -> String {
        let line = |Contradiction { what, first, second }: &Contradiction| {
            format!("\n  {what}: {first} ({}), {second} ({})", self.first, self.second)
        };
        self.contradictions.iter().map(line).collect()
    }
}

/// `method, since 1.4.0, remove_in 2.0.0, note "use `send`"`.
impl fmt::Display for ManifestSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        let Some(deprecated) = &self.deprecated else { return Ok(()) };
        f.write_str(", deprecated")?;
        let facts = [
            ("since", &deprecated.since),
            ("remove_in", &deprecated.remove_in),
            ("note", &deprecated.note),
        ];
        for (name, value) in facts {
            if let Some(value) = value {
                write!(f, ", {name} {value:?}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::manifest;

    fn named(name: &str, manifest: Manifest) -> (String, Manifest) {
        (name.to_owned(), manifest)
    }

    #[track_caller]
    fn check(sources: &[(String, Manifest)], said: &str) {
        assert_eq!(merged(sources).unwrap_err().to_string(), said);
    }

    #[test]
    fn sites_of_all_are_united() {
        let linux = manifest("1.4.2", &["a fn", "linux::b method"]);
        let windows = manifest("1.4.2", &["a fn", "windows::c fn"]);
        let both = merged(&[named("this build", linux), named("windows.json", windows)]).unwrap();
        assert_eq!(both, manifest("1.4.2", &["a fn", "linux::b method", "windows::c fn"]));
    }

    #[test]
    fn the_two_that_differ_are_named_with_all_differences() {
        let of = |version, site| manifest(version, &[site]);
        check(
            &[
                named("this build", of("1.4.2", "b fn")),
                named("linux.json", of("1.4.2", "a fn")),
                named("windows.json", of("1.4.3", "a method old")),
            ],
            "this build and windows.json are not of the same source\n  \
             the library: counted 1.4.2 (this build), counted 1.4.3 (windows.json)",
        );
        check(
            &[
                named("this build", of("1.4.2", "b fn")),
                named("linux.json", of("1.4.2", "a fn")),
                named("windows.json", of("1.4.2", "a fn old")),
            ],
            "linux.json and windows.json are not of the same source\n  \
             `a`: fn (linux.json), fn, deprecated, since \"1.2.0\" (windows.json)",
        );
    }

    #[test]
    fn other_features_are_another_source() {
        let mut other = manifest("1.4.2", &[]);
        other.features = ["std".parse().unwrap()].into();
        let sources = [named("a", manifest("1.4.2", &[])), named("b", other)];
        let error = merged(&sources).unwrap_err();
        let known = Contradiction {
            what: "declared features".to_owned(),
            first: "none".to_owned(),
            second: "std".to_owned(),
        };
        assert_eq!(error.contradictions, [known]);
    }
}
