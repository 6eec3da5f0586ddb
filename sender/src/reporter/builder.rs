//! What whoever runs the program configured.

use std::collections::BTreeSet;
use std::path::PathBuf;

use headcount_report::{CrateName, Origin};

use super::speaker::Speaker;
use super::work::Work;
use super::{Look, Reporter, ReporterError};
use crate::collector::CollectorUrl;
use crate::home::Home;
use crate::switch::Choices;

/// The configuration of a [`Reporter`]. What is wrong in it is told by the reporter's
/// [`state`](Reporter::state).
#[derive(Debug)]
#[must_use = "nothing is reported before `spawn`"]
pub struct Builder {
    look: Option<Look>,
    home: Option<PathBuf>,
    choices: Choices,
    wrong: Option<ReporterError>,
}

impl Builder {
    pub(super) fn new(look: Option<Look>) -> Self {
        let choices = Choices { origin: Some(Origin::Deployed), ..Choices::default() };
        Self { look, home: None, choices, wrong: None }
    }

    /// The folder in which everything is kept, as an absolute path.
    ///
    /// Nothing happens unless it is there: making it is how whoever runs the program agrees. It has
    /// to belong to the user as whom the program runs, and is best not shared with other programs.
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }

    /// A collector that may be sent to: `https://..`, or `http://` on this machine. Libraries that
    /// name this address are reported there. May be said several times; without it nothing is sent.
    pub fn collector(mut self, url: impl AsRef<str>) -> Self {
        match url.as_ref().parse::<CollectorUrl>() {
            Ok(url) => self.choices.send_to.push(url),
            Err(error) => self.wrong = Some(error.into()),
        }
        self
    }

    /// The only libraries that may be reported. Without it, all that come from crates.io.
    pub fn only<N: AsRef<str>>(mut self, libraries: impl IntoIterator<Item = N>) -> Self {
        self.choices.only = Some(self.names(libraries));
        self
    }

    /// Libraries that are never reported, not even as a dependency of another.
    pub fn except<N: AsRef<str>>(mut self, libraries: impl IntoIterator<Item = N>) -> Self {
        self.choices.except = Some(self.names(libraries));
        self
    }

    /// Libraries that may be reported though they do not come from crates.io, but from a folder.
    pub fn include_local<N: AsRef<str>>(mut self, libraries: impl IntoIterator<Item = N>) -> Self {
        self.choices.include_local = Some(self.names(libraries));
        self
    }

    /// Starts the reporter on a thread of its own.
    ///
    /// Never fails: where nothing can or may be reported, the reporter does nothing, and its
    /// [`state`](Reporter::state) says why. A process has one reporter at a time.
    pub fn spawn(self) -> Reporter {
        Reporter::spawn(self.work())
    }

    fn work(self) -> Result<Work, ReporterError> {
        let look = self.look.ok_or(ReporterError::Disabled)?;
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let home = self.home.filter(|home| home.is_absolute()).ok_or(ReporterError::NoHome)?;
        let mut choices = self.choices;
        // What is not configured is not what was configured before, but nothing.
        for names in [&mut choices.only, &mut choices.except, &mut choices.include_local] {
            names.get_or_insert_default();
        }
        Ok(Work::new(Home::at(home), choices, Speaker::new(look)?))
    }

    fn names<N: AsRef<str>>(
        &mut self,
        libraries: impl IntoIterator<Item = N>,
    ) -> BTreeSet<CrateName> {
        let mut names = BTreeSet::new();
        for library in libraries {
            match library.as_ref().parse() {
                Ok(name) => drop(names.insert(name)),
                Err(_) => self.wrong = Some(ReporterError::Name(library.as_ref().to_owned())),
            }
        }
        names
    }
}
