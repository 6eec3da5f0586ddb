//! From the records of an rlib to a manifest.

use std::collections::BTreeMap;

use headcount_report::manifest::ManifestSite;
use headcount_report::vocabulary::VocabularyError;
use headcount_report::{BuildRecord, Manifest, Record, SitePath, SiteRecord};
use headcount_sender::places::Place;

/// Why a library has no manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum ListingError {
    /// Counts of these could not be told apart.
    #[error(
        "{library} has several sites of one name; give each its own, with `name = \"...\"`{}",
        lines(sites)
    )]
    SameName {
        /// The library.
        library: String,
        /// The names, each with all places that are known.
        sites: BTreeMap<SitePath, Vec<Place>>,
    },
    /// A version or a feature that no report can name.
    #[error("no report can speak of {library} {version}")]
    Unspeakable {
        /// The library.
        library: String,
        /// Its version.
        version: String,
        /// What is not in the vocabulary.
        source: VocabularyError,
    },
    /// rustc's arguments were not as expected.
    #[error("{library} was built in a way that hides its features; build it with cargo and rustc")]
    NoFeatures {
        /// The library.
        library: String,
    },
}

/// The manifest of `library`, from the records of its rlib; `None` if it is not a counted library.
/// `places` is asked for all sites of the rlib when two have one name.
pub(super) fn manifest(
    library: &str,
    records: &[Record],
    places: impl FnOnce() -> Vec<(Place, SiteRecord)>,
) -> Result<Option<Manifest>, ListingError> {
    let build = records.iter().find_map(|record| match record {
        Record::Build(build) if build.library.as_str() == library => Some(build),
        _ => None,
    });
    let Some(build) = build else { return Ok(None) };
    let sites = records.iter().filter_map(|record| match record {
        Record::Site(site) if site.library == build.library => Some(site),
        _ => None,
    });
    let features = build.features.as_ref().ok_or_else(|| {
        let library = library.to_owned();
        ListingError::NoFeatures { library }
    })?;
    let features = features.declared.iter().map(|feature| feature.parse());
    Ok(Some(Manifest {
        headcount: 1,
        library: build.library.clone(),
        version: build.version.parse().map_err(|source| unspeakable(build, source))?,
        features: features
            .collect::<Result<_, _>>()
            .map_err(|source| unspeakable(build, source))?,
        sites: by_path(library, sites, places)?,
    }))
}

fn by_path<'a>(
    library: &str,
    sites: impl Iterator<Item = &'a SiteRecord>,
    places: impl FnOnce() -> Vec<(Place, SiteRecord)>,
) -> Result<BTreeMap<SitePath, ManifestSite>, ListingError> {
    let mut by_path = BTreeMap::new();
    let mut repeated = BTreeMap::new();
    for SiteRecord { path, kind, deprecated, .. } in sites {
        let site = ManifestSite { kind: *kind, deprecated: deprecated.clone() };
        if by_path.insert(path.clone(), site).is_some() {
            repeated.insert(path.clone(), Vec::new());
        }
    }
    if !repeated.is_empty() {
        for (place, site) in places() {
            if let Some(places) = repeated.get_mut(&site.path) {
                places.push(place);
            }
        }
        // One place: a static that the compiler put into several objects.
        repeated.retain(|_, places| places.len() != 1);
    }
    if repeated.is_empty() {
        return Ok(by_path);
    }
    Err(ListingError::SameName { library: library.to_owned(), sites: repeated })
}

fn unspeakable(build: &BuildRecord, source: VocabularyError) -> ListingError {
    let BuildRecord { library, version, .. } = build;
    ListingError::Unspeakable { library: library.to_string(), version: version.clone(), source }
}

/// Names and places, to stand below a sentence.
fn lines(sites: &BTreeMap<SitePath, Vec<Place>>) -> String {
    let line = |(path, places): (&SitePath, &Vec<Place>)| {
        let places = places.iter().map(|place| format!("\n    {place}"));
        format!("\n  `{path}`{}", places.collect::<String>())
    };
    sites.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use headcount_report::build::{Features, Source};
    use headcount_report::{FeatureName, SiteKind};

    use super::*;

    fn site(library: &str, path: &str) -> Record {
        Record::Site(SiteRecord {
            library: library.parse().unwrap(),
            version: "1.4.2".to_owned(),
            path: path.parse().unwrap(),
            kind: SiteKind::Fn,
            deprecated: None,
        })
    }

    fn build(version: &str) -> Record {
        Record::Build(BuildRecord {
            library: "counted".parse().unwrap(),
            version: version.to_owned(),
            source: Source::Local,
            collector: None,
            features: Some(Features {
                declared: ["std", "tls"].map(str::to_owned).into(),
                enabled: ["std".to_owned()].into(),
            }),
            dependencies: None,
            rustc: "1.95.0".to_owned(),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            profile: "debug".to_owned(),
            system: BTreeMap::new(),
        })
    }

    fn place(function: &str) -> Place {
        Place { line: None, function: function.to_owned() }
    }

    fn site_record(path: &str) -> SiteRecord {
        match site("counted", path) {
            Record::Site(site) => site,
            other => panic!("{other:?}"),
        }
    }

    /// The manifest of `counted`, where no two sites have one name.
    fn listed(library: &str, records: &[Record]) -> Result<Option<Manifest>, ListingError> {
        manifest(library, records, || panic!("no name is repeated"))
    }

    #[test]
    fn all_declared_features_and_only_own_sites() {
        let records =
            [site("counted", "b"), site("other", "x"), build("1.4.2"), site("counted", "a")];
        let manifest = listed("counted", &records).unwrap().unwrap();
        assert_eq!(manifest.version.as_str(), "1.4.2");
        assert_eq!(
            manifest.features.iter().map(FeatureName::as_str).collect::<Vec<_>>(),
            ["std", "tls"]
        );
        assert_eq!(manifest.sites.keys().map(SitePath::as_str).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn other_libraries_are_not_counted_ones() {
        assert!(listed("counted", &[site("other", "x")]).unwrap().is_none());
        assert!(listed("middle", &[build("1.4.2")]).unwrap().is_none());
    }

    #[test]
    fn two_sites_of_one_name_are_refused() {
        let records = ["a", "b", "a", "c", "c"].map(|path| site("counted", path));
        let records = [&records[..], &[build("1.4.2")]].concat();
        let places = || ["a", "b", "a"].map(|path| (place(path), site_record(path))).into();
        assert_eq!(
            manifest("counted", &records, places).unwrap_err().to_string(),
            "counted has several sites of one name; give each its own, with `name = \"...\"`\n  \
             `a`\n    in a\n    in a\n  `c`"
        );
    }

    #[test]
    fn one_static_in_two_objects_is_one_site() {
        let records = [build("1.4.2"), site("counted", "a"), site("counted", "a")];
        let places = || vec![(place("a"), site_record("a"))];
        let manifest = manifest("counted", &records, places).unwrap().unwrap();
        assert_eq!(manifest.sites.len(), 1);
    }

    #[test]
    fn a_pre_release_has_no_manifest() {
        let error = listed("counted", &[build("1.5.0-rc.1")]).unwrap_err();
        assert_eq!(error.to_string(), "no report can speak of counted 1.5.0-rc.1");
    }
}
