//! What `ask features` prints for a person.

use anstream::println;
use comfy_table::Cell;
use headcount_report::SitePath;

use headcount_report::figure::{grouped, percent, percent_at_most};

use super::super::figure;
use super::{Answer, Feature, NeverSeen, Site};
use crate::output::{self, BOLD, DIM};

/// Prints an answer to standard output.
pub(super) fn print(answer: &Answer) {
    let Answer { basis, sites, features, never_seen, untold, .. } = answer;
    let version = answer.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    println!("{BOLD}{}{version}{BOLD:#}: what is used?", basis.library);
    if let Some(source) = basis.source() {
        println!("{source}");
    }
    if !sites.is_empty() {
        println!("\n{}", output::finish(table_of_sites(sites)));
        println!("\n{}", output::paragraph(0, &core(answer)));
    }
    if !features.is_empty() {
        println!("\n{}", output::finish(table_of_features(features)));
    }
    if !never_seen.is_empty() {
        println!("\n{BOLD}Nobody was seen to use{BOLD:#}");
        println!("{}", output::finish(table_of_unseen(never_seen)));
    }
    if !untold.is_empty() {
        println!("\n{BOLD}Too few sections could tell{BOLD:#}");
        for path in untold {
            println!("  {path}");
        }
    }
    let mut legend = basis.legend();
    if !sites.is_empty() {
        legend.push(
            "n: sections of versions that have the site. Used: by how many of these, with 95 % \
             intervals. Sum: how much of all use the lines so far make up."
                .to_owned(),
        );
    }
    if features.iter().any(|feature| feature.on.is_none()) {
        legend.push(basis.unpublished());
    }
    println!("\n{DIM}{}{DIM:#}", output::paragraph(0, &legend.join("\n")));
    basis.warn();
}

fn core(answer: &Answer) -> String {
    let all = answer.sites.len() + answer.never_seen.len() + answer.untold.len();
    format!(
        "{} make up 80 % of all use.",
        output::count(answer.core, "site of", "sites of") + &format!(" {}", grouped(all as u64))
    )
}

fn table_of_sites(sites: &[Site]) -> comfy_table::Table {
    let has_linked = sites.iter().any(|site| site.linked.is_some());
    let mut table = output::table();
    let mut head = vec![Cell::new("site"), output::number("n"), Cell::new("used"), Cell::new("")];
    head.push(output::number("sum"));
    if has_linked {
        head.push(Cell::new("linked"));
    }
    table.set_header(head);
    for site in sites {
        let mut row = vec![
            Cell::new(name(&site.path, site.deprecated)),
            output::number(grouped(site.n)),
            Cell::new(figure::share(Some(&site.used), site.n)),
            Cell::new(figure::gauge(site.used.share)),
            output::number(percent(site.cumulative)),
        ];
        if has_linked {
            let linked = site.linked.as_ref();
            let n = linked.map_or(0, |linked| linked.n);
            row.push(Cell::new(figure::share(linked.map(|linked| &linked.share), n)));
        }
        table.add_row(row);
    }
    output::keep_whole(&mut table, 0);
    table
}

fn table_of_features(features: &[Feature]) -> comfy_table::Table {
    let mut table = output::table();
    table.set_header([Cell::new("cargo feature"), output::number("n"), Cell::new("on")]);
    for Feature { name, n, on } in features {
        table.add_row([
            Cell::new(name),
            output::number(grouped(*n)),
            Cell::new(figure::share(on.as_ref(), *n)),
            Cell::new(on.as_ref().map_or(String::new(), |on| figure::gauge(on.share))),
        ]);
    }
    table
}

fn table_of_unseen(sites: &[NeverSeen]) -> comfy_table::Table {
    let mut table = output::table();
    for NeverSeen { path, deprecated, n, at_most } in sites {
        table.add_row([
            Cell::new(format!("  {}", name(path, *deprecated))),
            Cell::new(format!("of {}: at most {}", grouped(*n), percent_at_most(*at_most))),
        ]);
    }
    table
}

fn name(path: &SitePath, is_deprecated: bool) -> String {
    if is_deprecated { format!("{path} (deprecated)") } else { path.to_string() }
}
