//! What a file is that is not a binary, for an error that helps.

use memchr::memmem;

/// How well-known kinds of file begin.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "packed by gzip (unpack it first)"),
    (b"\xfd7zXZ\0", "packed by xz (unpack it first)"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd (unpack it first)"),
    (b"BZh", "packed by bzip2 (unpack it first)"),
    (b"PK\x03\x04", "a zip file (unpack it first)"),
    (b"\0asm", "a WebAssembly module"),
    (b"BC\xc0\xde", "LLVM bitcode"),
    (b"rust\0\0", "a crate's metadata"),
    (b"#!", "a script"),
];

/// Says what a file with this start looks like.
pub(super) fn describe(start: &[u8]) -> &'static str {
    if start.is_empty() {
        return "an empty file";
    }
    let known = BEGINNINGS.iter().find(|(beginning, _)| start.starts_with(beginning));
    known.map_or_else(|| unknown(start), |(_, what)| what)
}

fn unknown(start: &[u8]) -> &'static str {
    // A character may be cut in two where the start ends.
    let is_text = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if is_text && !start.contains(&0) { "a text file" } else { "a file of an unknown kind" }
}

/// Whether UPX packed this executable: everything but its own loader is compressed then.
pub(super) fn is_packed(start: &[u8]) -> bool {
    memmem::find(start, b"UPX!").is_some()
}
