//! What others report: mistakes, nonsense, and somebody who wants to be heard above all others.

use headcount_report::{Fact, Origin, PlainVersion, Report, Section, SectionId, Week};
use rand::Rng;

use crate::dice::{Chance, Dice};
use crate::library::{RELEASES, SITES, version, word};
use crate::year::Year;

/// Sections a week of versions and libraries that nobody registered.
const NONSENSE: usize = 6;

/// Sections a week of the network that floods.
const FLOOD: usize = 1_000;

/// Sections that belong into no answer: of a library and of a version that nobody knows.
pub(crate) fn nonsense(year: &Year, week: Week) -> impl Iterator<Item = Report> + use<> {
    let mut dice = year.dice(Chance::Nonsense, week);
    let library = year.library().clone();
    (0..NONSENSE).map(move |number| {
        let mut section = everything(&mut dice, word("9.9.9"));
        if number % 2 == 0 {
            section.library = word(&format!("nobody-knows-{}", dice.random_range(0..1_000_000)));
        } else {
            section.library = library.clone();
        }
        Report::new(week, vec![section])
    })
}

/// Sections that look like others and call everything, and a site that there is not.
pub(crate) fn flood(year: &Year, week: Week) -> impl Iterator<Item = Report> + use<> {
    let mut dice = year.dice(Chance::Flood, week);
    let library = year.library().clone();
    (0..FLOOD).map(move |_| {
        let mut section = everything(&mut dice, version(RELEASES.len() - 1));
        section.library = library.clone();
        section.sites.insert(word("invented::site"), Fact::ALL.into());
        Report::new(week, vec![section])
    })
}

/// A section that calls every site.
fn everything(dice: &mut Dice, version: PlainVersion) -> Section {
    Section {
        // Of the hostile ones only, so that none stands for another's.
        id: SectionId(dice.random()),
        library: word("unnamed"),
        version,
        origin: Origin::Deployed,
        scanned: true,
        rustc: [word("1.1")].into(),
        target: [word("s390x-unknown-linux-gnu")].into(),
        features: None,
        dependencies: [].into(),
        system: [].into(),
        sites: SITES.iter().map(|site| (word(site.path), Fact::ALL.into())).collect(),
    }
}
