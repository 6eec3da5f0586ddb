//! What the object files in an rlib define, and what they refer to.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use headcount_report::record::{MAGIC_BYTES, magic};
use headcount_report::{Record, SiteRecord};
use memchr::memmem;
use memchr::memmem::Finder;
use object::read::archive::ArchiveFile;
use object::{
    File, Object, ObjectSection, ObjectSymbol, RelocationTarget, Section, SectionIndex,
    SectionKind, SymbolKind,
};

/// Largest rlib that is read, in bytes. The largest on crates.io take a tenth of it.
const MAX_RLIB_BYTES: u64 = 1 << 30;

/// How LLVM's bitcode begins.
const BITCODE: &[u8] = b"BC\xc0\xde";

/// Which rlibs are of interest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Those that hold a record.
    RecordsOnly,
    /// All.
    All,
}

/// What an rlib consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// Object files.
    Objects,
    /// LLVM's bitcode, some of it or all: symbols come into being when a program is linked.
    Bitcode,
}

/// Visits each object file of an rlib. The error is a sentence that names the rlib.
pub(crate) fn each_object(
    path: &Path,
    kept: Kept,
    mut visit: impl FnMut(&File<'_>),
) -> Result<Members, String> {
    let name = path.file_name().unwrap_or_default().display();
    let bytes = read(path).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
    if kept == Kept::RecordsOnly && memmem::find(&bytes, &magic()).is_none() {
        return Ok(Members::Objects);
    }
    let archive =
        ArchiveFile::parse(&*bytes).map_err(|error| format!("`{name}` is not an rlib: {error}"))?;
    let mut members = Members::Objects;
    for member in archive.members().flatten() {
        let Ok(data) = member.data(&*bytes) else { continue };
        match File::parse(data) {
            Ok(object) => visit(&object),
            Err(_) if data.starts_with(BITCODE) => members = Members::Bitcode,
            Err(_) => {}
        }
    }
    Ok(members)
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_RLIB_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What may stand in a site before its record, in bytes: the counter, a length, a pointer.
const MAX_BYTES_BEFORE_RECORD: usize = 16;

/// The symbols of the site records that an object defines.
pub(crate) fn site_records<'a>(object: &'a File<'_>) -> Vec<(&'a str, SiteRecord)> {
    let magic = Finder::new(&magic()).into_owned();
    let site = |symbol: &object::Symbol<'_, '_>| {
        let section = object.section_by_index(symbol.section_index()?).ok()?;
        let start = usize::try_from(symbol.address().checked_sub(section.address())?).ok()?;
        let bytes = section.data().ok()?.get(start..)?;
        // A counter may stand before its record.
        let around_magic = &bytes[..bytes.len().min(MAX_BYTES_BEFORE_RECORD + MAGIC_BYTES)];
        match Record::decode(&bytes[magic.find(around_magic)?..]) {
            Ok((Record::Site(site), _)) => Some(site),
            _ => None,
        }
    };
    let named = |symbol: &object::Symbol<'a, 'a>| symbol.name().ok().zip(site(symbol));
    object
        .symbols()
        .filter(|symbol| symbol.kind() != SymbolKind::Section)
        .filter_map(|symbol| named(&symbol))
        .collect()
}

/// The symbols that an object needs from elsewhere.
pub(super) fn undefined<'a>(object: &'a File<'_>) -> impl Iterator<Item = &'a str> {
    object
        .symbols()
        .filter(ObjectSymbol::is_undefined)
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| !name.is_empty())
}

/// Pairs of a function, or a table of functions, and a symbol that it refers to, for those symbols
/// that are `wanted`.
pub(super) fn references<'a>(
    object: &'a File<'_>,
    wanted: impl Fn(&str) -> bool,
) -> Vec<(&'a str, &'a str)> {
    let known = |symbol: object::Symbol<'_, '_>| symbol.name().is_ok_and(&wanted);
    if !object.symbols().any(known) {
        return Vec::new();
    }
    let symbols = Symbols::of(object);
    let mut references = Vec::new();
    for section in object.sections().filter(is_code_or_table) {
        for (offset, relocation) in section.relocations() {
            let target = symbols.target(object, relocation.target(), relocation.addend());
            let Some(target) = target.filter(|target| wanted(target)) else { continue };
            if let Some(source) = symbols.at(section.index(), offset) {
                references.push((source, target));
            }
        }
    }
    references
}

/// Unwind tables and debug information refer to every function.
fn is_code_or_table(section: &Section<'_, '_>) -> bool {
    let is_unwinding = section.name().is_ok_and(|name| name.contains("eh_frame"));
    !is_unwinding
        && matches!(
            section.kind(),
            SectionKind::Text
                | SectionKind::Data
                | SectionKind::ReadOnlyData
                | SectionKind::ReadOnlyDataWithRel
        )
}

/// The symbols that an object defines, by section and address.
struct Symbols<'a>(BTreeMap<(usize, u64), &'a str>);

impl<'a> Symbols<'a> {
    fn of(object: &'a File<'_>) -> Self {
        let defined = object.symbols().filter(|symbol| symbol.kind() != SymbolKind::Section);
        let place = |symbol: object::Symbol<'a, 'a>| {
            let SectionIndex(section) = symbol.section_index()?;
            Some(((section, symbol.address()), symbol.name().ok()?))
        };
        Self(defined.filter_map(place).collect())
    }

    /// The symbol that holds an address: the last one that begins at or before it.
    fn at(&self, SectionIndex(section): SectionIndex, address: u64) -> Option<&'a str> {
        let mut before = self.0.range((section, 0)..=(section, address));
        before.next_back().map(|(_, name)| *name)
    }

    /// What a relocation refers to. The compiler names a local symbol by its section and the
    /// distance in it.
    fn target(
        &self,
        object: &'a File<'_>,
        target: RelocationTarget,
        addend: i64,
    ) -> Option<&'a str> {
        let RelocationTarget::Symbol(index) = target else { return None };
        let symbol = object.symbol_by_index(index).ok()?;
        if symbol.kind() == SymbolKind::Section {
            // Behind a relative address stand some bytes of its instruction.
            let address = symbol.address().saturating_add(u64::try_from(addend).unwrap_or(0));
            self.at(symbol.section_index()?, address)
        } else {
            symbol.name().ok()
        }
    }
}
