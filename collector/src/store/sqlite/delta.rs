//! What some reports add together, and its form in the log.
//!
//! An entry of the log is a format byte, an [`Entry`] in postcard's wire format, and a CRC-32 of
//! both. Every text stands in it once, however many counters share it. All of it is sorted: nothing
//! in an entry tells which section or report came first.

use std::collections::hash_map::Entry as Place;
use std::collections::{BTreeMap, HashMap, HashSet};

use headcount_report::{SectionId, Week};
use serde::{Deserialize, Serialize};

use crate::store::{Bit, Bits, Subject};

#[cfg(test)]
mod tests;

/// The first byte of an entry.
const FORMAT: u8 = 1;

/// What some reports add together: counters to raise and ids to remember.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delta<'a> {
    /// By how much each counter of a week rises.
    pub(super) counters: BTreeMap<Week, BTreeMap<&'a Subject, HashMap<&'a Bit, u64>>>,
    /// The sections that say so.
    pub(super) ids: HashSet<(Week, SectionId)>,
}

/// A delta as it stands in the log.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    bits: Vec<Bit>,
    weeks: Vec<WeekEntry>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WeekEntry {
    week: Week,
    /// To each subject the places of its bits among all, and by how much each rises.
    counters: Vec<(Subject, Vec<(u32, u64)>)>,
    ids: Vec<[u8; 16]>,
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum EntryError {
    /// It is too short, or its check sum is not that of its bytes.
    #[error("its check sum is wrong")]
    CheckSum,
    /// Another version of the collector wrote it.
    #[error("its format {0} is unknown")]
    Format(u8),
    /// Its parts do not fit together.
    #[error("its bytes are not an entry's")]
    Malformed,
}

impl<'a> Delta<'a> {
    /// Adds a section that was not counted before.
    pub(super) fn add(&mut self, week: Week, section: &'a Bits) {
        self.ids.insert((week, section.id));
        let counters = self.counters.entry(week).or_default();
        let counters = counters.entry(&section.subject).or_default();
        for bit in &section.bits {
            *counters.entry(bit).or_default() += 1;
        }
    }

    /// Adds what an entry says.
    pub(super) fn add_entry(&mut self, entry: &'a Entry) {
        for WeekEntry { week, counters, ids } in &entry.weeks {
            self.ids.extend(ids.iter().map(|id| (*week, SectionId(*id))));
            let sums = self.counters.entry(*week).or_default();
            for (subject, counts) in counters {
                let sums = sums.entry(subject).or_default();
                for (place, count) in counts {
                    let sum: &mut u64 = sums.entry(&entry.bits[*place as usize]).or_default();
                    *sum = sum.saturating_add(*count);
                }
            }
        }
    }

    /// The bytes of an entry that says the same.
    pub(super) fn encode(&self) -> Vec<u8> {
        let entry = self.entry();
        let mut bytes = vec![FORMAT];
        // A vector takes whatever is written to it, and no field of an entry refuses to be written.
        bytes = postcard::to_extend(&entry, bytes).expect("an entry can be encoded");
        let sum = crc32fast::hash(&bytes);
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    fn entry(&self) -> Entry {
        let mut places = HashMap::new();
        let mut bits: Vec<&Bit> = Vec::new();
        for bit in self.counters.values().flat_map(BTreeMap::values).flat_map(HashMap::keys) {
            if let Place::Vacant(place) = places.entry(*bit) {
                place.insert(0);
                bits.push(bit);
            }
        }
        bits.sort_unstable();
        for (place, bit) in (0..).zip(&bits) {
            places.insert(bit, place);
        }
        let counts = |counts: &HashMap<&Bit, u64>| {
            let mut counts: Vec<(u32, u64)> =
                counts.iter().map(|(bit, count)| (places[bit], *count)).collect();
            counts.sort_unstable();
            counts
        };
        let week = |(week, subjects): (&Week, &BTreeMap<&Subject, HashMap<&Bit, u64>>)| {
            let subjects = subjects.iter();
            let counters = subjects.map(|(subject, bits)| ((*subject).clone(), counts(bits)));
            let ids = self.ids.iter().filter(|(of, _)| of == week).map(|(_, id)| id.0);
            let mut ids: Vec<[u8; 16]> = ids.collect();
            ids.sort_unstable();
            WeekEntry { week: *week, counters: counters.collect(), ids }
        };
        let weeks = self.counters.iter().map(week).collect();
        Entry { bits: bits.into_iter().cloned().collect(), weeks }
    }
}

impl Entry {
    /// Reads the bytes of an entry.
    ///
    /// # Errors
    /// When they are not what [`Delta::encode`] writes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let (body, sum) = bytes.split_last_chunk().ok_or(EntryError::CheckSum)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
            return Err(EntryError::CheckSum);
        }
        let (format, body) = body.split_first().ok_or(EntryError::Malformed)?;
        if *format != FORMAT {
            return Err(EntryError::Format(*format));
        }
        let (entry, rest): (Self, &[u8]) =
            postcard::take_from_bytes(body).map_err(|_| EntryError::Malformed)?;
        let mut counters = entry.weeks.iter().flat_map(|week| &week.counters);
        let is_whole = counters.all(|(_, counts)| {
            counts.iter().all(|(place, _)| (*place as usize) < entry.bits.len())
        });
        if rest.is_empty() && is_whole { Ok(entry) } else { Err(EntryError::Malformed) }
    }
}
