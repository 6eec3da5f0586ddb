//! One page in one form.

use anyhow::{Context, Result};

use crate::check::axe::Axe;
use crate::check::traffic::{self, Expected};
use crate::check::{chart, keyboard, layout};
use crate::finding::Finding;
use crate::form::Form;
use crate::tab::Tab;

/// All links of the page to its own origin, and what its forms would ask with the last choice of
/// every list.
const LINKS: &str = include_str!("visit/links.js");

/// What was seen on one page.
#[derive(Debug)]
pub struct Visit {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Addresses on the same origin.
    pub links: Vec<String>,
    /// The whole page, as PNG.
    pub screenshot: Vec<u8>,
    /// Numbers that charts, tables and the API were compared by.
    pub compared: usize,
}

impl Visit {
    /// Opens a page and looks at it in every way.
    ///
    /// # Errors
    /// When it does not open, or the browser does not do as it is told.
    pub fn to(tab: &mut Tab, axe: &Axe, expected: Expected<'_>, form: Form) -> Result<Self> {
        tab.open(expected.url, form)?;
        let links = tab.evaluate(LINKS)?;
        let screenshot = tab.screenshot()?;
        let mut findings = layout::findings(tab, form)?;
        findings.extend(axe.findings(tab).context("axe-core did not run")?);
        let (compared, wrong) = chart::findings(tab, expected.origin)?;
        findings.extend(wrong);
        findings.extend(keyboard::findings(tab)?);
        findings.extend(traffic::findings(&tab.take_events(), expected));
        Ok(Self { findings, links, screenshot, compared })
    }
}
