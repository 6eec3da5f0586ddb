//! What an ELF file tells the loader about the shared libraries that it needs.

use std::io::{Read, Seek};

use object::read::FileKind;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, ReadCache, ReadRef, elf};

use super::headers::{Budget, Headers};

/// What a file needs, and where it has the loader look. Nothing in a file that is no ELF file, or
/// that is linked statically.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dynamic {
    /// Names of shared libraries, in the loader's order.
    pub(super) needed: Vec<String>,
    /// `DT_RUNPATH`: folders for what this file needs, separated by colons.
    pub(super) runpath: Option<String>,
    /// `DT_RPATH`, its predecessor: also for what those files need in turn.
    pub(super) rpath: Option<String>,
}

impl Dynamic {
    /// Reads the dynamic segment of a file. Memory is bounded, whatever the file says. The error says
    /// what is wrong with it.
    pub(super) fn read(file: impl Read + Seek) -> Result<Self, String> {
        let cache = ReadCache::new(file);
        let budget = Budget::default();
        let headers = Headers::new(&cache, &budget);
        match FileKind::parse(headers) {
            Ok(FileKind::Elf32) => Self::of::<elf::FileHeader32<Endianness>>(headers),
            Ok(FileKind::Elf64) => Self::of::<elf::FileHeader64<Endianness>>(headers),
            _ => Ok(Self::default()),
        }
    }

    fn of<Elf: FileHeader>(headers: Headers<'_, impl Read + Seek>) -> Result<Self, String> {
        let malformed = |error: object::Error| error.to_string();
        let header = Elf::parse(headers).map_err(malformed)?;
        let endian = header.endian().map_err(malformed)?;
        let segments = header.program_headers(endian, headers).map_err(malformed)?;
        let mut entries: &[Elf::Dyn] = &[];
        for segment in segments {
            if let Some(found) = segment.dynamic(endian, headers).map_err(malformed)? {
                entries = found;
            }
        }
        let entries = || {
            let pairs = entries.iter().map(|entry| (entry.d_tag(endian), entry.d_val(endian)));
            pairs.take_while(|(tag, _)| *tag != elf::DT_NULL)
        };
        // Where the texts are when the file is loaded, hence where they are in the file.
        let texts = entries().find(|(tag, _)| *tag == elf::DT_STRTAB).and_then(|(_, address)| {
            segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD).find_map(
                |segment| {
                    let within = address.into().checked_sub(segment.p_vaddr(endian).into())?;
                    let (start, size) = segment.file_range(endian);
                    (within < size).then(|| start.checked_add(within)).flatten()
                },
            )
        });
        let mut dynamic = Self::default();
        for (tag, value) in entries() {
            let text = || {
                let text = texts.and_then(|texts| text(headers, texts.checked_add(value.into())?));
                text.ok_or_else(|| "a name in its dynamic segment cannot be read".to_owned())
            };
            match tag {
                elf::DT_NEEDED => dynamic.needed.push(text()?),
                elf::DT_RUNPATH => dynamic.runpath = Some(text()?),
                elf::DT_RPATH => dynamic.rpath = Some(text()?),
                _ => {}
            }
        }
        Ok(dynamic)
    }
}

/// The text that begins here and ends with a zero.
fn text(headers: Headers<'_, impl Read + Seek>, start: u64) -> Option<String> {
    let bytes = headers.read_bytes_at_until(start..headers.len().ok()?, 0).ok()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}
