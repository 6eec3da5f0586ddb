//! Where in the source the sites of a library stand.
//!
//! A record names no file, for it must stay small. Debug information does: the record is a static,
//! and rustc says of each in which file and line it was written; of what an attribute expands to,
//! the attribute's own.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use gimli::{
    AttributeValue, Dwarf, EndianSlice, Reader, RelocateReader, RunTimeEndian, Unit, UnitRef,
};
use headcount_report::SiteRecord;
use object::read::RelocationMap;
use object::{File, Object, ObjectSection};
use rustc_demangle::demangle;

use crate::referrers::object_file::{Kept, each_object, site_records};

/// Where a site stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File and line; `None` where the library was built without debug information.
    pub line: Option<Line>,
    /// The function around it, with its module.
    pub function: String,
}

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file.
    pub file: PathBuf,
    /// The first line is 1.
    pub number: u64,
}

/// The sites of an rlib, each with its place, in the order of the places. A static that occurs in
/// several objects is one site.
///
/// # Errors
/// A sentence that names the rlib, when it cannot be read or is none.
pub fn of_sites(rlib: &Path) -> Result<Vec<(Place, SiteRecord)>, String> {
    let mut by_symbol = BTreeMap::new();
    each_object(rlib, Kept::RecordsOnly, |object| {
        let sites = site_records(object);
        if sites.is_empty() {
            return;
        }
        // What cannot be read says no line; the function is known all the same.
        let lines = lines(object).unwrap_or_default();
        for (symbol, site) in sites {
            let line = lines.get(symbol).or_else(|| lines.get(symbol.strip_prefix('_')?)).cloned();
            let place = Place { line, function: function(symbol) };
            by_symbol.insert(symbol.to_owned(), (place, site));
        }
    })?;
    let mut sites: Vec<_> = by_symbol.into_values().collect();
    sites.sort();
    Ok(sites)
}

/// The path of the function that a record stands in.
fn function(symbol: &str) -> String {
    let path = format!("{:#}", demangle(symbol));
    path.rsplit_once("::").map_or(path.as_str(), |(function, _)| function).to_owned()
}

/// One section, with the relocations that a linker would apply to it.
type Section<'a> = RelocateReader<EndianSlice<'a, RunTimeEndian>, &'a Relocations>;

/// The relocations of a section.
#[derive(Debug, Default)]
struct Relocations(RelocationMap);

impl gimli::Relocate for &Relocations {
    fn relocate_address(&self, offset: usize, value: u64) -> gimli::Result<u64> {
        Ok(self.0.relocate(offset as u64, value))
    }

    fn relocate_offset(&self, offset: usize, value: usize) -> gimli::Result<usize> {
        <usize as gimli::ReaderOffset>::from_u64(self.0.relocate(offset as u64, value as u64))
    }
}

/// The lines of an object's variables, by symbol.
fn lines(object: &File<'_>) -> gimli::Result<HashMap<String, Line>> {
    let endian = if object.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let load = |id: gimli::SectionId| -> gimli::Result<_> {
        let section = object.section_by_name(id.name());
        let data = section.as_ref().and_then(|section| section.data().ok()).unwrap_or_default();
        let map = section.and_then(|section| RelocationMap::new(object, &section).ok());
        Ok((data, Relocations(map.unwrap_or_default())))
    };
    let sections = gimli::DwarfSections::load(load)?;
    let dwarf = sections.borrow(|(data, relocations)| {
        RelocateReader::new(EndianSlice::new(data, endian), relocations)
    });
    let mut lines = HashMap::new();
    let mut headers = dwarf.units();
    while let Some(header) = headers.next()? {
        add_lines(&mut lines, &dwarf, &dwarf.unit(header)?)?;
    }
    Ok(lines)
}

fn add_lines(
    lines: &mut HashMap<String, Line>,
    dwarf: &Dwarf<Section<'_>>,
    unit: &Unit<Section<'_>>,
) -> gimli::Result<()> {
    let unit = unit.unit_ref(dwarf);
    let mut entries = unit.entries();
    while let Some(entry) = entries.next_dfs()? {
        if entry.tag() != gimli::DW_TAG_variable {
            continue;
        }
        let name = entry.attr_value(gimli::DW_AT_linkage_name);
        let file = entry.attr_value(gimli::DW_AT_decl_file);
        let number = entry.attr_value(gimli::DW_AT_decl_line);
        if let (Some(name), Some(AttributeValue::FileIndex(file)), Some(number)) =
            (name, file, number)
            && let (Some(file), Some(number)) = (path(unit, file)?, number.udata_value())
        {
            lines.insert(text(unit, name)?, Line { file, number });
        }
    }
    Ok(())
}

/// The path of a file that a unit numbers.
fn path(unit: UnitRef<'_, Section<'_>>, index: u64) -> gimli::Result<Option<PathBuf>> {
    let Some(program) = &unit.line_program else { return Ok(None) };
    let Some(file) = program.header().file(index) else { return Ok(None) };
    let mut path = PathBuf::new();
    if let Some(folder) = &unit.comp_dir {
        path.push(&*folder.to_string_lossy()?);
    }
    if let Some(folder) = file.directory(program.header()) {
        path.push(text(unit, folder)?);
    }
    path.push(text(unit, file.path_name())?);
    Ok(Some(path))
}

fn text<'a>(
    unit: UnitRef<'_, Section<'a>>,
    value: AttributeValue<Section<'a>>,
) -> gimli::Result<String> {
    Ok(unit.attr_string(value)?.to_string_lossy()?.into_owned())
}

/// `src/client.rs:12, in counted::client::Client::send`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Line { file, number }) = &self.line {
            write!(f, "{}:{number}, ", file.display())?;
        }
        write!(f, "in {}", self.function)
    }
}
