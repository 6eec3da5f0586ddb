//! What axe-core finds, which knows the rules for screen readers and contrast.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use headcount_tests::root;
use serde::Deserialize;
use serde_json::json;

use super::call;
use crate::finding::Finding;
use crate::form::Form;
use crate::tab::Tab;

/// Runs it. Only what keeps someone from using a page is a fault; the rest is a matter of taste.
const RUN: &str = r"rules => axe.run({ resultTypes: ['violations'], preload: false, ...rules })
    .then(({ violations }) => violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .map(({ id, help, nodes }) => ({
            id, help, targets: nodes.map(node => node.target.join(' ')),
        })))";

/// What a page can do wrong in the dark after it did right in the light.
const OF_COLOURS: [&str; 2] = ["color-contrast", "link-in-text-block"];

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
    pub fn findings(&self, tab: &mut Tab, form: Form) -> Result<Vec<Finding>> {
        let rules = match form.colours {
            "dark" => json!({"runOnly": OF_COLOURS}),
            _ => json!({}),
        };
        tab.evaluate::<()>(&format!("{}; null", self.source))?;
        let violations: Vec<Violation> = tab.evaluate(&call(RUN, &rules)?)?;
        let finding = |Violation { id, help, targets }| {
            Finding::new(format!("axe {id}"), format!("{help}: {}", targets.join(" | ")))
        };
        Ok(violations.into_iter().map(finding).collect())
    }
}
