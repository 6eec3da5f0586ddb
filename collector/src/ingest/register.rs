//! A request with a manifest, and why one is refused.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use headcount_report::limits::MAX_MANIFEST_BYTES;
use headcount_report::manifest::{Changes, Reused};
use headcount_report::{CrateName, Manifest, PlainVersion, SitePath};
use serde::Serialize;

use crate::collector::Collector;
use crate::error::Error;
use crate::ingest::body::Content;
use crate::library::{Library, Site};
use crate::store::Store;
use crate::token::{self, Scope};

/// The answer to a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// The library.
    pub library: CrateName,
    /// Its version.
    pub version: PlainVersion,
    /// How many sites the version has.
    pub sites: usize,
    /// How many of them the library did not have before.
    pub new_sites: usize,
    /// Whether it is the first manifest of this version.
    #[serde(skip)]
    pub is_new: bool,
}

/// Registers the manifest of one library version.
pub(crate) async fn register(
    State(collector): State<Collector>,
    path: Result<Path<(CrateName, PlainVersion)>, PathRejection>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Registered>), Error> {
    let Path((library, version)) = path?;
    let tokens = collector.read(Store::tokens).await?;
    token::authorise(&headers, &library, &tokens).inspect_err(|error| {
        // A library's author should hear of it; requests about others are anybody's.
        if tokens.iter().any(|row| row.token.scope == Scope::Library(library.clone())) {
            let status = error.status().as_u16();
            tracing::warn!(%library, status, "refused a token");
        }
    })?;
    let Content(body, room) =
        Content::<MAX_MANIFEST_BYTES>::from_request(request, &collector).await?;
    let manifest = read(&body, &library, &version)?;
    let registered = collector.writer.register(manifest, room).await?;
    let Registered { sites, new_sites, is_new, .. } = registered;
    tracing::info!(%library, %version, sites, new_sites, is_new, "registered");
    let status = if registered.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(registered)))
}

fn read(body: &[u8], library: &CrateName, version: &PlainVersion) -> Result<Manifest, Error> {
    let manifest = Manifest::decode(body).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        Error::Unreadable(format!("{error}{}", cause.unwrap_or_default()))
    })?;
    if (&manifest.library, &manifest.version) != (library, version) {
        return Err(Error::Unreadable(format!(
            "the manifest is of {} {}, the address says {library} {version}",
            manifest.library, manifest.version
        )));
    }
    Ok(manifest)
}

/// The sites that a manifest adds to its library, in the order of their indices to be.
pub(crate) fn new_sites(library: &Library, manifest: &Manifest) -> Vec<Site> {
    let sites = manifest.sites.iter().filter(|(path, _)| library.site(path).is_none());
    sites.map(|(path, site)| Site { path: path.clone(), kind: site.kind }).collect()
}

/// What stands against a manifest; empty when nothing does.
///
/// A known site keeps its kind, and a name that earlier versions gave up stays so: were it another
/// thing by the same name, old sums would be taken for its own. And a version whose sections are being counted keeps its sites: one that came late
/// would miss the earlier sections in its count and have them in its denominator.
pub(crate) fn differences(library: &Library, manifest: &Manifest, is_counted: bool) -> Vec<String> {
    let mut differences = kind_differences(library, manifest);
    differences.extend(reused_names(library, manifest));
    if is_counted {
        differences.extend(version_differences(library, manifest));
    }
    differences
}

fn kind_differences(library: &Library, manifest: &Manifest) -> Vec<String> {
    let difference = |(path, site): (&SitePath, &headcount_report::manifest::ManifestSite)| {
        let known = library.sites()[library.site(path)?].kind;
        (known != site.kind).then(|| {
            let (known, kind) = (known.as_str(), site.kind.as_str());
            format!("`{path}` is registered as {known}, the manifest says {kind}")
        })
    };
    manifest.sites.iter().filter_map(difference).collect()
}

/// Sites that come back after a version without them. A version that is older than some registered
/// ones, as a backport is, is compared with those before it only.
fn reused_names(library: &Library, manifest: &Manifest) -> Vec<String> {
    let version = library.version(&manifest.version);
    let earlier = library
        .versions()
        .iter()
        .filter(|earlier| earlier.number.numbers() < manifest.version.numbers());
    let earlier: Vec<Manifest> = earlier.map(|earlier| library.manifest(earlier)).collect();
    let is_registered = |path: &SitePath| {
        let site = library.site(path);
        site.is_some_and(|site| version.is_some_and(|version| version.sites.contains_key(&site)))
    };
    let reused = Changes::between(&earlier, manifest).reused.into_iter();
    let reused = reused.filter(|(path, _)| !is_registered(path));
    reused
        .map(|(path, Reused { last_in })| {
            format!("`{path}` was given up after {last_in}; give the new site another name")
        })
        .collect()
}

fn version_differences(library: &Library, manifest: &Manifest) -> Vec<String> {
    let Some(version) = library.version(&manifest.version) else {
        return Vec::new();
    };
    let known: BTreeSet<&SitePath> =
        version.sites.keys().map(|site| &library.sites()[*site].path).collect();
    let given: BTreeSet<&SitePath> = manifest.sites.keys().collect();
    let number = &version.number;
    let missing = known.difference(&given).map(|path| format!("`{path}` is missing"));
    let added = given.difference(&known).map(|path| format!("`{path}` is new in {number}"));
    let mut differences: Vec<String> = missing.chain(added).collect();
    if version.features != manifest.features {
        differences.push(format!("the features of {number} are others"));
    }
    differences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(sites: &serde_json::Value, features: &[&str]) -> Manifest {
        let manifest = json!({
            "headcount": 1, "library": "counted", "version": "1.0.0", "features": features,
            "sites": sites,
        });
        Manifest::decode(manifest.to_string().as_bytes()).unwrap()
    }

    #[track_caller]
    fn check(sites: &serde_json::Value, features: &[&str], counted: &[&str], uncounted: &[&str]) {
        let known = manifest(&json!({"a": {"kind": "fn"}, "b": {"kind": "method"}}), &["std"]);
        let mut library = Library::new(known.library.clone());
        library.put(&known);
        let manifest = manifest(sites, features);
        assert_eq!(differences(&library, &manifest, true), counted);
        assert_eq!(differences(&library, &manifest, false), uncounted);
    }

    #[test]
    fn differences_are_named() {
        let same = json!({"a": {"kind": "fn"}, "b": {"kind": "method"}});
        check(&same, &["std"], &[], &[]);
        let noted =
            json!({"a": {"kind": "fn", "deprecated": {"note": "use b"}}, "b": {"kind": "method"}});
        check(&noted, &["std"], &[], &[]);
        let kind = json!({"a": {"kind": "used"}, "b": {"kind": "method"}});
        let other = "`a` is registered as fn, the manifest says used";
        check(&kind, &["std"], &[other], &[other]);
        let sites = json!({"a": {"kind": "fn"}, "c": {"kind": "fn"}});
        check(&sites, &["std"], &["`b` is missing", "`c` is new in 1.0.0"], &[]);
        check(&same, &["std", "tls"], &["the features of 1.0.0 are others"], &[]);
    }
}
