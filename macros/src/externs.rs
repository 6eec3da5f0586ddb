//! The arguments of the very rustc that this macro runs in, and what they tell about the build.
//!
//! cargo hands rustc exactly this unit's active direct dependencies (`--extern name=path`) and
//! features (`--cfg feature=".."`). Beside each dependency's file lies its dep-info, which names its
//! source. Two undocumented facts carry this, so whatever looks unexpected is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// What one rustc was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) externs: Vec<Extern>,
    /// Where rustc looks for what the externs depend on.
    pub(crate) folders: BTreeSet<PathBuf>,
    pub(crate) enabled_features: BTreeSet<String>,
    /// `None` without `--check-cfg`.
    pub(crate) declared_features: Option<BTreeSet<String>>,
    pub(crate) crate_types: BTreeSet<String>,
    /// With `--test`, dev-dependencies are among the externs.
    pub(crate) is_test: bool,
}

/// A direct dependency: its name in the source and its compiled file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Extern {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// A package, found by the dep-info of its compiled file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) source: Source,
    pub(crate) folder: PathBuf,
}

/// Where a package's source came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    CratesIo,
    Git,
    Local,
    Unknown,
}

/// What is known about a direct dependency.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Dependency {
    Package(Package),
    /// Named relative to a workspace that cannot be told from here.
    Local,
    Unknown,
}

impl Arguments {
    /// The arguments of this process.
    pub(crate) fn of_this_rustc() -> Self {
        let mut arguments = Vec::new();
        for argument in env::args_os().skip(1) {
            let argument = argument.to_string_lossy().into_owned();
            match argument.strip_prefix('@').map(fs::read_to_string) {
                Some(Ok(file)) => arguments.extend(file.lines().map(str::to_owned)),
                Some(Err(_)) => {}
                None => arguments.push(argument),
            }
        }
        Self::parse(&arguments)
    }

    fn parse(arguments: &[String]) -> Self {
        let mut parsed = Self::default();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let (key, value) = match argument.split_once('=') {
                Some((key, value)) if key.starts_with("--") => (key, Some(value)),
                _ => (argument, None),
            };
            let mut value = || value.or_else(|| arguments.next()).unwrap_or_default();
            match key {
                "--test" => parsed.is_test = true,
                "--extern" => parsed.externs.extend(Extern::parse(value())),
                "-L" => {
                    parsed.folders.extend(value().strip_prefix("dependency=").map(PathBuf::from));
                }
                "--cfg" => parsed.enabled_features.extend(feature(value())),
                "--check-cfg" => {
                    if let Some(features) = declared_features(value()) {
                        parsed.declared_features.get_or_insert_with(BTreeSet::new).extend(features);
                    }
                }
                "--crate-type" => {
                    parsed.crate_types.extend(value().split(',').map(str::to_owned));
                }
                _ => {}
            }
        }
        parsed
    }
}

impl Arguments {
    /// The compiled files, apart from the standard library's, that rustc loads with the externs, and
    /// theirs in turn: their metadata names each by the hash in its file's name. `None` where the
    /// metadata is not as expected.
    pub(crate) fn loaded(&self) -> Option<Vec<Extern>> {
        let files = self.files();
        let mut loaded = BTreeSet::new();
        for one in &self.externs {
            let (_, own) = one.unit()?.rsplit_once('-')?;
            loaded.insert(own.to_owned());
            // A procedural macro's dependencies are its own affair.
            if !matches!(one.path.extension()?.to_str()?, "rmeta" | "rlib") {
                continue;
            }
            let metadata = fs::read(one.path.with_extension("rmeta"));
            let hashes = hashes(&metadata.or_else(|_| fs::read(&one.path)).ok()?);
            if !hashes.contains(own) {
                return None;
            }
            loaded.extend(hashes);
        }
        Some(
            files
                .into_iter()
                .filter(|(hash, _)| loaded.contains(hash))
                .map(|(_, one)| one)
                .collect(),
        )
    }

    /// The compiled files of some crates, whether this build needs them or not.
    pub(crate) fn lying_about(&self, crates: &BTreeSet<String>) -> Vec<Extern> {
        let files = self.files().into_values();
        files.filter(|one| one.crate_name().is_some_and(|name| crates.contains(name))).collect()
    }

    /// Every compiled file of a library, by its hash.
    fn files(&self) -> BTreeMap<String, Extern> {
        let entries = self.folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let files = entries.filter_map(|entry| {
            let one = Extern { name: String::new(), path: entry.ok()?.path() };
            let is_library =
                ["rmeta", "rlib", "so", "dylib", "dll"].contains(&one.path.extension()?.to_str()?);
            let (_, hash) = one.unit().filter(|_| is_library)?.rsplit_once('-')?;
            Some((hash.to_owned(), one))
        });
        files.collect()
    }
}

/// Everything in `bytes` that looks like the end of `libx-0123456789abcdef`.
fn hashes(bytes: &[u8]) -> BTreeSet<String> {
    const LENGTH: usize = 16;
    // The standard library's own search is fast even where this crate is not optimised.
    let pieces = BufRead::split(bytes, b'-').skip(1).filter_map(Result::ok);
    pieces
        .filter_map(|piece| {
            let hash = piece.get(..LENGTH).filter(|hash| hash.iter().all(u8::is_ascii_hexdigit))?;
            Some(String::from_utf8_lossy(hash).into_owned())
        })
        .collect()
}

impl Extern {
    /// `name=path`, or `options:name=path`.
    fn parse(text: &str) -> Option<Self> {
        let (name, path) = text.split_once('=')?;
        let name = name.rsplit(':').next()?;
        Some(Self { name: name.to_owned(), path: PathBuf::from(path) })
    }

    /// Finds the package that this file was compiled from.
    pub(crate) fn dependency(&self) -> Dependency {
        match self.source_file() {
            None => Dependency::Unknown,
            // The folder that it is relative to is not known: the current one may be another
            // package's.
            Some(source) if source.is_relative() => Dependency::Local,
            Some(source) => match self.crate_name().and_then(|name| Package::of(&source, name)) {
                Some(package) => Dependency::Package(package),
                None => Dependency::Unknown,
            },
        }
    }

    /// `flate2-HASH` of `libflate2-HASH.rmeta`.
    fn unit(&self) -> Option<&str> {
        let stem = self.path.file_stem()?.to_str()?;
        let has_prefix = self.path.extension().is_some_and(|extension| extension != "dll");
        if has_prefix {
            stem.strip_prefix("lib")
        } else {
            Some(stem)
        }
    }

    /// The crate's own name, which may differ from the one used here.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        Some(self.unit()?.rsplit_once('-')?.0)
    }

    /// The first source file that the dep-info names.
    fn source_file(&self) -> Option<PathBuf> {
        let dep_info = self.path.with_file_name(format!("{}.d", self.unit()?));
        let text = fs::read_to_string(dep_info).ok()?;
        let (_, sources) = text.lines().next()?.split_once(": ")?;
        let mut path = String::new();
        let mut characters = sources.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\\' if characters.peek() == Some(&' ') => path.extend(characters.next()),
                ' ' => break,
                c => path.push(c),
            }
        }
        (!path.is_empty()).then(|| PathBuf::from(path))
    }
}

impl Package {
    /// The package whose library is called `crate_name` and contains `source`.
    fn of(source: &Path, crate_name: &str) -> Option<Self> {
        source.ancestors().skip(1).find_map(|folder| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
            let name = value(&manifest, "package", "name")?;
            let library = value(&manifest, "lib", "name").unwrap_or_else(|| name.replace('-', "_"));
            let version = value(&manifest, "package", "version");
            (library == crate_name).then(|| Self {
                name,
                version: version.unwrap_or_default(),
                source: Source::of(folder),
                folder: folder.to_owned(),
            })
        })
    }
}

impl Source {
    /// Judges a package by its folder.
    pub(crate) fn of(folder: &Path) -> Self {
        let parts: Vec<_> = folder.iter().map(|part| part.to_string_lossy()).collect();
        // .../registry/src/NAME-HASH/PACKAGE-VERSION
        if let [.., registry, src, cache, _package] = parts.as_slice() {
            if registry == "registry" && src == "src" {
                return if is_crates_io(cache) { Self::CratesIo } else { Self::Unknown };
            }
        }
        if parts.windows(2).any(|pair| pair[0] == "git" && pair[1] == "checkouts") {
            return Self::Git;
        }
        match fs::read_to_string(folder.join(".cargo-checksum.json")) {
            Ok(sums) if sums.replace(' ', "").contains("\"package\":null") => Self::Git,
            // Vendored: from which registry, nobody wrote down. A lock file may say crates.io, with
            // the same check sum; but so it does where a company's registry stands in for crates.io
            // and adds packages of its own.
            Ok(_) => Self::Unknown,
            Err(_) => Self::Local,
        }
    }

    /// The word for it, as in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CratesIo => "crates.io",
            Self::Git => "git",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether a folder of cargo's registry cache is that of crates.io: the hash that cargo puts behind
/// its name stands for the registry's address and protocol.
fn is_crates_io(cache: &str) -> bool {
    const HASHES: [&str; 3] = [
        "1949cf8c6b5b557f", // sparse, since cargo 1.85
        "6f17d22bba15001f", // sparse, before
        "1ecc6299db9ec823", // git index
    ];
    cache.rsplit('-').next().is_some_and(|hash| HASHES.contains(&hash))
}

/// A string of a manifest, by a reader that knows just enough of TOML for the manifests that cargo
/// writes into its caches.
fn value(manifest: &str, section: &str, key: &str) -> Option<String> {
    // The standard library's own search is fast even where this crate is not optimised.
    let (before, section) = manifest.split_once(&format!("[{section}]"))?;
    let (rest_of_line, section) = section.split_once('\n')?;
    if !(before.is_empty() || before.ends_with('\n')) || !rest_of_line.trim().is_empty() {
        return None;
    }
    section.lines().take_while(|line| !line.starts_with('[')).find_map(|line| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
        let value = value.strip_prefix('"')?;
        Some(value[..value.find('"')?].to_owned())
    })
}

/// `x` of `feature="x"`.
fn feature(cfg: &str) -> Option<String> {
    Some(cfg.strip_prefix("feature=\"")?.strip_suffix('"')?.to_owned())
}

/// The strings of `cfg(feature, values("a", "b"))`.
fn declared_features(check: &str) -> Option<Vec<String>> {
    let values = check.strip_prefix("cfg(feature,")?;
    Some(values.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Arguments {
        Arguments::parse(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_of_rustc() {
        let parsed = parse(&[
            "--crate-name",
            "x",
            "--crate-type",
            "lib",
            "--extern",
            "a=/t/liba-1.rmeta",
            "--extern=priv:b=/t/libb-2.rlib",
            "--cfg",
            "feature=\"std\"",
            "--cfg",
            "unix",
            "--check-cfg",
            "cfg(docsrs,test)",
            "--check-cfg",
            "cfg(feature, values(\"std\", \"tls\"))",
            "--extern",
            "proc_macro",
        ]);
        let names: Vec<_> = parsed.externs.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(parsed.enabled_features, BTreeSet::from(["std".to_owned()]));
        assert_eq!(parsed.declared_features.unwrap().len(), 2);
        assert!(!parsed.is_test);
        assert!(parsed.crate_types.contains("lib"));
        assert!(parse(&["--test"]).is_test);
    }

    #[test]
    fn a_file_without_dep_info_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libflate2-0123.rmeta");
        let one = Extern { name: "flate2".to_owned(), path };
        assert_eq!(one.dependency(), Dependency::Unknown);
        fs::write(folder.path().join("flate2-0123.d"), "x: src/lib.rs\n").unwrap();
        assert_eq!(one.dependency(), Dependency::Local);
    }

    #[test]
    fn a_package_is_found_by_its_librarys_name() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("registry/src/x-1949cf8c6b5b557f/a b-1.2.3");
        fs::create_dir_all(home.join("src")).unwrap();
        fs::write(
            home.join("Cargo.toml"),
            "[package]\nname = \"a-b\"\nversion = \"1.2.3\"\n[lib]\nname = \"ab\"\n",
        )
        .unwrap();
        let source = home.join("src/lib.rs").display().to_string().replace(' ', "\\ ");
        fs::write(folder.path().join("ab-0123.d"), format!("x: {source} y\n")).unwrap();
        let path = folder.path().join("libab-0123.rmeta");
        let Dependency::Package(package) = (Extern { name: "other".to_owned(), path }).dependency()
        else {
            panic!("not found");
        };
        assert_eq!((package.name.as_str(), package.version.as_str()), ("a-b", "1.2.3"));
        assert_eq!(package.source, Source::CratesIo);
    }

    #[test]
    fn rustc_loads_what_metadata_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        file("liba-00000000000000aa.rmeta", "rust liba-00000000000000aa b -00000000000000bb.");
        file("libb-00000000000000bb.rmeta", "");
        file("libb-00000000000000b2.rmeta", "");
        file("libc-00000000000000cc.rmeta", "its own name is not in it");
        let path = |name: &str| format!("{name}={}/lib{name}", folder.path().display());
        let (dependency, a, c) = (
            format!("dependency={}", folder.path().display()),
            path("a") + "-00000000000000aa.rlib",
            path("c") + "-00000000000000cc.rmeta",
        );

        let loaded = parse(&["-L", &dependency, "--extern", &a]).loaded().unwrap();
        let units: Vec<_> = loaded.iter().filter_map(Extern::unit).collect();
        assert_eq!(units, ["a-00000000000000aa", "b-00000000000000bb"]);
        assert_eq!(parse(&["-L", &dependency, "--extern", &c]).loaded(), None);
    }
}
