//! What is installed beside Rust: a browser, and axe-core.

use std::env;

use headcount_tests::has_tool;

use crate::check::axe::Axe;
use crate::chromium::Chromium;

/// A browser and the rules to look at pages with; none where they are missing, as tests of tools
/// are skipped there.
///
/// # Panics
/// Where they do not work, and in CI where they are missing.
#[must_use]
pub fn found() -> Option<(Chromium, Axe)> {
    let program = has_tool("chromium").then(Chromium::program).flatten()?;
    let file = Axe::file();
    if !file.is_file() {
        let is_ci = env::var("CI").is_ok_and(|value| value == "true");
        assert!(!is_ci, "axe-core is missing, and in CI no test is skipped");
        eprintln!("skipped: axe-core is missing; `cargo xtask test` installs it");
        return None;
    }
    let axe = Axe::read(&file).expect("axe-core can be read");
    Some((Chromium::start(&program).expect("Chromium starts"), axe))
}
