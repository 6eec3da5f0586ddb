//! The tables of `docs/statistics.md`.

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use crate::border::{Border, Habits};
use crate::coverage::{Figures, Held};
use crate::truth::Part;

/// Where true shares are cut into rows.
const SHARES: [(f64, &str); 8] = [
    (0.005, "under 0.5 %"),
    (0.02, "0.5 to 2 %"),
    (0.05, "2 to 5 %"),
    (0.2, "5 to 20 %"),
    (0.5, "20 to 50 %"),
    (0.8, "50 to 80 %"),
    (0.95, "80 to 95 %"),
    (1.0, "over 95 %"),
];

/// Where numbers of sections are cut into columns.
const SECTIONS: [(u64, &str); 4] = [
    (100, "n under 100"),
    (300, "100 to 299"),
    (1_000, "300 to 999"),
    (u64::MAX, "1,000 and more"),
];

/// From this many sections on, intervals are held to more.
pub const MANY: u64 = 300;

/// How often intervals held the truth, by true share and sections.
#[must_use]
pub fn coverage(figures: &Figures) -> String {
    let mut table = Table::new();
    let columns = SECTIONS.map(|(_, title)| title);
    table.load_style(ASCII_MARKDOWN);
    table.set_header([&["true share"], &columns[..]].concat());
    for (row, (_, title)) in SHARES.iter().enumerate() {
        let cells = (0..SECTIONS.len()).map(|column| cell(&in_cell(figures, row, column)));
        table.add_row(std::iter::once((*title).to_owned()).chain(cells));
    }
    table.to_string()
}

/// The mean and the lowest coverage of those figures that have at least so many sections behind them.
#[must_use]
pub fn mean_and_lowest(figures: &Figures, sections: u64) -> (f64, f64) {
    let held: Vec<_> = figures.values().filter(|held| held.n() >= sections).copied().collect();
    (mean(&held), lowest(&held))
}

fn in_cell(figures: &Figures, row: usize, column: usize) -> Vec<Held> {
    let is_in = |held: &&Held| {
        SHARES.iter().position(|(end, _)| held.truth < *end) == Some(row)
            && SECTIONS.iter().position(|(end, _)| held.n() < *end) == Some(column)
    };
    figures.values().filter(is_in).copied().collect()
}

fn cell(held: &[Held]) -> String {
    if held.is_empty() {
        return String::new();
    }
    format!("{} ({})", percent(mean(held)), percent(lowest(held)))
}

/// Over figures: each counts as much as any other.
fn mean(held: &[Held]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some hundred figures")]
    let number = held.len().max(1) as f64;
    held.iter().map(|held| held.coverage()).sum::<f64>() / number
}

fn lowest(held: &[Held]) -> f64 {
    held.iter().map(|held| held.coverage()).fold(1.0, f64::min)
}

/// The experiments with removal, and what came of each: at the border, at the border with weeks that
/// are judged as if each were the only one, and well below.
#[must_use]
pub fn border(rows: &[(Border, [u64; 3])], repetitions: u64) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header([
        "threshold",
        "machines",
        "from week to week",
        "wrongly safe",
        "were each week judged alone",
        "rightly safe at a tenth of the threshold",
    ]);
    for (experiment, safe) in rows {
        let safe = safe.map(|count| percent(Part { count, of: repetitions }.share()));
        let [wrongly, alone, rightly] = safe;
        table.add_row([
            percent(experiment.threshold),
            experiment.participants.to_string(),
            experiment.habits.text().to_owned(),
            wrongly,
            alone,
            rightly,
        ]);
    }
    table.to_string()
}

impl Habits {
    /// All of them, most persistent first.
    pub const ALL: [Self; 4] = [Self::Unchanged, Self::Usual, Self::Changing, Self::Others];

    /// In a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Unchanged => "the same machines, the same use",
            Self::Usual => "the same, some offline, some use pauses",
            Self::Changing => "and one machine of 13 is replaced",
            Self::Others => "and all machines are others",
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
