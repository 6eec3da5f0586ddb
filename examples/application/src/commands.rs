//! What the program can do, a function each.

use std::error::Error;
use std::fs;
use std::io::{self, Write};

use counted_library::{Archive, Builder, Level, checksum};
use middle_crate::{Backup, Change};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Packs files, as small as they get.
pub fn pack(archive: &str, files: &[&str]) -> Result {
    write_archive(archive, Builder::new().level(Level::Best), files)
}

/// Packs files without compressing them.
pub fn pack_stored(archive: &str, files: &[&str]) -> Result {
    write_archive(archive, Builder::new().stored(), files)
}

/// Packs files of any size: none is held in memory.
#[cfg(feature = "streaming")]
pub fn stream(archive: &str, files: &[&str]) -> Result {
    let out = fs::File::create(archive).map_err(|error| about(archive, &error))?;
    let mut writer = counted_library::StreamWriter::new(out, Level::Fast);
    for file in files {
        let mut source = fs::File::open(file).map_err(|error| about(file, &error))?;
        writer.add_reader(file, &mut source)?;
    }
    writer.finish()?;
    Ok(())
}

/// Names the entries of archives.
pub fn list(archives: &[&str]) -> Result {
    for archive in archives {
        for entry in Archive::open(read(archive)?)?.index() {
            let sum = checksum::text::format(entry.crc);
            println!("{sum}  {:>9} bytes  {}", entry.bytes, entry.name);
        }
    }
    Ok(())
}

/// Writes one entry to standard output.
pub fn print(archive: &str, entry: &str) -> Result {
    let bytes = Archive::open(read(archive)?)?.read(entry)?;
    Ok(io::stdout().write_all(&bytes)?)
}

/// Checks archives.
pub fn verify(archives: &[&str]) -> Result {
    for archive in archives {
        let entries = Archive::open(read(archive)?)?.verify()?;
        println!("{archive}: {entries} entries are sound");
    }
    Ok(())
}

/// Packs files into a backup.
pub fn backup(backup: &str, files: &[&str]) -> Result {
    write(backup, &Backup::take(read_all(files)?)?)
}

/// Tells which files changed since a backup.
pub fn changes(backup: &str, files: &[&str]) -> Result {
    let backup = Backup::open(read(backup)?)?;
    for change in backup.changes(&read_all(files)?) {
        match change {
            Change::Added(name) => println!("added    {name}"),
            Change::Edited(name) => println!("edited   {name}"),
            Change::Removed(name) => println!("removed  {name}"),
        }
    }
    Ok(())
}

fn write_archive(archive: &str, mut builder: Builder, files: &[&str]) -> Result {
    for (name, bytes) in read_all(files)? {
        builder.add(name, &bytes)?;
    }
    write(archive, &builder.finish()?)
}

fn read_all<'a>(files: &[&'a str]) -> Result<Vec<(&'a str, Vec<u8>)>> {
    files.iter().map(|file| Ok((*file, read(file)?))).collect()
}

fn read(file: &str) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| about(file, &error))
}

fn write(file: &str, bytes: &[u8]) -> Result {
    fs::write(file, bytes).map_err(|error| about(file, &error))
}

fn about(file: &str, error: &io::Error) -> Box<dyn Error> {
    format!("`{file}`: {error}").into()
}
