//! Every route at its path, through the real router, without a socket.

mod encodings;
mod operation;
mod pages;
mod support;
mod v1_libraries;
mod v1_manifests;
mod v1_removal;
mod v1_reports;
