//! An entry says what its delta said, and no bytes make reading one fail worse than by saying so.

use headcount_report::{Origin, SectionId};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::sealed::{open, seal};
use super::*;
use crate::store::{Bit, Dimension};

fn bits() -> impl Strategy<Value = Bits> {
    let word = select(&["", "std", "libz-sys 1.1.23"][..]);
    let site = select(&["0", "12", "300"][..]);
    let bit = (select(Dimension::ALL), word, site).prop_map(|(dimension, word, site)| {
        Bit::new(dimension, if dimension.fact().is_some() { site } else { word })
    });
    let subject = (option::of(select(&["a", "b-sys"][..])), option::of(0..3_u8), any::<bool>());
    (any::<[u8; 16]>(), subject, btree_set(bit, 0..12)).prop_map(|(id, subject, bits)| {
        let (library, version, is_deployed) = subject;
        let library = library.map(|library| library.parse().unwrap());
        let version = version.map(|patch| format!("1.0.{patch}").parse().unwrap());
        let origin = if is_deployed { Origin::Deployed } else { Origin::Developer };
        let subject = Subject { library, version, origin };
        Bits::new(SectionId(id), subject, bits)
    })
}

fn week(number: i32) -> Week {
    "2026-W01".parse::<Week>().unwrap().plus(number)
}

fn delta(sections: &[(i32, Bits)]) -> Delta {
    let mut delta = Delta::default();
    for (number, section) in sections {
        let week = week(*number);
        delta.add_section(week, Seen::new(week, section.id), section);
    }
    delta.sort();
    delta
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn opening_undoes_sealing(sections in vec((0..3, bits()), 0..40)) {
        let delta = delta(&sections);
        prop_assert_eq!(open::<Delta>(&seal(&delta)).unwrap(), delta);
    }

    #[test]
    fn deltas_add_up(sections in vec((0..3, bits()), 0..40), first in 0..40_usize) {
        let (first, second) = sections.split_at(first.min(sections.len()));
        let mut sum = delta(first);
        sum.add(delta(second));
        sum.sort();
        prop_assert_eq!(sum, delta(&sections));
    }

    #[test]
    fn the_order_of_sections_is_not_in_an_entry(
        (sections, shuffled) in vec((0..3, bits()), 0..40)
            .prop_flat_map(|sections| (Just(sections.clone()), Just(sections).prop_shuffle())),
    ) {
        prop_assert_eq!(seal(&delta(&sections)), seal(&delta(&shuffled)));
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(open::<Delta>(&bytes).is_err());
        // Past the check sum and the format, where the bytes are read for what they mean.
        let mut bytes = [&seal(&())[..1], bytes.as_slice()].concat();
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        if let Ok(delta) = open::<Delta>(&bytes) {
            prop_assume!(delta.is_whole());
            Delta::default().add(delta);
        }
    }
}
