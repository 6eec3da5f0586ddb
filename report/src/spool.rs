//! The lines that running programs append to the week's file, and how they are read.
//!
//! Every line begins with a newline and ends with `;`, so a line that was torn by a full disk or a
//! kill is told from a whole one and does not spoil the next. `docs/spool-format.md` has the whole
//! format.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::limits::{MAX_SPOOL_LINE_BYTES, SPEAKS_AT};
use crate::vocabulary::SitePath;

/// Name of the spool file of a week.
#[must_use]
pub fn file_name(week: crate::Week) -> String {
    format!("{week}.spool")
}

/// Name of the file whose length says how many lines of a week were dropped because its spool file
/// was full.
#[must_use]
pub fn dropped_file_name(week: crate::Week) -> String {
    format!("{week}.dropped")
}

/// Name of the file that holds the build record with this hash.
#[must_use]
pub fn build_file_name(hash: u64) -> String {
    format!("build-{hash:016x}.json")
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `h PROCESS BUILD COUNT SITE;`: a site's counter reached a count.
    Hit {
        /// Random number of the process.
        process: u64,
        /// Hash of the library's build record.
        build: u64,
        /// The count reached: one of [`SPEAKS_AT`].
        count: u32,
        /// The site.
        site: SitePath,
    },
    /// `x PROCESS SIZE MTIME INODE PATH;`: which executable the process runs. Never leaves the machine.
    Executable {
        /// Random number of the process.
        process: u64,
        /// The file, as it was then.
        file: FileIdentity,
    },
}

/// A file as it was when a process ran it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdentity {
    /// Path.
    pub path: PathBuf,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub mtime_ns: i128,
    /// Inode number.
    pub inode: u64,
}

/// What a spool file holds: the lines that can be used, and how many cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// In the order of the file.
    pub lines: Vec<Line>,
    /// Torn lines and garbage.
    pub unreadable: usize,
}

/// Reads what a spool file holds. Never fails: what is good is used.
#[must_use]
pub fn decode(bytes: &[u8]) -> Lines {
    let mut read = Lines::default();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match Line::decode(line) {
            Some(line) => read.lines.push(line),
            None => read.unreadable += 1,
        }
    }
    read
}

impl Line {
    /// Reads one line without its newline; `None` for one that is torn, and for any that differs in a
    /// byte from what [`encode`](Self::encode) writes.
    #[must_use]
    pub fn decode(line: &[u8]) -> Option<Self> {
        if line.len() > MAX_SPOOL_LINE_BYTES {
            return None;
        }
        let decoded = Self::parse(std::str::from_utf8(line).ok()?.strip_suffix(';')?)?;
        (decoded.encode().strip_prefix(b"\n") == Some(line)).then_some(decoded)
    }

    /// Reads a line without its marks; takes numbers in other spellings too.
    fn parse(line: &str) -> Option<Self> {
        let (tag, rest) = line.split_once(' ')?;
        match tag {
            "h" => {
                let mut words = rest.splitn(4, ' ');
                let process = hexadecimal(words.next()?)?;
                let build = hexadecimal(words.next()?)?;
                let count = words.next()?.parse().ok().filter(|count| SPEAKS_AT.contains(count))?;
                let site = words.next()?.parse().ok()?;
                Some(Self::Hit { process, build, count, site })
            }
            "x" => {
                let mut words = rest.splitn(5, ' ');
                let process = hexadecimal(words.next()?)?;
                let size_bytes = words.next()?.parse().ok()?;
                let mtime_ns = words.next()?.parse().ok()?;
                let inode = words.next()?.parse().ok()?;
                let path = unescape(words.next()?)?;
                Some(Self::Executable {
                    process,
                    file: FileIdentity { path, size_bytes, mtime_ns, inode },
                })
            }
            _ => None,
        }
    }

    /// Writes the line as a program would, newline and end mark included.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        use std::os::unix::ffi::OsStrExt;
        match self {
            Self::Hit { process, build, count, site } => {
                format!("\nh {process:016x} {build:016x} {count} {site};").into_bytes()
            }
            Self::Executable { process, file } => {
                let path = escape(file.path.as_os_str().as_bytes());
                let FileIdentity { size_bytes, mtime_ns, inode, .. } = file;
                format!("\nx {process:016x} {size_bytes} {mtime_ns} {inode} {path};").into_bytes()
            }
        }
    }
}

fn hexadecimal(word: &str) -> Option<u64> {
    u64::from_str_radix(word, 16).ok()
}

/// Writes every byte that is not graphic ASCII, and `%` and `;`, as `%` and two digits.
fn escape(path: &[u8]) -> String {
    path.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_graphic() && !matches!(byte, b'%' | b';') {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
        text
    })
}

fn unescape(text: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_line() -> impl Strategy<Value = Line> {
        let hit = (any::<u64>(), any::<u64>(), 0..3usize, "[a-z]{1,8}(::[a-zA-Z_]{1,8}){0,3}")
            .prop_map(|(process, build, count, site)| Line::Hit {
                process,
                build,
                count: SPEAKS_AT[count],
                site: site.parse().unwrap(),
            });
        let executable = (any::<u64>(), any::<u64>(), any::<i64>(), "/.{1,60}").prop_map(
            |(process, number, mtime_ns, path)| Line::Executable {
                process,
                file: FileIdentity {
                    path: path.into(),
                    size_bytes: number,
                    mtime_ns: mtime_ns.into(),
                    inode: number,
                },
            },
        );
        prop_oneof![hit, executable]
    }

    #[track_caller]
    fn refused(line: &str) {
        assert_eq!(Line::decode(line.as_bytes()), None, "{line}");
    }

    #[test]
    fn numbers_and_paths_have_one_spelling() {
        assert!(Line::decode(b"x 8f3a52c1d07be694 1 -1 3 /a%25;").is_some());
        refused("x 8f3a52c1d07be694 1 -1 3 /a%2f;");
        refused("x 8f3a52c1d07be694 1 -1 3 /a%+f;");
        refused("x 8f3a52c1d07be694 1 -1 3 /a%3B;");
        refused("x 8f3a52c1d07be694 1 -1 3 /a b;");
        refused("x 8f3a52c1d07be694 +1 -1 3 /a;");
        refused("x 8f3a52c1d07be694 1 -1 03 /a;");
        refused("h 8F3A52C1D07BE694 a1b2c3d4e5f60718 1 a::b;");
        refused("h f3a52c1d07be694 a1b2c3d4e5f60718 1 a::b;");
        refused("h 8f3a52c1d07be694 a1b2c3d4e5f60718 0100 a::b;");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(lines in prop::collection::vec(any_line(), 0..20)) {
            let bytes: Vec<u8> = lines.iter().flat_map(Line::encode).collect();
            prop_assert_eq!(decode(&bytes), Lines { lines, unreadable: 0 });
        }

        /// Whatever it is changed into, a line says what its bytes say or nothing.
        #[test]
        fn a_changed_line_is_none_or_another(
            line in any_line(), at in any::<usize>(), by in any::<u8>()
        ) {
            let mut bytes = line.encode();
            let at = 1 + at % (bytes.len() - 1);
            bytes[at] = by;
            let read: Vec<_> = decode(&bytes).lines.iter().flat_map(Line::encode).collect();
            prop_assert!(read.is_empty() || read == bytes);
        }

        /// A line cut anywhere costs itself and nothing else: never a wrong count.
        #[test]
        fn a_torn_line_costs_itself_only(
            before in any_line(), torn in any_line(), after in any_line(), keep in any::<usize>()
        ) {
            let torn = torn.encode();
            let keep = 2 + keep % (torn.len() - 2);
            let bytes = [before.encode(), torn[..keep].to_vec(), after.encode()].concat();
            prop_assert_eq!(decode(&bytes), Lines { lines: vec![before, after], unreadable: 1 });
        }

        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>()) {
            let _ = decode(&bytes);
        }
    }
}
