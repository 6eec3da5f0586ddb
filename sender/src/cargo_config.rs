//! The one line by which programs that cargo runs learn of the spool.

mod contents;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use toml_edit::{Item, TableLike, TomlError, Value, table};

use crate::durable::{self, FileError};
use crate::home::{Lock, lock_folder};
use contents::{Contents, MAX_CONFIG_BYTES};

const TABLE: &str = "env";
const VARIABLE: &str = "HEADCOUNT_SPOOL";

/// For a file that cargo makes too: everybody may read it.
const CONFIG_FILE: u32 = 0o644;

/// The user's own cargo configuration.
#[derive(Debug, Clone)]
pub struct CargoConfig {
    path: PathBuf,
}

/// What the configuration says about the spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    None,
    /// Our folder.
    Ours,
    /// Something that headcount did not write.
    Other(String),
}

/// Why the configuration was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CargoConfigError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is neither `CARGO_HOME` nor a home folder.
    #[error("this user has no home folder; set CARGO_HOME to an absolute path")]
    Unknown,
    /// Not TOML.
    #[error("`{}` is not valid TOML; it was left as it is", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<TomlError>,
    },
    /// It could not be written back as it is.
    #[error(
        "`{}` {why}; it was left as it is (add {VARIABLE} to its `[env]` by hand)", path.display()
    )]
    Unkept {
        /// The file.
        path: PathBuf,
        /// What could not be kept.
        why: &'static str,
    },
    /// `env` is not a table there.
    #[error("`env` is not a table in `{}`; it was left as it is", .0.display())]
    NoTable(PathBuf),
    /// Somebody else's value stands there.
    #[error(
        "`{}` sets {VARIABLE} to {found}, which is not headcount's; it was left as it is \
         (`--force` replaces it)", path.display()
    )]
    Taken {
        /// The file.
        path: PathBuf,
        /// What stands there.
        found: String,
    },
    /// TOML is Unicode.
    #[error("`{}` is not Unicode, so cargo's configuration cannot name it", .0.display())]
    NotUnicode(PathBuf),
}

impl CargoConfig {
    /// The file in `CARGO_HOME` that cargo reads: `config` if there is one, else `config.toml`.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn of_environment() -> Result<Self, CargoConfigError> {
        let named = env::var_os("CARGO_HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let home = match named {
            Some(home) => home,
            None => BaseDirs::new().ok_or(CargoConfigError::Unknown)?.home_dir().join(".cargo"),
        };
        let old = home.join("config");
        Ok(Self { path: if old.is_file() { old } else { home.join("config.toml") } })
    }

    /// A file of the caller's choice.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says about the spool.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn entry(&self, spool: &Path) -> Result<Entry, CargoConfigError> {
        let Contents { document, .. } = self.read()?;
        let found = document.get(TABLE).and_then(Item::as_table_like);
        Ok(Entry::of(found.and_then(|table| table.get(VARIABLE)), spool))
    }

    /// Names the spool folder. All else in the file stays as it is, comments and order too.
    ///
    /// # Errors
    /// When something else stands there, unless `force`; when it cannot be read or written.
    pub fn name(&self, spool: &Path, force: bool) -> Result<(), CargoConfigError> {
        let text = spool.to_str().ok_or_else(|| CargoConfigError::NotUnicode(spool.to_owned()))?;
        let _lock = self.tidy()?;
        let mut contents = self.read()?;
        let env = contents.document.entry(TABLE).or_insert_with(table);
        let mut value = Value::from(text);
        take_trailing(env, &mut value);
        let env = self.as_table(env)?;
        match Entry::of(env.get(VARIABLE), spool) {
            Entry::Ours => return Ok(()),
            Entry::Other(found) if !force => {
                return Err(CargoConfigError::Taken { path: self.path.clone(), found });
            }
            Entry::Other(_) | Entry::None => env.insert(VARIABLE, Item::Value(value)),
        };
        self.write(&contents)
    }

    /// Takes out what [`name`](Self::name) put in; what is not headcount's stays.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn forget(&self, spool: &Path) -> Result<(), CargoConfigError> {
        let _lock = self.tidy()?;
        let mut contents = self.read()?;
        let Some(env) = contents.document.get_mut(TABLE) else { return Ok(()) };
        let table = self.as_table(env)?;
        if Entry::of(table.get(VARIABLE), spool) != Entry::Ours {
            return Ok(());
        }
        let removed = table.remove(VARIABLE);
        give_trailing_back(env, removed.as_ref());
        hide_header(env);
        if contents.document.get(TABLE).is_some_and(is_bare) {
            contents.document.remove(TABLE);
        }
        if contents.to_string().is_empty() {
            return Ok(durable::remove(&self.path)?);
        }
        self.write(&contents)
    }

    fn as_table<'a>(&self, env: &'a mut Item) -> Result<&'a mut dyn TableLike, CargoConfigError> {
        env.as_table_like_mut().ok_or_else(|| CargoConfigError::NoTable(self.path.clone()))
    }

    fn read(&self) -> Result<Contents, CargoConfigError> {
        match durable::read(&self.path, MAX_CONFIG_BYTES + 1)? {
            Some(bytes) => Contents::decode(bytes, &self.path),
            None => Ok(Contents::none()),
        }
    }

    /// Removes what killed processes left beside the file. Until the lock is dropped, no other
    /// process of headcount's changes the file. A folder that is not there holds nothing.
    fn tidy(&self) -> Result<Option<Lock>, FileError> {
        let path = self.real_path();
        let Some(folder) = path.parent().filter(|folder| folder.is_dir()) else { return Ok(None) };
        let lock = lock_folder(folder)?;
        durable::sweep(folder)?;
        Ok(Some(lock))
    }

    /// Writes the file, with the permissions that it has.
    fn write(&self, contents: &Contents) -> Result<(), CargoConfigError> {
        let path = self.real_path();
        let mode = fs::metadata(&path).map_or(CONFIG_FILE, |status| status.permissions().mode());
        if let Some(folder) = path.parent() {
            durable::create_folder(folder)?;
        }
        Ok(durable::write(&path, contents.to_string().as_bytes(), mode)?)
    }

    /// Where the file really is, should it be a link.
    fn real_path(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }
}

impl Entry {
    /// Cargo takes a text, or a table with the text and options.
    fn of(item: Option<&Item>, spool: &Path) -> Self {
        let Some(item) = item else { return Self::None };
        if item.as_str().is_some_and(|found| Path::new(found) == spool) {
            return Self::Ours;
        }
        Self::Other(item.to_string().trim().to_owned())
    }
}

/// Moves what stands between the braces of an empty `env = { }` behind the value that will be there: an
/// empty table has no other place for it than a table's end, where the value's own blank would join it.
fn take_trailing(env: &mut Item, value: &mut Value) {
    if let Some(table) = env.as_inline_table_mut()
        && table.is_empty()
    {
        value.decor_mut().set_suffix(table.trailing().clone());
        table.set_trailing("");
    }
}

/// Moves what stands behind the only value of `env = { .. }` back between the braces.
fn give_trailing_back(env: &mut Item, removed: Option<&Item>) {
    if let Some(table) = env.as_inline_table_mut()
        && table.is_empty()
    {
        let suffix = removed.and_then(Item::as_value).and_then(|value| value.decor().suffix());
        let texts =
            [suffix, Some(table.trailing())].map(|text| text.and_then(|text| text.as_str()));
        table.set_trailing(texts.map(Option::unwrap_or_default).concat());
    }
}

/// Takes the line `[env]` away where only tables such as `[env.PATH]` are left.
fn hide_header(env: &mut Item) {
    let is_plain = !has_comment(env);
    if let Some(table) = env.as_table_mut()
        && is_plain
        && table.iter().all(|(_, item)| item.is_table())
    {
        table.set_implicit(true);
    }
}

/// An `[env]` without anything in it and without a comment of the user's.
fn is_bare(env: &Item) -> bool {
    env.as_table().is_some_and(toml_edit::Table::is_empty) && !has_comment(env)
}

/// Whether there is a comment before or behind a table's header.
fn has_comment(table: &Item) -> bool {
    let is_text = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    table.as_table().is_some_and(|table| {
        let decor = table.decor();
        is_text(decor.prefix().and_then(|text| text.as_str()))
            || is_text(decor.suffix().and_then(|text| text.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOOL: &str = "/home/me/spool";

    fn config(text: Option<&str>) -> (tempfile::TempDir, CargoConfig) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        (folder, CargoConfig { path })
    }

    /// What stands there after `name`; after `forget` there must be what was there before.
    #[track_caller]
    fn round_trip(before: Option<&str>, named: &str) {
        let (_folder, config) = config(before);
        let spool = Path::new(SPOOL);
        let text = || fs::read_to_string(config.path()).ok();
        config.name(spool, false).unwrap();
        assert_eq!(text().as_deref(), Some(named));
        assert_eq!(config.entry(spool).unwrap(), Entry::Ours);
        config.name(spool, false).unwrap();
        assert_eq!(text().as_deref(), Some(named));
        config.forget(spool).unwrap();
        assert_eq!(text().as_deref(), before);
        assert_eq!(config.entry(spool).unwrap(), Entry::None);
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_is() {
        let line = format!("HEADCOUNT_SPOOL = \"{SPOOL}\"\n");
        round_trip(None, &format!("[env]\n{line}"));
        let build = "# mine\n[build]   # odd   spacing\njobs=2\n";
        round_trip(Some(build), &format!("{build}\n[env]\n{line}"));
        let env = "[env]\n# for the tests\nRUST_LOG = 'info'   # loud\n";
        round_trip(Some(env), &format!("{env}{line}"));
        let around = ("[env]\nA = \"b\"\n", "\n[net]\nretry = 3\n");
        let whole = [around.0, around.1].concat();
        round_trip(Some(&whole), &[around.0, &line, around.1].concat());
        let empty = "# below is nothing yet\n[env]\n";
        round_trip(Some(empty), &format!("{empty}{line}"));
        let tables = "[env.A]\nvalue = \"b\"\n";
        round_trip(Some(tables), &format!("[env]\n{line}{tables}"));
        let lines = "[build]\r\njobs = 2\r\n";
        let crlf = format!("{lines}\n[env]\n{line}").replace("\r\n", "\n").replace('\n', "\r\n");
        round_trip(Some(lines), &crlf);
        let dotted = "env.A = \"b\"\n";
        round_trip(Some(dotted), &format!("{dotted}env.{line}"));
    }

    #[test]
    fn what_stands_between_braces_stays() {
        let entry = format!("HEADCOUNT_SPOOL = \"{SPOOL}\"");
        round_trip(Some("env = {}\n"), &format!("env = {{ {entry}}}\n"));
        round_trip(Some("env = {  } # c\n"), &format!("env = {{ {entry}  }} # c\n"));
        round_trip(Some("env = { # c\n}\n"), &format!("env = {{ {entry} # c\n}}\n"));
        let full = r#"env = { A = "b" }"#;
        round_trip(
            Some(&format!("{full}\n")),
            &format!("{}, {entry} }}\n", &full[..full.len() - 1]),
        );
    }

    #[test]
    fn somebody_elses_value_stays_unless_forced() {
        let before = "[env]\nHEADCOUNT_SPOOL = { value = \"/srv/spool\", force = true }\n";
        let (_folder, config) = config(Some(before));
        let spool = Path::new(SPOOL);
        let error = config.name(spool, false).unwrap_err();
        assert!(matches!(error, CargoConfigError::Taken { .. }), "{error}");
        config.forget(spool).unwrap();
        assert_eq!(fs::read_to_string(config.path()).unwrap(), before);
        config.name(spool, true).unwrap();
        assert_eq!(config.entry(spool).unwrap(), Entry::Ours);
    }

    #[track_caller]
    fn refused(text: &[u8], expect: &str) {
        let (_folder, config) = config(None);
        fs::write(config.path(), text).unwrap();
        let error = config.name(Path::new(SPOOL), true).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert!(fs::read(config.path()).unwrap() == text);
    }

    #[test]
    fn what_cannot_be_kept_stays_as_it_is() {
        refused(b"[env", "not valid TOML");
        refused(b"env = 3\n", "not a table");
        refused(b"# gr\xfcn\n", "is not UTF-8");
        refused(b"a = 1\r\nb = 2\n", "line ends");
        refused("\u{feff}a = 1\n".as_bytes(), "byte order mark");
        refused(&b"# a line\n".repeat(1 << 19), "over 4 MiB");
    }

    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        let (folder, _) = config(None);
        let (real, link) = (folder.path().join("dotfiles.toml"), folder.path().join("config.toml"));
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        CargoConfig { path: link.clone() }.name(Path::new(SPOOL), false).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains(SPOOL));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
