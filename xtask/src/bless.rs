//! `cargo xtask bless`.

use anyhow::Result;

use crate::tools::{cargo, run};

/// Rewrites all snapshots with what the tests see now.
pub(crate) fn snapshots() -> Result<()> {
    run(cargo("test --workspace --no-fail-fast")
        .env("INSTA_UPDATE", "always")
        .env("INSTA_FORCE_PASS", "1")
        .env("TRYBUILD", "overwrite"))?;
    println!("read what changed, with `git diff`, before you commit it");
    Ok(())
}
