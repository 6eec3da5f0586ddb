//! A collector that has been at it for years: many libraries, to see what that costs one of them.

use headcount_collector::ingest::sum;
use headcount_collector::store::{Bits, Store, StoreError, Summed};
use headcount_report::manifest::ManifestSite;
use headcount_report::{
    CrateName, Fact, Manifest, Origin, Section, SectionId, SiteKind, SitePath, Week,
};
use rand::Rng;

use crate::dice::{Chance, dice};
use crate::fill::{fill_week, register};
use crate::library::word;
use crate::year::Year;

/// How many years back the weeks go.
pub const YEARS: i32 = 5;

/// Sections in one report: of so many libraries at once.
const TOGETHER: usize = 1_000;

/// Each other library has a section in one week of so many, as most have few users.
const SELDOM: usize = 4;

/// Fills a store with `simulated-library`, its year once for each of five years, and beside it with
/// so many others. `done` hears of each week.
///
/// # Errors
/// When the store refuses.
pub fn fill_crowd(
    store: &dyn Store,
    others: u32,
    last: Week,
    seed: u64,
    done: impl Fn(),
) -> Result<(), StoreError> {
    let others = (0..others).map(|number| other(store, number));
    let others = others.collect::<Result<Vec<Bits>, StoreError>>()?;
    for back in (0..YEARS).rev() {
        let year = Year::ending(last.plus(-52 * back), seed);
        year.manifests().iter().try_for_each(|manifest| register(store, manifest))?;
        for (place, week) in year.weeks().enumerate() {
            fill_week(store, &year, week)?;
            let mut dice =
                dice(seed, Chance::Repetition, [back.unsigned_abs().into(), place as u64]);
            let due = others.iter().skip(place % SELDOM).step_by(SELDOM);
            let sections: Vec<_> =
                due.map(|bits| Bits { id: SectionId(dice.random()), ..bits.clone() }).collect();
            for sections in sections.chunks(TOGETHER) {
                let summed = Summed { week, sections: sections.to_vec() };
                store.add(&[summed], &mut |_, _| true)?;
            }
            done();
        }
    }
    store.fold()
}

/// Registers another library, and says what its one user reports.
fn other(store: &dyn Store, number: u32) -> Result<Bits, StoreError> {
    let library: CrateName = word(&format!("other-library-{number:05}"));
    let sites: [SitePath; 8] = std::array::from_fn(|site| word(&format!("part::Part::use_{site}")));
    let in_manifest = ManifestSite { kind: SiteKind::Method, deprecated: None };
    let version = || word("1.0.0");
    let manifest = Manifest {
        headcount: 1,
        library: library.clone(),
        version: version(),
        features: [].into(),
        sites: sites.iter().map(|path| (path.clone(), in_manifest.clone())).collect(),
    };
    register(store, &manifest)?;
    let section = Section {
        id: SectionId([0; 16]),
        library: library.clone(),
        version: version(),
        origin: Origin::Developer,
        scanned: false,
        rustc: [word("1.95")].into(),
        target: [word("x86_64-unknown-linux-gnu")].into(),
        features: None,
        dependencies: [].into(),
        system: [].into(),
        sites: sites.into_iter().take(3).map(|path| (path, [Fact::Called].into())).collect(),
    };
    Ok(sum::sum(&section, store.library(&library)?.as_ref()).bits)
}
