//! What axe-core finds, which knows the rules for screen readers and contrast.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use headcount_tests::root;
use serde::Deserialize;

use crate::finding::Finding;
use crate::tab::Tab;

/// Runs it. Only what keeps someone from using a page is a fault; the rest is a matter of taste.
const RUN: &str = r"axe.run({ resultTypes: ['violations'], preload: false })
    .then(({ violations }) => violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .map(({ id, help, nodes }) => ({
            id, help, targets: nodes.map(node => node.target.join(' ')),
        })))";

/// axe-core's own code, which `cargo xtask test` installs.
#[derive(Debug, Clone)]
pub struct Axe {
    source: String,
}

#[derive(Deserialize)]
struct Violation {
    id: String,
    help: String,
    targets: Vec<String>,
}

impl Axe {
    /// Where it is, once it is installed.
    #[must_use]
    pub fn file() -> PathBuf {
        root().join("target/axe/node_modules/axe-core/axe.min.js")
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(file: &Path) -> Result<Self> {
        Ok(Self { source: fs::read_to_string(file)? })
    }

    /// Looks at the page that is open.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub fn findings(&self, tab: &mut Tab) -> Result<Vec<Finding>> {
        tab.evaluate::<()>(&format!("{}; null", self.source))?;
        let violations: Vec<Violation> = tab.evaluate(RUN)?;
        let finding = |Violation { id, help, targets }| {
            Finding::new(format!("axe {id}"), format!("{help}: {}", targets.join(" | ")))
        };
        Ok(violations.into_iter().map(finding).collect())
    }
}
