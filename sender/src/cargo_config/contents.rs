//! What stands in the file, in a form that can be written back byte for byte.

use std::fmt;
use std::path::Path;

use toml_edit::DocumentMut;

use super::CargoConfigError;

/// Longest configuration that is read, in bytes; nobody's is near it.
pub(super) const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// What stands in the file.
pub(super) struct Contents {
    pub(super) document: DocumentMut,
    /// Of every line. `toml_edit` writes `\n` only.
    line_end: &'static str,
}

impl Contents {
    /// Of a file that is not there.
    pub(super) fn none() -> Self {
        Self { document: DocumentMut::new(), line_end: "\n" }
    }

    /// Reads the bytes of the file `path`; refuses what [`Display`](fmt::Display) would not give back.
    pub(super) fn decode(bytes: Vec<u8>, path: &Path) -> Result<Self, CargoConfigError> {
        let unkept = |why| CargoConfigError::Unkept { path: path.to_owned(), why };
        if bytes.len() as u64 > MAX_CONFIG_BYTES {
            return Err(unkept("is over 4 MiB long"));
        }
        let text = String::from_utf8(bytes).map_err(|_| unkept("is not UTF-8"))?;
        let document = text.parse().map_err(|source| CargoConfigError::Toml {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let contents = Self { document, line_end };
        if contents.to_string() != text {
            return Err(unkept("has line ends of two kinds, or a byte order mark"));
        }
        Ok(contents)
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document.to_string().replace('\n', self.line_end))
    }
}
