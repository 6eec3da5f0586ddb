//! Which bytes of a file a compiler or linker put there to be loaded.

mod foreign;

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use object::read::FileKind;
use object::read::archive::ArchiveFile;
use object::read::elf::{FileHeader, ProgramHeader};
use object::read::macho::{FatArch, MachHeader, MachOFatFile32, MachOFatFile64, Segment};
use object::read::pe::ImageNtHeaders;
use object::{Endianness, ReadCache, elf, macho, pe};

use super::headers::{Budget, Headers};
use super::{ScanError, reading};

/// Bytes that tell what a file is: an executable packed by UPX says so in its first page.
const PEEK_BYTES: u64 = 4096;

/// The member of an rlib that repeats every text for other crates' compilers.
const METADATA_MEMBER: &[u8] = b"lib.rmeta";

/// The parts of a file that are to be searched.
pub(super) struct Regions {
    /// Sorted, within the file, apart from each other.
    pub(super) ranges: Vec<Range<u64>>,
    /// What could not be used: one sentence each.
    pub(super) problems: Vec<String>,
}

/// Finds the parts of a file of `length` bytes that are to be searched.
pub(super) fn regions(
    mut file: impl Read + Seek,
    length: u64,
    path: &Path,
) -> Result<Regions, ScanError> {
    let start = peek(&mut file).map_err(|source| reading(path, source))?;
    let cache = ReadCache::new(file);
    let budget = Budget::default();
    let mut parts =
        Parts { headers: Headers::new(&cache, &budget), ranges: vec![], problems: vec![] };
    let known = parts.file(length).map_err(|source| {
        let path = path.to_owned();
        ScanError::Malformed { path, source }
    })?;
    if !known {
        return Err(ScanError::NotABinary {
            path: path.to_owned(),
            what: foreign::describe(&start),
        });
    }
    if foreign::is_packed(&start) {
        parts.problems.push("it is packed by UPX: what is in it cannot be seen".to_owned());
    }
    Ok(parts.finish(length))
}

/// The parts found so far, as the headers name them: perhaps overlapping, perhaps past the end.
struct Parts<'a, File: Read + Seek> {
    headers: Headers<'a, File>,
    ranges: Vec<Range<u64>>,
    problems: Vec<String>,
}

impl<File: Read + Seek> Parts<'_, File> {
    /// Adds the parts of the file. False if it is of no kind that is known here.
    fn file(&mut self, length: u64) -> object::Result<bool> {
        let headers = self.headers;
        let Ok(kind) = FileKind::parse(headers) else { return Ok(false) };
        match kind {
            FileKind::Archive => self.archive()?,
            FileKind::Elf32 => self.elf::<elf::FileHeader32<Endianness>>(length)?,
            FileKind::Elf64 => self.elf::<elf::FileHeader64<Endianness>>(length)?,
            FileKind::MachO32 | FileKind::MachO64 => self.mach_o(0, length)?,
            FileKind::MachOFat32 => self.fat(MachOFatFile32::parse(headers)?.arches())?,
            FileKind::MachOFat64 => self.fat(MachOFatFile64::parse(headers)?.arches())?,
            FileKind::Pe32 => self.pe::<pe::ImageNtHeaders32>()?,
            FileKind::Pe64 => self.pe::<pe::ImageNtHeaders64>()?,
            FileKind::Coff | FileKind::CoffBig => self.add(0, length),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn archive(&mut self) -> object::Result<()> {
        let archive = ArchiveFile::parse(self.headers)?;
        if archive.is_thin() {
            self.problems.push("it is a thin archive: its members are other files".to_owned());
            return Ok(());
        }
        for member in archive.members() {
            match member {
                Ok(member) if member.name() == METADATA_MEMBER => {}
                Ok(member) => {
                    let (start, size) = member.file_range();
                    self.add(start, size);
                }
                Err(error) => self.problems.push(format!("some members cannot be read: {error}")),
            }
        }
        Ok(())
    }

    fn elf<Elf: FileHeader>(&mut self, length: u64) -> object::Result<()> {
        let header = Elf::parse(self.headers)?;
        let endian = header.endian()?;
        if header.e_type(endian) == elf::ET_REL {
            self.add(0, length);
            return Ok(());
        }
        for segment in header.program_headers(endian, self.headers)? {
            if segment.p_type(endian) == elf::PT_LOAD {
                let (start, size) = segment.file_range(endian);
                self.add(start, size);
            }
        }
        Ok(())
    }

    fn fat(&mut self, architectures: &[impl FatArch]) -> object::Result<()> {
        for architecture in architectures {
            let (start, size) = architecture.file_range();
            self.mach_o(start, size)?;
        }
        Ok(())
    }

    /// Adds the parts of the Mach-O image of `size` bytes at `start`.
    fn mach_o(&mut self, start: u64, size: u64) -> object::Result<()> {
        match FileKind::parse_at(self.headers, start)? {
            FileKind::MachO32 => {
                self.image::<macho::MachHeader32<_>, macho::SegmentCommand32<_>>(start, size)
            }
            FileKind::MachO64 => {
                self.image::<macho::MachHeader64<_>, macho::SegmentCommand64<_>>(start, size)
            }
            // A static library of several architectures: there is no finer part to be found.
            _ => {
                self.add(start, size);
                Ok(())
            }
        }
    }

    fn image<Header, Command>(&mut self, start: u64, size: u64) -> object::Result<()>
    where
        Header: MachHeader<Endian = Endianness>,
        Command: Segment<Endian = Endianness>,
    {
        let header = Header::parse(self.headers, start)?;
        let endian = header.endian()?;
        if header.filetype(endian) == macho::MH_OBJECT {
            self.add(start, size);
            return Ok(());
        }
        let mut commands = header.load_commands(endian, self.headers, start)?;
        while let Some(command) = commands.next()? {
            if let Some((segment, _)) = Command::from_command(command)? {
                let (offset, size) = segment.file_range(endian);
                self.add(start.saturating_add(offset), size);
            }
        }
        Ok(())
    }

    fn pe<Pe: ImageNtHeaders>(&mut self) -> object::Result<()> {
        let dos = pe::ImageDosHeader::parse(self.headers)?;
        let mut offset = dos.nt_headers_offset().into();
        let (header, _) = Pe::parse(self.headers, &mut offset)?;
        for section in header.sections(self.headers, offset)?.iter() {
            let (start, size) = section.pe_file_range();
            self.add(start.into(), size.into());
        }
        Ok(())
    }

    fn add(&mut self, start: u64, size: u64) {
        self.ranges.push(start..start.saturating_add(size));
    }

    /// Cuts the parts at the end of the file and joins those that overlap, so that whatever the
    /// headers say, no byte is searched twice.
    fn finish(mut self, length: u64) -> Regions {
        let end = self.ranges.iter().map(|range| range.end).max().unwrap_or(0);
        if end > length {
            self.problems.push(format!(
                "it is cut short: of {end} bytes, {length} are there and were searched"
            ));
        }
        if end == 0 {
            self.problems.push("nothing in it is ever loaded".to_owned());
        }
        self.ranges.sort_by_key(|range| range.start);
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for range in self.ranges {
            let range = range.start..range.end.min(length);
            match ranges.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ if range.is_empty() => {}
                _ => ranges.push(range),
            }
        }
        Regions { ranges, problems: self.problems }
    }
}

fn peek(mut file: impl Read + Seek) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(PEEK_BYTES).read_to_end(&mut start)?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts, and what is searched, as start and end.
    #[track_caller]
    fn check(parts: &[(u64, u64)], length: u64, searched: &[(u64, u64)], problems: usize) {
        let (cache, budget) = (ReadCache::new(io::empty()), Budget::default());
        let headers = Headers::new(&cache, &budget);
        let ranges = parts.iter().map(|(start, end)| *start..*end).collect();
        let regions = Parts { headers, ranges, problems: vec![] }.finish(length);
        let found: Vec<_> = regions.ranges.iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(found, searched);
        assert_eq!(regions.problems.len(), problems, "{:?}", regions.problems);
    }

    #[test]
    fn no_byte_is_searched_twice() {
        check(&[(10, 20), (0, 5)], 100, &[(0, 5), (10, 20)], 0);
        check(&[(0, 20), (5, 10), (15, 30)], 100, &[(0, 30)], 0);
        check(&[(0, 10), (10, 20)], 100, &[(0, 10), (10, 20)], 0);
    }

    #[test]
    fn nothing_is_searched_past_the_end() {
        check(&[(0, 200)], 100, &[(0, 100)], 1);
        check(&[(0, 50), (150, 200)], 100, &[(0, 50)], 1);
        check(&[(0, 50), (40, u64::MAX)], 100, &[(0, 100)], 1);
        check(&[], 100, &[], 1);
    }
}
