//! Every page of a collector, in every form.
//!
//! Screenshots are left in `target/screenshots`, to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use headcount_browser_tests::check::axe::Axe;
use headcount_browser_tests::check::traffic::Expected;
use headcount_browser_tests::form::FORMS;
use headcount_browser_tests::served::Served;
use headcount_browser_tests::visit::Visit;
use headcount_browser_tests::{Crawl, Finding, Form, Tab, population, tools};
use headcount_tests::root;

/// Nobody has this page.
const NOWHERE: &str = "/nowhere";

/// Pages of one collector, and what is wrong with them.
struct Pages {
    /// Where their screenshots go.
    folder: PathBuf,
    /// Of each address: what is wrong, and in which forms.
    findings: BTreeMap<(String, Finding), Vec<String>>,
    opened: usize,
    compared: usize,
}

impl Pages {
    /// None yet. `name` is that of the collector.
    fn new(name: &str) -> Self {
        let folder = root().join("target/screenshots").join(name);
        // Pages that are gone are not to be looked at.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, findings: BTreeMap::new(), opened: 0, compared: 0 }
    }

    /// Visits a page in all forms; says where it leads to.
    fn visit(&mut self, tab: &mut Tab, axe: &Axe, served: &Served, address: &str) -> Vec<String> {
        let url = format!("{}{address}", served.origin());
        let status = if address == NOWHERE { 404 } else { 200 };
        let expected = Expected { origin: served.origin(), url: &url, status };
        let mut links = Vec::new();
        for form in FORMS {
            let visit = Visit::to(tab, axe, expected, form).expect(address);
            let Form { width, colours, .. } = form;
            let name = format!("{}-{width}-{colours}.png", address.replace('/', "_"));
            fs::write(self.folder.join(name), visit.screenshot).unwrap();
            // Twice the same is once enough.
            for finding in visit.findings.into_iter().collect::<BTreeSet<_>>() {
                self.found(address, finding, &form.to_string());
            }
            self.compared += visit.compared;
            links = visit.links;
        }
        self.opened += 1;
        links
    }

    /// Opens whatever can be reached from `/`.
    fn crawl(&mut self, tab: &mut Tab, axe: &Axe, served: &Served) {
        let mut crawl = Crawl::from("/");
        crawl.add(NOWHERE.to_owned());
        while let Some(address) = crawl.next() {
            if address == NOWHERE || self.is_page(served, &address) {
                for link in self.visit(tab, axe, served, &address) {
                    crawl.add(link);
                }
            }
        }
    }

    /// Whether there is a page at an address, rather than something for programs. Nothing at all is
    /// a fault of the page that leads there.
    fn is_page(&mut self, served: &Served, address: &str) -> bool {
        match ureq::get(format!("{}{address}", served.origin())).call() {
            Ok(answer) => {
                let kind = answer.headers().get("content-type");
                kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
            }
            Err(error) => {
                self.found(address, Finding::new("broken link", error.to_string()), "any");
                false
            }
        }
    }

    #[track_caller]
    fn assert_no_finding(&self) {
        let lines = self.findings.iter().map(|((address, finding), forms)| {
            format!("{address} ({}): {finding}", forms.join(", "))
        });
        let lines: Vec<_> = lines.collect();
        assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
    }

    fn found(&mut self, address: &str, finding: Finding, form: &str) {
        self.findings.entry((address.to_owned(), finding)).or_default().push(form.to_owned());
    }
}

#[test]
fn every_page_keeps_what_pages_promise() {
    let Some((chromium, axe)) = tools::found() else { return };
    let mut tab = Tab::new(chromium).unwrap();
    let mut pages = Pages::new("filled");
    pages.crawl(&mut tab, &axe, &Served::filled(population::fill).unwrap());
    println!("{} pages, {} numbers of charts", pages.opened, pages.compared);
    pages.assert_no_finding();
    assert!(pages.compared > 0, "no chart has numbers");
}

#[test]
fn a_collector_without_libraries_has_pages_too() {
    let Some((chromium, axe)) = tools::found() else { return };
    let mut tab = Tab::new(chromium).unwrap();
    let mut pages = Pages::new("empty");
    pages.crawl(&mut tab, &axe, &Served::filled(|_| Ok(())).unwrap());
    pages.assert_no_finding();
}
