//! From where it is known who refers to a site.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use headcount_sender::referrers::{self, Crate, Deps, Referrers, Rlib};
use headcount_sender::workspace::{Executable, LinkedCrates};

use crate::progress::Progress;

/// From where it is known about one binary.
pub(super) enum Origin {
    /// From the build that was made just now.
    Build {
        /// The package of the program.
        program: Crate,
        /// The crates that it is linked from, where cargo told.
        crates: Option<LinkedCrates>,
    },
    /// From the target folder around the binary.
    Folder(PathBuf),
    /// From nowhere.
    Unknown,
}

impl Origin {
    pub(super) fn of_build(Executable { package, crates, .. }: Executable) -> Self {
        Self::Build { program: package, crates }
    }

    /// The crates of the build that depend on a library, directly or through others. The program
    /// itself only if it does so directly. `None` where that is not known.
    pub(super) fn dependents(&self, library: &Crate) -> Option<BTreeSet<Crate>> {
        let Self::Build { program, crates: Some(crates) } = self else { return None };
        let mut dependents = crates.dependents(library);
        if !crates.is_direct(program, library) {
            dependents.remove(program);
        }
        Some(dependents)
    }

    /// Whether this is the package of the program.
    pub(super) fn is_program(&self, krate: &Crate) -> bool {
        matches!(self, Self::Build { program, .. } if program == krate)
    }
}

/// What libraries tell. They are read when the first binary needs it, and once.
#[derive(Default)]
pub(super) struct Knowledge {
    build: Source,
    folders: BTreeMap<PathBuf, Source>,
}

/// Libraries, and what they told.
#[derive(Default)]
struct Source {
    rlibs: Vec<Rlib>,
    referrers: Option<Referrers>,
}

impl Knowledge {
    /// What the libraries of a build tell.
    pub(super) fn of_build(rlibs: Vec<Rlib>) -> Self {
        Self { build: Source { rlibs, referrers: None }, folders: BTreeMap::new() }
    }

    /// Looks for the libraries that a binary was linked from.
    pub(super) fn find_beside(&mut self, binary: &Path) -> Origin {
        let Some(Deps { folder, rlibs }) = referrers::beside(binary) else {
            return Origin::Unknown;
        };
        self.folders.entry(folder.clone()).or_insert(Source { rlibs, referrers: None });
        Origin::Folder(folder)
    }

    /// Who refers to what in a binary.
    pub(super) fn of(&mut self, origin: &Origin) -> Referrers {
        match origin {
            Origin::Build { crates: Some(crates), .. } => self.build.referrers().within(crates),
            Origin::Build { crates: None, .. } => self.build.referrers().clone(),
            Origin::Folder(folder) => {
                let source = self.folders.get_mut(folder);
                source.map_or_else(Referrers::default, |source| source.referrers().clone())
            }
            Origin::Unknown => Referrers::default(),
        }
    }
}

impl Source {
    fn referrers(&mut self) -> &Referrers {
        self.referrers.get_or_insert_with(|| {
            let progress = Progress::over(self.rlibs.iter().map(|rlib| rlib.path.as_path()));
            referrers::find_with_progress(&self.rlibs, &mut |bytes| progress.add(bytes))
        })
    }
}
