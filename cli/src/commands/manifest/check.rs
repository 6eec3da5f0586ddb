//! What `--check` says.

use anstream::{print, println};
use anyhow::ensure;
use headcount_report::manifest::Changes;
use headcount_report::{CrateName, Manifest, PlainVersion, SitePath};
use serde::Serialize;

use crate::output::{self, ERROR, count};

/// What is printed for programs.
#[derive(Serialize)]
struct Found<'a> {
    library: &'a CrateName,
    version: &'a PlainVersion,
    published: Vec<&'a PlainVersion>,
    refused: bool,
    #[serde(flatten)]
    changes: &'a Changes,
}

/// Compares with published manifests and prints what was found. Returns whether all of it may be.
pub(super) fn passes(
    published: &[Manifest],
    manifest: &Manifest,
    json: bool,
) -> anyhow::Result<bool> {
    let Manifest { library, version, .. } = manifest;
    for other in published {
        ensure!(
            other.library == *library,
            "a manifest of {} says nothing about the sites of {library}",
            other.library
        );
    }
    let changes = Changes::between(published, manifest);
    let refused = changes.are_refused();
    if json {
        let published = published.iter().map(|manifest| &manifest.version).collect();
        output::json(&Found { library, version, published, refused, changes: &changes })?;
    } else {
        print_changes(manifest, &changes);
    }
    Ok(!refused)
}

fn print_changes(manifest: &Manifest, changes: &Changes) {
    let (refused, allowed) = (refused(changes), allowed(changes));
    let mut table = output::table();
    for (what, path, remark) in refused.iter().chain(&allowed) {
        table.add_row([*what, path.as_str(), remark]);
    }
    if !table.is_empty() {
        println!("{}", output::finish(table));
    }
    let sites = count(manifest.sites.len(), "site", "sites");
    print!("{} {}, {sites}: ", manifest.library, manifest.version);
    match (refused.len(), allowed.len()) {
        (0, 0) => println!("nothing changed"),
        (0, _) => println!("nothing is refused"),
        (number, _) => {
            println!("{ERROR}{} refused{ERROR:#}", count(number, "change is", "changes are"));
        }
    }
}

/// What happened, to which site, and what there is to say about it.
type Row<'a> = (&'static str, &'a SitePath, String);

fn refused(changes: &Changes) -> Vec<Row<'_>> {
    let removed = changes.removed.iter().map(|path| {
        let remark = "deprecate it before, or keep its name by `name = \"..\"`";
        ("removed", path, remark.to_owned())
    });
    let reused = changes.reused.iter().map(|(path, reused)| {
        let remark = format!("a site of this name ended with {}; take another", reused.last_in);
        ("reused", path, remark)
    });
    let kind_changed = changes.kind_changed.iter().map(|(path, kind)| {
        let remark =
            format!("{}, was {}; give it another `name`", kind.is.as_str(), kind.was.as_str());
        ("kind changed", path, remark)
    });
    removed.chain(reused).chain(kind_changed).collect()
}

fn allowed(changes: &Changes) -> Vec<Row<'_>> {
    let added = changes.added.iter().map(|path| ("added", path, String::new()));
    let retired =
        changes.retired.iter().map(|path| ("retired", path, "it was deprecated".to_owned()));
    let deprecation = changes.deprecation_changed.iter().map(|(path, site)| {
        ("deprecation changed", path, format!("{}, was {}", site.is, site.was))
    });
    added.chain(retired).chain(deprecation).collect()
}
