//! Finds which crates of a build refer to a site.
//!
//! rustc is silent about deprecated calls inside third-party crates, and a binary does not say
//! where a call came from. The rlibs of the build do: a tracked function refers to its site's
//! record, so the object files of the counted library tell which functions hold which site; a
//! crate that calls one of these functions, or that holds an inlined or generic copy of its body,
//! has an undefined symbol for the function or for the record.
//!
//! What this cannot know:
//! * *The program's own code.* Its objects are gone once it is linked. A site that was linked
//!   although no rlib refers to it is used by the program itself, or within the library.
//! * *Generic and inline functions* of a crate in the middle are compiled where they are used: what
//!   they refer to counts as that crate's, or as the program's own.
//! * *Inlining within the library.* Where the compiler copied a tracked function into another
//!   generic or inline function of the library, a crate that uses that one refers to both sites.
//! * *Link-time optimisation.* With `lto` in the profile, cargo leaves rlibs that hold LLVM
//!   bitcode instead of objects. Such a library's sites are not known here, rather than unused.

mod deps;
mod function;
pub(crate) mod object_file;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use headcount_report::SiteRecord;
use headcount_report::graph::Package;

use crate::workspace::LinkedCrates;
pub use deps::{Deps, beside};
use function::FunctionPath;
use object_file::{Kept, Members, each_object};

/// How often each rlib is read.
const PASSES: u64 = 3;

/// A crate of the build.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// The package, or the library target where only that is known.
    pub name: String,
    /// Its version, if known.
    pub version: Option<String>,
}

/// A crate and what the compiler made of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rlib {
    /// The crate.
    pub krate: Crate,
    /// The file.
    pub path: PathBuf,
}

/// Who refers to a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SiteUse {
    /// Other crates than the library itself. The program's own code is never among them.
    pub crates: BTreeSet<Crate>,
    /// Whether another function of the library does.
    pub library_itself: bool,
}

/// Who refers to which site, as far as the rlibs of a build tell.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Referrers {
    /// Every site that these rlibs hold. About any other, nothing is known.
    pub sites: BTreeMap<SiteRecord, SiteUse>,
    /// What could not be used: one sentence each. Unless it is empty, more crates than those found
    /// may refer to a site.
    pub problems: Vec<String>,
}

/// Finds who refers to the sites that `rlibs` hold.
#[must_use]
pub fn find(rlibs: &[Rlib]) -> Referrers {
    find_with_progress(rlibs, &mut |_| ())
}

/// Like [`find()`]; calls `progress` with numbers of bytes that add up to the size of the files.
#[must_use]
pub fn find_with_progress(rlibs: &[Rlib], progress: &mut dyn FnMut(u64)) -> Referrers {
    let mut index = Index::default();
    let mut problems = Problems::default();
    let mut pass = |step: fn(&mut Index, &Rlib, &object::File<'_>), kept| {
        for rlib in rlibs {
            let visit = |object: &object::File<'_>| step(&mut index, rlib, object);
            match each_object(&rlib.path, kept, visit) {
                Ok(Members::Objects) => {}
                Ok(Members::Bitcode) => drop(problems.bitcode.insert(&rlib.path)),
                Err(problem) => drop(problems.unread.insert(problem)),
            }
            progress(fs::metadata(&rlib.path).map_or(0, |metadata| metadata.len()) / PASSES);
        }
    };
    pass(Index::add_records, Kept::RecordsOnly);
    pass(Index::add_functions, Kept::All);
    pass(Index::add_uses, Kept::All);
    Referrers { sites: index.uses, problems: problems.sentences() }
}

impl Referrers {
    /// What is known for a program that is linked from these crates only.
    #[must_use]
    pub fn within(&self, crates: &LinkedCrates) -> Self {
        let mut within = self.clone();
        for site_use in within.sites.values_mut() {
            site_use.crates.retain(|krate| crates.contains(krate));
        }
        within
    }

    /// Names crates of which only the library is known as the program's own graph names them.
    pub fn name_by(&mut self, packages: &[Package]) {
        for site_use in self.sites.values_mut() {
            let crates = std::mem::take(&mut site_use.crates);
            site_use.crates = crates.into_iter().map(|krate| krate.named_by(packages)).collect();
        }
    }

    /// Who refers to a site; `None` where that is not known.
    #[must_use]
    pub fn of(&self, site: &SiteRecord) -> Option<&SiteUse> {
        let site_use = self.sites.get(site)?;
        (self.problems.is_empty() || *site_use != SiteUse::default()).then_some(site_use)
    }
}

/// The rlibs that tell nothing.
#[derive(Default)]
struct Problems<'a> {
    bitcode: BTreeSet<&'a Path>,
    unread: BTreeSet<String>,
}

impl Problems<'_> {
    fn sentences(self) -> Vec<String> {
        let bitcode = (!self.bitcode.is_empty()).then(|| {
            format!(
                "with link-time optimisation {} of the libraries hold no symbols; a build without \
                 `lto` tells who refers to what",
                self.bitcode.len()
            )
        });
        bitcode.into_iter().chain(self.unread).collect()
    }
}

/// What is known so far. Symbols are mangled names: equal names are one entity in a build.
#[derive(Default)]
struct Index {
    /// The symbol of each record, its site, and the function that it stands in.
    records: HashMap<String, (SiteRecord, Option<FunctionPath>)>,
    /// The symbols of tracked functions, with their sites.
    functions: HashMap<String, BTreeSet<SiteRecord>>,
    uses: BTreeMap<SiteRecord, SiteUse>,
}

impl Index {
    /// First pass: which symbols are records.
    fn add_records(&mut self, _: &Rlib, object: &object::File<'_>) {
        for (symbol, site) in object_file::site_records(object) {
            self.uses.entry(site.clone()).or_default();
            self.records.insert(symbol.to_owned(), (site, FunctionPath::around(symbol)));
        }
    }

    /// Second pass: which functions hold them, wherever copies of generic ones were made.
    fn add_functions(&mut self, rlib: &Rlib, object: &object::File<'_>) {
        let holds = |symbol: &str| self.records.contains_key(symbol);
        for (function, record) in object_file::references(object, holds) {
            let (site, around) = &self.records[record];
            if around.as_ref().is_some_and(|path| path.is_of(function)) {
                self.functions.entry(function.to_owned()).or_default().insert(site.clone());
            } else if rlib.krate.is_library_of(site) {
                self.uses.entry(site.clone()).or_default().library_itself = true;
            }
        }
    }

    /// Third pass: who refers to either.
    fn add_uses(&mut self, rlib: &Rlib, object: &object::File<'_>) {
        for symbol in object_file::undefined(object) {
            let record = self.records.get(symbol).map(|(site, _)| site);
            for site in record.into_iter().chain(self.functions.get(symbol).into_iter().flatten()) {
                if !rlib.krate.is_library_of(site) {
                    let site_use = self.uses.entry(site.clone()).or_default();
                    site_use.crates.insert(rlib.krate.clone());
                }
            }
        }
        let holds = |symbol: &str| self.functions.contains_key(symbol);
        for (function, called) in object_file::references(object, holds) {
            for site in &self.functions[called] {
                let is_own = self.functions.get(function).is_some_and(|own| own.contains(site));
                if rlib.krate.is_library_of(site) && !is_own {
                    self.uses.entry(site.clone()).or_default().library_itself = true;
                }
            }
        }
    }
}

impl Crate {
    fn is_library_of(&self, site: &SiteRecord) -> bool {
        plain(&self.name) == plain(site.library.as_str())
            && self.version.as_ref().is_none_or(|version| *version == site.version)
    }

    /// The one package whose library can have this name; itself if there are none or several.
    fn named_by(self, packages: &[Package]) -> Self {
        let mut named = packages.iter().filter(|package| plain(&package.name) == plain(&self.name));
        match (&self.version, named.next(), named.next()) {
            (None, Some(package), None) => {
                Self { name: package.name.clone(), version: Some(package.version.clone()) }
            }
            _ => self,
        }
    }
}

/// A package's name as its library is usually called.
fn plain(name: &str) -> String {
    name.replace('-', "_")
}
