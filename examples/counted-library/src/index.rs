//! The table of contents of an archive.

use headcount::track_usage;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// All entries of an archive, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    entries: Vec<Entry>,
}

/// Where an entry lies and what it must turn out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The entry's name, unique in its archive.
    pub name: String,
    /// Where its bytes start in the archive.
    pub offset: u64,
    /// How many bytes it takes in the archive.
    pub packed_bytes: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The CRC-32 of those bytes.
    pub crc: u32,
    /// How they were packed.
    pub method: Method,
}

/// How an entry's bytes were packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// As they are.
    Stored,
    /// With zlib's deflate.
    Deflated,
}

#[track_usage(marked)]
impl Index {
    /// Reads an index that [`to_json`](Self::to_json) wrote, as kept beside an archive.
    ///
    /// # Errors
    /// [`Error::Index`] when it is no such JSON, [`Error::DuplicateName`] when two entries share a
    /// name.
    #[track_usage]
    pub fn from_json(json: &str) -> Result<Self> {
        Self::parse(json.as_bytes())
    }

    /// Writes the index as JSON.
    ///
    /// # Errors
    /// [`Error::Index`] when `serde_json` refuses, which it has no reason to.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// The entries, in the order in which they were written.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The entry of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    pub(crate) fn parse(json: &[u8]) -> Result<Self> {
        let parsed: Self = serde_json::from_slice(json)?;
        let mut index = Self::default();
        for entry in parsed.entries {
            index.push(entry)?;
        }
        Ok(index)
    }

    pub(crate) fn push(&mut self, entry: Entry) -> Result<()> {
        self.refuse_duplicate(&entry.name)?;
        self.entries.push(entry);
        Ok(())
    }

    pub(crate) fn refuse_duplicate(&self, name: &str) -> Result<()> {
        match self.find(name) {
            Some(_) => Err(Error::DuplicateName(name.to_owned())),
            None => Ok(()),
        }
    }
}

impl<'a> IntoIterator for &'a Index {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            offset: 3,
            packed_bytes: 5,
            bytes: 9,
            crc: 7,
            method: Method::Deflated,
        }
    }

    #[test]
    fn json_keeps_every_field() {
        let mut index = Index::default();
        index.push(entry("a")).unwrap();
        index.push(entry("b")).unwrap();
        assert_eq!(Index::from_json(&index.to_json().unwrap()).unwrap(), index);
    }

    #[test]
    fn the_words_of_the_json_are_part_of_the_format() {
        let mut index = Index::default();
        index.push(entry("a")).unwrap();
        assert_eq!(
            index.to_json().unwrap(),
            r#"{"entries":[{"name":"a","offset":3,"packed_bytes":5,"bytes":9,"crc":7,"method":"deflated"}]}"#
        );
    }

    #[test]
    fn two_entries_of_one_name_are_refused() {
        let json = serde_json::json!({ "entries": [entry("a"), entry("a")] }).to_string();
        assert!(matches!(Index::from_json(&json), Err(Error::DuplicateName(name)) if name == "a"));
    }
}
