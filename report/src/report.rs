//! The report: the sections of one week that go to one collector.

use std::collections::BTreeSet;
use std::io;
use std::str::Utf8Error;

use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use smol_str::SmolStr;

use crate::limits::{MAX_REPORT_BYTES, MAX_SECTIONS, MAX_SITES, MAX_VALUES};
use crate::section::Section;
use crate::text::InPlace;
use crate::week::Week;

/// The sections of one week that go to one collector, in one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    bound(serialize = "T: AsRef<str>", deserialize = "T: AsRef<str> + Ord + Deserialize<'de>")
)]
pub struct Report<T = SmolStr> {
    /// Format version: 1.
    pub headcount: u8,
    /// The week.
    pub week: Week,
    /// One section for each library version.
    pub sections: Vec<Section<T>>,
}

/// What every format says.
#[derive(Deserialize)]
struct Format {
    headcount: u8,
}

/// Why bytes are not a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// Not text.
    #[error("the report cannot be read: it is not UTF-8: {0}")]
    Utf8(#[from] Utf8Error),
    /// Not the JSON of a report.
    #[error("the report cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another format version.
    #[error("report format {0} is unknown; this headcount reads format 1")]
    Format(u8),
    /// Over a limit.
    #[error("the report has {count} {what}; the limit is {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
}

impl Report {
    /// A report of this format.
    #[must_use]
    pub fn new(week: Week, sections: Vec<Section>) -> Self {
        Self { headcount: 1, week, sections }
    }

    /// Reads a report. There is no other way to hold one that came from outside.
    ///
    /// # Errors
    /// When it is not one, has an unknown field or word, or is over a limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        read(bytes)
    }
}

impl<'a> Report<InPlace<'a>> {
    /// Reads a report as [`decode`](Report::decode) does, with its texts left in place.
    ///
    /// # Errors
    /// The same.
    pub fn decode_in_place(bytes: &'a [u8]) -> Result<Self, ReportError> {
        read(bytes)
    }
}

impl<T: AsRef<str>> Report<T> {
    /// Writes the report: the exact bytes that are shown and sent, so a person has to be able to
    /// read them.
    ///
    /// # Panics
    /// Never: a report holds nothing that JSON cannot say.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, ALineAField::default());
        self.serialize(&mut serializer).expect("a report is plain JSON");
        bytes.push(b'\n');
        bytes
    }
}

/// Reads a report, whatever holds its texts.
fn read<'a, T>(bytes: &'a [u8]) -> Result<Report<T>, ReportError>
where
    T: AsRef<str> + Ord + Deserialize<'a>,
{
    let limit = |what, count, limit| {
        if count > limit { Err(ReportError::TooMany { what, count, limit }) } else { Ok(()) }
    };
    limit("bytes", bytes.len(), MAX_REPORT_BYTES)?;
    // Here, once, rather than for each of its texts.
    let text = str::from_utf8(bytes)?;
    // Another format may have other fields, so they are no reason to call it broken.
    let report: Report<T> = serde_json::from_str(text).map_err(|error| {
        let format = serde_json::from_str(text).ok().map(|Format { headcount }| headcount);
        format.filter(|format| *format != 1).map_or(error.into(), ReportError::Format)
    })?;
    if report.headcount != 1 {
        return Err(ReportError::Format(report.headcount));
    }
    limit("sections", report.sections.len(), MAX_SECTIONS)?;
    for section in &report.sections {
        limit("sites in one section", section.sites.len(), MAX_SITES)?;
        let features = section.features.as_ref().map_or(0, BTreeSet::len);
        limit("features in one section", features, MAX_VALUES)?;
        limit("dependencies in one section", section.dependencies.len(), MAX_VALUES)?;
        for versions in section.dependencies.values() {
            limit("versions of one dependency", versions.len(), MAX_VALUES)?;
        }
        limit("system libraries in one section", section.system.len(), MAX_VALUES)?;
    }
    Ok(report)
}

/// Gives each field of an object a line of its own, and leaves the values of an array on one line:
/// these are a few words, and to give each a line would make a long report of a short one.
#[derive(Default)]
struct ALineAField(PrettyFormatter<'static>);

impl Formatter for ALineAField {
    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"headcount": 1, "week": "2026-W47", "sections": [
        {"id": "000102030405060708090a0b0c0d0e0f", "library": "counted-library", "version": "1.4.2",
         "origin": "developer", "scanned": true, "rustc": ["1.95"],
         "target": ["x86_64-unknown-linux-gnu"], "features": ["std", "tls"],
         "dependencies": {"libz-sys": ["1.1.23"]}, "system": {"openssl": ["3.0.19"]},
         "sites": {"client::Client::send": ["linked", "called", "called>=100"],
                   "client::Client::old": ["linked"]}}]}"#;

    #[test]
    fn decoding_undoes_encoding() {
        let report = Report::decode(REPORT.as_bytes()).unwrap();
        assert_eq!(Report::decode(&report.encode()).unwrap(), report);
    }

    #[test]
    fn a_text_in_place_may_be_escaped() {
        let text = REPORT.replace("client::Client::old", r"gr\u00f6\u00dfe");
        let report = Report::decode(text.as_bytes()).unwrap();
        assert!(report.sections[0].sites.contains_key("größe"));
        let in_place = Report::decode_in_place(text.as_bytes()).unwrap();
        assert_eq!(in_place.encode(), report.encode());
    }

    #[test]
    fn a_report_can_be_read() {
        let mut report = Report::decode(REPORT.as_bytes()).unwrap();
        let mut unused = report.sections[0].clone();
        (unused.features, unused.target) = (Some([].into()), [].into());
        (unused.dependencies, unused.system, unused.sites) = ([].into(), [].into(), [].into());
        report.sections.push(unused);
        assert_eq!(String::from_utf8(report.encode()).unwrap(), READABLE);
    }

    const READABLE: &str = r#"{
  "headcount": 1,
  "week": "2026-W47",
  "sections": [{
    "id": "000102030405060708090a0b0c0d0e0f",
    "library": "counted-library",
    "version": "1.4.2",
    "origin": "developer",
    "scanned": true,
    "rustc": ["1.95"],
    "target": ["x86_64-unknown-linux-gnu"],
    "features": ["std", "tls"],
    "dependencies": {
      "libz-sys": ["1.1.23"]
    },
    "system": {
      "openssl": ["3.0.19"]
    },
    "sites": {
      "client::Client::old": ["linked"],
      "client::Client::send": ["linked", "called", "called>=100"]
    }
  }, {
    "id": "000102030405060708090a0b0c0d0e0f",
    "library": "counted-library",
    "version": "1.4.2",
    "origin": "developer",
    "scanned": true,
    "rustc": ["1.95"],
    "features": [],
    "sites": {}
  }]
}
"#;

    #[track_caller]
    fn refused(from: &str, to: &str, because: &str) {
        let text = REPORT.replacen(from, to, 1);
        assert_ne!(text, REPORT);
        let error = Report::decode(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
        let in_place = Report::decode_in_place(text.as_bytes()).unwrap_err();
        assert_eq!(in_place.to_string(), error);
    }

    #[test]
    fn refusals_name_the_problem() {
        refused("\"headcount\": 1", "\"headcount\": 2", "format 2");
        refused("\"origin\"", "\"host\": \"x\", \"origin\"", "unknown field `host`");
        refused("1.4.2", "1.4.2-rc1", "plain version");
        refused("\"called\"", "\"shouted\"", "unknown variant");
        refused("2026-W47", "2026-W99", "ISO week");
        refused("000102", "00010Z", "hexadecimal");
        refused("x86_64-unknown", "x86_64-acme", "target");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let bytes = REPORT.bytes().map(|byte| if byte == b'z' { 0xff } else { byte });
        let error = Report::decode(&bytes.collect::<Vec<_>>()).unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
    }

    #[test]
    fn an_oversized_report_is_refused_unread() {
        let error = Report::decode(&vec![b' '; MAX_REPORT_BYTES + 1]).unwrap_err();
        assert!(matches!(error, ReportError::TooMany { what: "bytes", .. }));
    }
}
