//! What the application's user has: notes, archives of them, and a backup of years ago.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// The user's notes.
pub(crate) const NOTES: [&str; 2] = ["monday.txt", "tuesday.txt"];

/// Enough for a counter to reach 100.
const DAYS: usize = 150;

/// What an archive ends with: the CRC-32 of its index, and what says of which format it is.
const FOOTER_TAIL_BYTES: usize = 12;

/// The end of an archive of a release before 1.0, which has no CRC-32.
const OLD_FOOTER_TAIL: &[u8] = b"COUNTED0";

/// Writes the notes.
pub(crate) fn write_notes(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir(folder).context("cannot make a folder for the application's files")?;
    let [monday, tuesday] = NOTES;
    write(&folder.join(monday), b"bring the cake\n")?;
    write(&folder.join(tuesday), b"eat the cake\n")
}

/// Changes one note.
pub(crate) fn edit_note(folder: &Path) -> anyhow::Result<()> {
    write(&folder.join(NOTES[1]), b"bake another cake\n")
}

/// Copies an archive for each day; returns the copies' names.
pub(crate) fn copy_daily(folder: &Path, archive: &str) -> anyhow::Result<Vec<String>> {
    let bytes = read(&folder.join(archive))?;
    let names = (1..=DAYS).map(|day| format!("day-{day:03}.archive"));
    names.map(|name| write(&folder.join(&name), &bytes).map(|()| name)).collect()
}

/// Writes a backup as a release before 1.0 would have written it.
pub(crate) fn write_old_backup(folder: &Path, backup: &str, old: &str) -> anyhow::Result<()> {
    let bytes = read(&folder.join(backup))?;
    let end = bytes.len().checked_sub(FOOTER_TAIL_BYTES).context("the backup is too short")?;
    write(&folder.join(old), &[&bytes[..end], OLD_FOOTER_TAIL].concat())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
