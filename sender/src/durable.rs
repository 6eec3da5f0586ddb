//! Files that survive a crash: whole or not at all.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How the name of a file that is not yet whole begins; it may lie in a folder of cargo's.
pub(crate) const UNFINISHED: &str = ".headcount-unfinished-";

/// For what is only the owner's.
pub(crate) const PRIVATE_FILE: u32 = 0o600;

/// What the operating system did not do.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`", path.display())]
pub struct FileError {
    /// What was tried.
    pub doing: &'static str,
    /// On which file.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl FileError {
    /// Turns the error of one call into one that says what was tried.
    pub(crate) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { doing, path: path.to_owned(), source }
    }
}

/// Writes a file: under another name first, moved into place when it is on the disk.
pub(crate) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FileError> {
    let folder = folder_of(path);
    let whole = || {
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync(folder)
    };
    whole().map_err(FileError::at("write", path))
}

/// Moves a file to another folder of the same disk.
///
/// The new name is on the disk before the old one is gone from it: a crash may leave both, never
/// none.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    let moved = || {
        fs::rename(from, to)?;
        sync(folder_of(to))?;
        sync(folder_of(from))
    };
    moved().map_err(FileError::at("move", from))
}

/// Removes a file; it is no error when there is none.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Ok(()) => sync(folder_of(path)).map_err(FileError::at("remove", path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(FileError::at("remove", path)(error)),
    }
}

/// Removes what killed processes left half-written in a folder. The caller is alone with it, by a lock.
pub(crate) fn sweep(folder: &Path) -> Result<(), FileError> {
    let names = names(folder)?.into_iter().filter(|name| name.starts_with(UNFINISHED));
    names.map(|name| folder.join(name)).try_for_each(|path| remove(&path))
}

/// Removes a folder and all that is in it; it is no error when there is none.
pub(crate) fn remove_folder(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::at("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Reads at most `limit_bytes` of a file; `None` when there is none.
pub(crate) fn read(path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, FileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::at("open", path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(limit_bytes).read_to_end(&mut bytes).map_err(FileError::at("read", path))?;
    Ok(Some(bytes))
}

/// Names of the regular files of a folder, sorted; none when there is no folder.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FileError::at("list", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(FileError::at("list", folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Makes sure that a folder is there; one that has to be made is only the owner's.
pub(crate) fn create_folder(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(FileError::at("make", path))
}

/// Puts the names in a folder on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
