//! axe-core, which knows what keeps people from using a page. It comes from npm.

use std::fs;
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::run;

/// Fixed, because new versions have new rules.
const VERSION: &str = "4.14.1";

/// Where npm puts it. The browser's tests look here.
const FOLDER: &str = "target/axe";

/// Has npm install it, unless this very version is there. It has no dependencies.
pub(super) fn install_if_missing() -> Result<()> {
    if is_installed() {
        return Ok(());
    }
    let options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    let package = format!("axe-core@{VERSION}");
    run(Command::new("npm").args(["install", "--prefix", FOLDER]).args(options).arg(package))
}

fn is_installed() -> bool {
    let file = format!("{FOLDER}/node_modules/axe-core/package.json");
    let package = fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    package.is_some_and(|package: Value| package["version"] == VERSION)
}
