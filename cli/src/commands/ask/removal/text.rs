//! What `ask removal` prints for a person.

use anstream::println;
use comfy_table::{Attribute, Cell, Color, Table};
use headcount_report::{SiteKind, Week};

use super::super::figure;
use super::{Answer, Site, Verdict, VerdictKind};
use crate::output::{self, BOLD, DIM, plain};

/// What a narrow terminal has no room for.
#[derive(Clone, Copy)]
struct Extras {
    dates: bool,
    bars: bool,
}

type CellOf = fn(&Site) -> Cell;

/// Prints an answer to standard output.
pub(super) fn print(answer: &Answer) {
    answer.print();
}

impl Answer {
    fn print(&self) {
        if self.sites.is_empty() {
            println!(
                "{BOLD}{}{BOLD:#}: no registered version has a deprecated site.",
                self.basis.library
            );
        } else {
            println!("{BOLD}{}{BOLD:#}: what may be removed?", self.basis.library);
            println!("{}", output::paragraph(0, &self.meaning_of_safe()));
            let (table, Extras { bars, .. }) = self.widest_table();
            println!("\n{}\n", output::finish(table));
            self.sites.iter().for_each(Site::print_verdict);
            println!("\n{DIM}{}{DIM:#}", output::paragraph(0, &self.legend(bars)));
        }
        self.basis.warn();
    }

    fn meaning_of_safe(&self) -> String {
        format!(
            "Safe means: in each of {}, at most {} use it, at {} confidence over a year.",
            output::count(self.weeks_wanted, "week", "weeks"),
            percent(self.threshold),
            percent(self.confidence)
        )
    }

    /// The widest table that fits the terminal. What a narrow one leaves out, the verdicts say too.
    fn widest_table(&self) -> (Table, Extras) {
        let has_bars = self.sites.iter().any(|site| figure::trend(&site.series).is_some());
        let extras = [(true, has_bars), (true, false)].map(|(dates, bars)| Extras { dates, bars });
        let mut tables = extras.into_iter().map(|extras| (self.table(extras), extras));
        tables.find(|(table, _)| output::fits(table)).unwrap_or_else(|| {
            let none = Extras { dates: false, bars: false };
            (self.table(none), none)
        })
    }

    fn table(&self, extras: Extras) -> Table {
        let mut table = output::table();
        let columns: [(Cell, bool, CellOf); 7] = [
            (Cell::new("site"), true, |site| Cell::new(&site.path)),
            (Cell::new("deprecated"), extras.dates, |site| Cell::new(site.since())),
            (output::number("n"), true, |site| {
                output::number(headcount_report::figure::grouped(site.n))
            }),
            (Cell::new("called"), true, |site| Cell::new(site.called())),
            (Cell::new("linked"), true, |site| Cell::new(site.linked())),
            (Cell::new("by week"), extras.bars, |site| Cell::new(site.trend())),
            (Cell::new("verdict"), true, |site| site.verdict.cell()),
        ];
        let columns: Vec<_> = columns.into_iter().filter(|(_, is_shown, _)| *is_shown).collect();
        table.set_header(columns.iter().map(|(head, ..)| head.clone()));
        for site in &self.sites {
            table.add_row(columns.iter().map(|(.., cell)| cell(site)));
        }
        output::keep_whole(&mut table, 0);
        table
    }

    /// What is not obvious: a sentence a line.
    fn legend(&self, has_bars: bool) -> String {
        let mut legend = self.basis.legend();
        if let Some(week) = self.basis.week {
            let has_intervals = self.sites.iter().any(Site::has_interval);
            let intervals = if has_intervals { ", with 95 % intervals" } else { "" };
            legend.push(format!(
                "n: sections of {week}, of versions that have the site. Called and linked: by how \
                 many of these{intervals}."
            ));
        }
        if self.sites.iter().any(Site::has_unpublished) {
            legend.push(self.basis.unpublished());
        }
        if has_bars {
            legend.push(
                "By week: the share in the last weeks, oldest first; each line has its own scale."
                    .to_owned(),
            );
        }
        if !self.weeks.is_empty() {
            let (weeks, origins) = (weeks(&self.weeks), self.basis.origins());
            legend.push(format!("The verdicts rest on {weeks}, from {origins}."));
        }
        legend.join("\n")
    }
}

impl Site {
    fn since(&self) -> String {
        match &self.deprecated {
            None => "no".to_owned(),
            Some(said) => said.since.as_deref().map_or_else(|| "yes".to_owned(), plain),
        }
    }

    fn called(&self) -> String {
        match self.kind {
            SiteKind::Linked => "not counted".to_owned(),
            SiteKind::Fn | SiteKind::Method | SiteKind::Used => {
                figure::share(self.called.as_ref(), self.n)
            }
        }
    }

    fn linked(&self) -> String {
        let linked = self.linked.as_ref();
        figure::share(linked.map(|linked| &linked.share), linked.map_or(0, |linked| linked.n))
    }

    fn trend(&self) -> String {
        figure::trend(&self.series).unwrap_or_default()
    }

    fn has_interval(&self) -> bool {
        !figure::is_few(self.n) && (self.called.is_some() || self.linked.is_some())
    }

    fn has_unpublished(&self) -> bool {
        self.linked.is_none() || (self.called.is_none() && self.kind != SiteKind::Linked)
    }

    fn print_verdict(&self) {
        println!("{BOLD}{}{BOLD:#}{DIM}{}{DIM:#}", self.path, self.dates());
        println!("{}", output::paragraph(2, &plain(&self.verdict.text)));
    }

    /// `  deprecated since 1.2.0, to go in 2.0.0`
    fn dates(&self) -> String {
        let Some(said) = &self.deprecated else { return String::new() };
        let since = said.since.as_ref().map(|version| format!(" since {version}"));
        let remove_in = said.remove_in.as_ref().map(|version| format!(", to go in {version}"));
        let dates = since.into_iter().chain(remove_in).collect::<String>();
        format!("  deprecated{}", plain(&dates))
    }
}

impl Verdict {
    fn cell(&self) -> Cell {
        match self.kind {
            VerdictKind::Safe => {
                Cell::new("safe").fg(Color::DarkGreen).add_attribute(Attribute::Bold)
            }
            VerdictKind::NotYet => {
                Cell::new("not yet").fg(Color::DarkYellow).add_attribute(Attribute::Bold)
            }
            VerdictKind::NotEnoughSections => Cell::new("not enough"),
        }
    }
}

/// What was asked for, exactly.
fn percent(share: f64) -> String {
    format!("{:.3}", share * 100.0).trim_end_matches('0').trim_end_matches('.').to_owned() + " %"
}

fn weeks(weeks: &[Week]) -> String {
    match weeks {
        [] => "no week".to_owned(),
        [only] => only.to_string(),
        [first, .., last] => format!("{} weeks, {first} to {last}", weeks.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_not_rounded() {
        assert_eq!([0.01, 0.00125, 0.9999].map(percent), ["1 %", "0.125 %", "99.99 %"]);
    }
}
