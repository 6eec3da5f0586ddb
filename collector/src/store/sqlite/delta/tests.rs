//! An entry says what its delta said, and no bytes make reading one fail worse than by saying so.

use headcount_report::Origin;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::store::Dimension;

fn bits() -> impl Strategy<Value = Bits> {
    let value = select(&["", "0", "12", "300", "std", "libz-sys 1.1.23"][..]);
    let bit = (select(Dimension::ALL), value)
        .prop_map(|(dimension, value)| Bit { dimension, value: value.to_owned() });
    let subject = (option::of(select(&["a", "b-sys"][..])), option::of(0..3_u8), any::<bool>());
    (any::<[u8; 16]>(), subject, btree_set(bit, 0..12)).prop_map(|(id, subject, bits)| {
        let (library, version, is_deployed) = subject;
        let library = library.map(|library| library.parse().unwrap());
        let version = version.map(|patch| format!("1.0.{patch}").parse().unwrap());
        let origin = if is_deployed { Origin::Deployed } else { Origin::Developer };
        let subject = Subject { library, version, origin };
        Bits { id: SectionId(id), subject, bits: bits.into_iter().collect() }
    })
}

fn week(number: i32) -> Week {
    "2026-W01".parse::<Week>().unwrap().plus(number)
}

fn delta(sections: &[(i32, Bits)]) -> Delta<'_> {
    let mut delta = Delta::default();
    for (number, section) in sections {
        delta.add(week(*number), section);
    }
    delta
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decoding_undoes_encoding(sections in vec((0..3, bits()), 0..40)) {
        let delta = delta(&sections);
        let entry = Entry::decode(&delta.encode()).unwrap();
        let mut again = Delta::default();
        again.add_entry(&entry);
        prop_assert_eq!(again, delta);
    }

    #[test]
    fn entries_add_up(sections in vec((0..3, bits()), 0..40), first in 0..40_usize) {
        let (first, second) = sections.split_at(first.min(sections.len()));
        let entries = [first, second].map(|part| Entry::decode(&delta(part).encode()).unwrap());
        let mut sum = Delta::default();
        for entry in &entries {
            sum.add_entry(entry);
        }
        prop_assert_eq!(sum, delta(&sections));
    }

    #[test]
    fn the_order_of_sections_is_not_in_an_entry(
        (sections, shuffled) in vec((0..3, bits()), 0..40)
            .prop_flat_map(|sections| (Just(sections.clone()), Just(sections).prop_shuffle())),
    ) {
        prop_assert_eq!(delta(&sections).encode(), delta(&shuffled).encode());
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(Entry::decode(&bytes).is_err());
        // Past the check sum and the format, where the bytes are read for what they mean.
        let mut bytes = [&[FORMAT], bytes.as_slice()].concat();
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        if let Ok(entry) = Entry::decode(&bytes) {
            Delta::default().add_entry(&entry);
        }
    }

    #[test]
    fn one_wrong_byte_is_noticed(
        sections in vec((0..3, bits()), 1..20), place: Index, by in 1..=255_u8,
    ) {
        let mut bytes = delta(&sections).encode();
        *place.get_mut(&mut bytes) ^= by;
        prop_assert!(Entry::decode(&bytes).is_err());
    }
}

#[test]
fn an_entry_of_another_format_is_named() {
    let mut bytes = vec![FORMAT + 1];
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    assert_eq!(Entry::decode(&bytes), Err(EntryError::Format(FORMAT + 1)));
}
