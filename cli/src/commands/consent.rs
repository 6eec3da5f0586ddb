//! To be written.

use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct OnArgs {}
#[derive(clap::Args)]
pub(crate) struct OffArgs {}
#[derive(clap::Args)]
pub(crate) struct StatusArgs {}

pub(crate) fn on(_: &OnArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
pub(crate) fn off(_: &OffArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
pub(crate) fn status(_: &StatusArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
