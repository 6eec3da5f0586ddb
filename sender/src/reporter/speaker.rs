//! What a process says in the spool: which counts its sites reached this week.

use std::collections::BTreeMap;

use headcount_report::Week;
use headcount_report::limits::SPEAKS_AT;
use headcount_report::spool::Line;
use jiff::Timestamp;

use super::own_executable::OwnExecutable;
use super::{Look, ReporterError, SiteHits};
use crate::spool::Spool;

/// Speaks for this process.
#[derive(Debug)]
pub(super) struct Speaker {
    look: Look,
    /// Tells this process from every other.
    process: u64,
    /// Read when there is something to say.
    executable: Option<OwnExecutable>,
    /// The week in which the counters began, if they did.
    week: Option<Week>,
    /// The hits of each site in that week, and what was said of them.
    sites: BTreeMap<Site, Count>,
    has_named_executable: bool,
}

/// Library, version, path.
type Site = (&'static str, &'static str, &'static str);

#[derive(Debug, Default)]
struct Count {
    hits: u32,
    said: u32,
}

impl Speaker {
    pub(super) fn new(look: Look) -> Result<Self, ReporterError> {
        let process = getrandom::u64().map_err(ReporterError::Random)?;
        Ok(Self {
            look,
            process,
            executable: None,
            week: None,
            sites: BTreeMap::new(),
            has_named_executable: false,
        })
    }

    /// Says what rose since the last time.
    ///
    /// It belongs to the week in which that was: whoever asks when a week begins asks for the one
    /// that ended.
    pub(super) fn speak(&mut self, spool: &Spool, now: Timestamp) -> Result<(), ReporterError> {
        let this_week = Week::at(now);
        let week = *self.week.get_or_insert(this_week);
        let is_over = week != this_week;
        self.count(is_over);
        let said = self.say(spool, week);
        if is_over {
            self.begin(Some(this_week));
        }
        said
    }

    /// Says what rose since the last time, and lets the counters begin anew for another reporter.
    pub(super) fn finish(&mut self, spool: &Spool, now: Timestamp) -> Result<(), ReporterError> {
        let week = self.week.unwrap_or(Week::at(now));
        self.count(true);
        let said = self.say(spool, week);
        self.begin(None);
        said
    }

    /// Forgets what was hit until now: nobody agreed to its being told.
    pub(super) fn forget(&mut self) {
        (self.look)(true, &mut |_| {});
        self.begin(None);
    }

    fn begin(&mut self, week: Option<Week>) {
        self.week = week;
        self.sites.clear();
        self.has_named_executable = false;
    }

    fn count(&mut self, anew: bool) {
        self.sites.values_mut().for_each(|count| count.hits = 0);
        let sites = &mut self.sites;
        (self.look)(anew, &mut |site: SiteHits| {
            let SiteHits { library, version, path, hits } = site;
            // Two statics may be one site: the same crate in two forms.
            sites.entry((library, version, path)).or_default().hits += hits;
        });
    }

    /// Writes a line for each site that reached more than was said of it.
    fn say(&mut self, spool: &Spool, week: Week) -> Result<(), ReporterError> {
        if self.sites.values().all(|count| count.reached() <= count.said) {
            return Ok(());
        }
        if self.executable.is_none() {
            self.executable = Some(OwnExecutable::read()?);
        }
        let Some(executable) = &self.executable else { return Ok(()) };
        let (process, mut lines) = (self.process, Vec::new());
        if !self.has_named_executable {
            lines.push(Line::Executable { process, file: executable.file.clone() });
        }
        for ((library, version, path), count) in &self.sites {
            let count = Some(count.reached()).filter(|reached| *reached > count.said);
            if let (Some(count), Ok(site)) = (count, path.parse())
                && let Some(build) = executable.build(library, version, spool)?
            {
                lines.push(Line::Hit { process, build, count, site });
            }
        }
        spool.append(week, &lines)?;
        self.has_named_executable = true;
        self.sites.values_mut().for_each(|count| count.said = count.said.max(count.reached()));
        Ok(())
    }
}

impl Count {
    /// The highest of the counts that are spoken of; 0 when none was reached.
    fn reached(&self) -> u32 {
        SPEAKS_AT.into_iter().rev().find(|count| self.hits >= *count).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Mutex;

    use headcount_report::BuildRecord;
    use headcount_report::spool::{self, FileIdentity};

    use super::*;

    const SATURDAY: &str = "2026-11-21T12:00:00Z";
    const SUNDAY: &str = "2026-11-22T12:00:00Z";
    const MONDAY: &str = "2026-11-23T00:00:00Z";
    const TUESDAY: &str = "2026-11-24T12:00:00Z";

    fn speaker(look: Look) -> Speaker {
        let build: BuildRecord = serde_json::from_str(
            r#"{"library": "counted", "version": "1.0.0", "source": "crates.io",
                "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "release"}"#,
        )
        .unwrap();
        let file = FileIdentity { path: "/bin/it".into(), size_bytes: 1, mtime_ns: 2, inode: 3 };
        let mut speaker = Speaker::new(look).unwrap();
        speaker.executable = Some(OwnExecutable::holding(file, build));
        speaker
    }

    /// The counters of one test.
    struct Counters(Mutex<u32>);

    impl Counters {
        fn hit(&self, times: u32) {
            let mut hits = self.0.lock().unwrap();
            *hits = (*hits + times).min(10_000);
        }

        fn look(&self, anew: bool, tell: &mut dyn FnMut(SiteHits)) {
            let mut hits = self.0.lock().unwrap();
            tell(SiteHits { library: "counted", version: "1.0.0", path: "a::b", hits: *hits });
            tell(SiteHits { library: "stranger", version: "1.0.0", path: "c", hits: *hits });
            *hits = if anew { 0 } else { *hits };
        }
    }

    /// The counts in a week's file, and how often the executable is named there.
    fn said(folder: &Path, week: &str) -> (Vec<u32>, usize) {
        let bytes = fs::read(folder.join(format!("{week}.spool"))).unwrap_or_default();
        let lines = spool::decode(&bytes);
        assert_eq!(lines.unreadable, 0);
        let count = |line: &Line| match line {
            Line::Hit { count, .. } => Some(*count),
            Line::Executable { .. } => None,
        };
        let counts: Vec<_> = lines.lines.iter().filter_map(count).collect();
        let executables = lines.lines.len() - counts.len();
        (counts, executables)
    }

    #[test]
    fn a_process_that_runs_for_weeks_counts_in_those_in_which_it_is_used() {
        static COUNTERS: Counters = Counters(Mutex::new(0));
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let mut speaker = speaker(|anew, tell| COUNTERS.look(anew, tell));
        let mut speak = |hits: u32, now: &str| {
            COUNTERS.hit(hits);
            speaker.speak(&spool, now.parse().unwrap()).unwrap();
        };
        speak(1, SATURDAY);
        speak(0, SATURDAY);
        speak(98, SATURDAY);
        assert_eq!(said(folder.path(), "2026-W47"), (vec![1], 1));
        speak(1, SUNDAY);
        speak(20_000, MONDAY);
        assert_eq!(said(folder.path(), "2026-W47"), (vec![1, 100, 10_000], 1));
        assert_eq!(said(folder.path(), "2026-W48"), (vec![], 0));
        speak(100, TUESDAY);
        assert_eq!(said(folder.path(), "2026-W48"), (vec![100], 1));
        // In the week after it is not used.
        speak(0, "2026-11-30T00:00:00Z");
        speak(0, "2026-12-06T12:00:00Z");
        assert_eq!(said(folder.path(), "2026-W49"), (vec![], 0));
        speak(1, "2026-12-08T12:00:00Z");
        assert_eq!(said(folder.path(), "2026-W49"), (vec![1], 1));
    }

    #[test]
    fn what_could_not_be_written_is_said_later() {
        static COUNTERS: Counters = Counters(Mutex::new(0));
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let mut speaker = speaker(|anew, tell| COUNTERS.look(anew, tell));
        let in_the_way = folder.path().join("2026-W47.spool");
        fs::create_dir(&in_the_way).unwrap();
        COUNTERS.hit(1);
        speaker.speak(&spool, SATURDAY.parse().unwrap()).unwrap_err();
        fs::remove_dir(&in_the_way).unwrap();
        speaker.speak(&spool, SUNDAY.parse().unwrap()).unwrap();
        assert_eq!(said(folder.path(), "2026-W47"), (vec![1], 1));
    }

    #[test]
    fn what_was_hit_without_consent_is_never_said() {
        static COUNTERS: Counters = Counters(Mutex::new(0));
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let mut speaker = speaker(|anew, tell| COUNTERS.look(anew, tell));
        COUNTERS.hit(500);
        speaker.forget();
        COUNTERS.hit(1);
        speaker.finish(&spool, SATURDAY.parse().unwrap()).unwrap();
        assert_eq!(said(folder.path(), "2026-W47"), (vec![1], 1));
    }
}
