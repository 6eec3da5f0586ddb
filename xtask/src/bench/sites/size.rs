//! What the bytes of a program are spent on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use headcount_sender::scan;
use object::read::{Object, ObjectSection};

/// What bytes of a program may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Records, as the scan finds them.
    Record,
    /// Other data: what sites hold besides their record.
    Data,
    /// Addresses, and what tells the dynamic linker to adjust them.
    Relocation,
    Code,
    Unwinding,
    /// Other sections, and what lies between them.
    Rest,
}

pub(super) const USES: [Use; 6] =
    [Use::Record, Use::Data, Use::Relocation, Use::Code, Use::Unwinding, Use::Rest];

/// Bytes of one program, of each use.
#[derive(Debug)]
pub(super) struct Size([u64; USES.len()]);

impl Size {
    /// Looks at a stripped ELF program.
    pub(super) fn of(program: &Path) -> Result<Self> {
        let bytes = fs::read(program).context("cannot read the program")?;
        let file = object::File::parse(&*bytes).context("cannot read the program's headers")?;
        let mut size = Self([0; USES.len()]);
        for section in file.sections() {
            // What is not loaded has no address; what is zero at first takes no bytes of the file.
            if section.address() != 0 && section.file_range().is_some() {
                size.0[of_section(section.name()?) as usize] += section.size();
            }
        }
        let records = scan::records(program)?.records;
        let records = records.iter().map(|record| record.encode().len() as u64).sum::<u64>();
        size.0[Use::Record as usize] = records;
        size.0[Use::Data as usize] -= records;
        size.0[Use::Rest as usize] += bytes.len() as u64 - size.total();
        Ok(size)
    }

    pub(super) fn get(&self, part: Use) -> u64 {
        self.0[part as usize]
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

fn of_section(name: &str) -> Use {
    match name {
        ".text" | ".plt" => Use::Code,
        ".data" | ".rodata" => Use::Data,
        ".rela.dyn" | ".relr.dyn" | ".got" => Use::Relocation,
        ".eh_frame" | ".eh_frame_hdr" | ".gcc_except_table" => Use::Unwinding,
        _ => Use::Rest,
    }
}
