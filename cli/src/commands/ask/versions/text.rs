//! What `ask versions` prints for a person.

use anstream::println;

use headcount_report::figure::{counted, grouped, percent, percent_at_least};

use super::super::figure;
use super::{Answer, Cell, Kind, Subject, Support};
use crate::output::{self, BOLD, DIM, plain};

/// Prints an answer to standard output.
pub(super) fn print(answer: &Answer) {
    let Answer { basis, subjects, .. } = answer;
    println!("{BOLD}{}{BOLD:#}: what do its users have?", basis.library);
    if let Some(source) = basis.source() {
        println!("{source}");
    }
    for subject in subjects {
        let n = subject.n.map(|n| format!(", told by {}", counted(n, "section")));
        println!("\n{BOLD}{}{BOLD:#}{}", subject.title(), n.unwrap_or_default());
        subject.print(answer);
    }
    let mut legend = basis.legend();
    if subjects.iter().any(|subject| subject.cells.iter().any(|cell| cell.value.is_none())) {
        let at = basis.publish_at;
        legend.push(format!("Others: each of fewer than {at} sections, or counted with these."));
    }
    println!("\n{DIM}{}{DIM:#}", output::paragraph(0, &legend.join("\n")));
    basis.warn();
}

impl Subject {
    fn title(&self) -> String {
        let name = self.name.as_ref().map(ToString::to_string).unwrap_or_default();
        match self.of {
            Kind::Library => "The library's own versions".to_owned(),
            Kind::Rustc => "rustc".to_owned(),
            Kind::Target => "Targets".to_owned(),
            Kind::Dependency => format!("{name} (dependency)"),
            Kind::System => format!("{name} (system library)"),
        }
    }

    fn print(&self, answer: &Answer) {
        let Some(n) = self.n else {
            println!("{}", output::paragraph(2, &answer.basis.withheld()));
            return;
        };
        let mut table = output::table();
        for cell in &self.cells {
            table.add_row([
                comfy_table::Cell::new(format!("  {}", cell.name())),
                output::number(cell.count()),
                comfy_table::Cell::new(
                    cell.share
                        .as_ref()
                        .map_or(String::new(), |share| figure::share(Some(share), n)),
                ),
                comfy_table::Cell::new(figure::gauge(cell.part(n))),
            ]);
        }
        println!("{}", output::finish(table));
        if let Some(support) = &self.support {
            println!("{}", output::paragraph(2, &self.policy(support, answer.coverage)));
        }
    }

    fn policy(&self, support: &Support, coverage: f64) -> String {
        let (share, low) = (percent(support.share), percent_at_least(support.low));
        let sure = format!("covers {share}, at least {low}");
        let values = support.values.iter().map(|value| plain(value)).collect::<Vec<_>>().join(", ");
        match &support.from {
            Some(from) => format!("Support from {} on {sure}.", plain(from)),
            None if self.of == Kind::Target && support.covers => format!("{values}: {sure}."),
            None => format!("All that is published {sure}: too little for {}.", percent(coverage)),
        }
    }
}

impl Cell {
    fn name(&self) -> String {
        match (&self.value, &self.below, &self.since) {
            (Some(value), ..) => plain(value),
            (None, Some(below), _) => format!("others, before {}", plain(below)),
            (None, None, Some(since)) => format!("others, none before {}", plain(since)),
            (None, None, None) => "others".to_owned(),
        }
    }

    fn count(&self) -> String {
        let sign = if self.at_least { "≥ " } else { "" };
        format!("{sign}{}", grouped(self.count))
    }

    #[expect(clippy::cast_precision_loss, reason = "bars are a few letters long")]
    fn part(&self, n: u64) -> f64 {
        self.count as f64 / n.max(1) as f64
    }
}
