//! What is registered of a library: which versions, and their manifests.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use headcount_report::{CrateName, Manifest, PlainVersion};
use serde::Serialize;

use super::nobodys;
use crate::collector::Collector;
use crate::error::Error;
use crate::library::Library;

/// The answer to "which versions of this library are registered?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versions {
    /// The library.
    pub library: CrateName,
    /// Its registered versions, oldest release first.
    pub versions: Vec<PlainVersion>,
}

/// Lists the registered versions of a library.
pub(crate) async fn versions(
    State(collector): State<Collector>,
    path: Result<Path<CrateName>, PathRejection>,
) -> Result<Json<Versions>, Error> {
    let Path(name) = path?;
    let library = library(&collector, name).await?;
    let versions = library.versions().iter().map(|version| version.number.clone()).collect();
    Ok(Json(Versions { library: library.name, versions }))
}

/// Answers with the manifest of one version, as it was registered last.
pub(crate) async fn manifest(
    State(collector): State<Collector>,
    path: Result<Path<(CrateName, PlainVersion)>, PathRejection>,
) -> Result<Json<Manifest>, Error> {
    let Path((name, number)) = path?;
    let library = library(&collector, name).await?;
    let version = library.version(&number).ok_or_else(|| {
        let name = &library.name;
        Error::NotFound(format!("nobody registered {name} {number} at this collector"))
    })?;
    Ok(Json(library.manifest(version)))
}

async fn library(collector: &Collector, name: CrateName) -> Result<Library, Error> {
    let asked = name.clone();
    let library = collector.read(move |store| store.library(&asked)).await?;
    library.ok_or_else(|| nobodys(&name))
}
