//! Every route at its path, through the real router, without a socket.

mod encodings;
mod operation;
mod pages;
mod support;
mod v1_export;
mod v1_features;
mod v1_libraries;
mod v1_manifests;
mod v1_removal;
mod v1_reports;
mod v1_series;
mod v1_versions;
