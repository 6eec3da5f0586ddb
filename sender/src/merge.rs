//! What a week's lines add up to: the highest count per process, and processes added.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::SitePath;
use headcount_report::spool::{FileIdentity, Line};

/// What the programs of a machine said in one week.
///
/// Adding a line twice, or lines in another order, changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    // One tree for each process: its lines lie together, and so what they touch does.
    processes: BTreeMap<u64, Process>,
}

/// What one process said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Process {
    /// The highest count that was said of each counter: of a build's site.
    counts: BTreeMap<(u64, SitePath), u32>,
    /// Which executables it was. More than one would be two processes of one nonce.
    executables: BTreeSet<FileIdentity>,
}

/// What was said about one library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Hashes of the builds of it that were hit.
    pub builds: BTreeSet<u64>,
    /// The processes that hit it.
    pub processes: BTreeSet<u64>,
    /// How often each site was hit at least, over all processes.
    pub counts: BTreeMap<SitePath, u64>,
}

impl Merged {
    /// Takes in one line.
    pub fn add(&mut self, line: Line) {
        match line {
            Line::Hit { process, build, count, site } => {
                self.processes.entry(process).or_default().count(build, site, count);
            }
            Line::Executable { process, file } => {
                self.processes.entry(process).or_default().executables.insert(file);
            }
        }
    }

    /// Takes in all that others said.
    pub fn join(&mut self, others: Self) {
        for (number, other) in others.processes {
            let process = self.processes.entry(number).or_default();
            process.executables.extend(other.executables);
            for ((build, site), count) in other.counts {
                process.count(build, site, count);
            }
        }
    }

    /// Leaves out processes.
    pub fn forget(&mut self, processes: &BTreeSet<u64>) {
        self.processes.retain(|process, _| !processes.contains(process));
    }

    /// Every process that said anything.
    #[must_use]
    pub fn processes(&self) -> BTreeSet<u64> {
        self.processes.keys().copied().collect()
    }

    /// Every build that was hit.
    #[must_use]
    pub fn builds(&self) -> BTreeSet<u64> {
        self.counters().map(|(_, build, _, _)| build).collect()
    }

    /// How many counters belong to builds that are not among `known`.
    pub fn hits_outside(&self, known: impl Fn(u64) -> bool) -> usize {
        self.counters().filter(|(_, build, _, _)| !known(*build)).count()
    }

    /// The executables of some processes; `None` when one of them never said which it is.
    #[must_use]
    pub fn executables(&self, processes: &BTreeSet<u64>) -> Option<BTreeSet<&FileIdentity>> {
        let mut files = BTreeSet::new();
        for process in processes {
            let said = self.processes.get(process).map(|process| &process.executables);
            files.extend(said.filter(|files| !files.is_empty())?);
        }
        Some(files)
    }

    /// The executables of all processes.
    pub fn all_executables(&self) -> impl Iterator<Item = &FileIdentity> {
        self.processes.values().flat_map(|process| &process.executables)
    }

    /// What was said about each library, where `library` says to which one a build belongs.
    pub fn usage<L: Ord>(&self, library: impl Fn(u64) -> Option<L>) -> BTreeMap<L, Usage> {
        let mut libraries = BTreeMap::<L, Usage>::new();
        for (process, build, site, count) in self.counters() {
            let Some(library) = library(build) else { continue };
            let usage = libraries.entry(library).or_default();
            usage.builds.insert(build);
            usage.processes.insert(process);
            *usage.counts.entry(site.clone()).or_default() += u64::from(count);
        }
        libraries
    }

    /// Process, build, site and highest count of each counter.
    fn counters(&self) -> impl Iterator<Item = (u64, u64, &SitePath, u32)> {
        self.processes.iter().flat_map(|(number, process)| {
            let counts = process.counts.iter();
            counts.map(|((build, site), count)| (*number, *build, site, *count))
        })
    }
}

impl Process {
    fn count(&mut self, build: u64, site: SitePath, count: u32) {
        let highest = self.counts.entry((build, site)).or_default();
        *highest = count.max(*highest);
    }
}

impl Extend<Line> for Merged {
    fn extend<I: IntoIterator<Item = Line>>(&mut self, lines: I) {
        lines.into_iter().for_each(|line| self.add(line));
    }
}

impl FromIterator<Line> for Merged {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        let mut merged = Self::default();
        merged.extend(lines);
        merged
    }
}

#[cfg(test)]
mod tests {
    use headcount_report::limits::SPEAKS_AT;
    use proptest::prelude::*;

    use super::*;

    fn hit(process: u64, build: u64, count: u32, site: &str) -> Line {
        Line::Hit { process, build, count, site: site.parse().unwrap() }
    }

    fn executable(process: u64, inode: u64) -> Line {
        let file = FileIdentity { path: "/bin/it".into(), size_bytes: 1, mtime_ns: 2, inode };
        Line::Executable { process, file }
    }

    /// Few processes, builds and sites, so that lines meet.
    fn any_line() -> impl Strategy<Value = Line> {
        prop_oneof![
            (0..3u64, 0..3u64, 0..3usize, "[ab]").prop_map(|(process, build, at, site)| hit(
                process,
                build,
                SPEAKS_AT[at],
                &site
            )),
            (0..3u64, 0..3u64).prop_map(|(process, inode)| executable(process, inode)),
        ]
    }

    fn any_lines() -> impl Strategy<Value = Vec<Line>> {
        prop::collection::vec(any_line(), 0..20)
    }

    fn merge(lines: &[Line]) -> Merged {
        lines.iter().cloned().collect()
    }

    proptest! {
        #[test]
        fn order_does_not_matter(
            (lines, shuffled) in any_lines()
                .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
        ) {
            prop_assert_eq!(merge(&lines), merge(&shuffled));
        }

        #[test]
        fn repeats_do_not_matter(lines in any_lines()) {
            prop_assert_eq!(merge(&lines), merge(&[lines.clone(), lines].concat()));
        }

        #[test]
        fn what_is_joined_is_as_if_said_together(some in any_lines(), others in any_lines()) {
            let mut joined = merge(&some);
            joined.join(merge(&others));
            prop_assert_eq!(joined, merge(&[some, others].concat()));
        }

        #[test]
        fn a_forgotten_process_leaves_nothing(lines in any_lines(), process in 0..3u64) {
            let of_others = |line: &Line| match line {
                Line::Hit { process: one, .. } | Line::Executable { process: one, .. } => *one != process,
            };
            let others: Vec<Line> = lines.iter().filter(|line| of_others(line)).cloned().collect();
            let mut merged = merge(&lines);
            merged.forget(&[process].into());
            prop_assert_eq!(merged, merge(&others));
        }
    }

    #[test]
    fn the_highest_count_of_a_process_counts_and_processes_add_up() {
        let merged = merge(&[hit(1, 7, 1, "a"), hit(1, 7, 100, "a"), hit(2, 7, 1, "a")]);
        let usage = &merged.usage(|_| Some(()))[&()];
        assert_eq!(usage.counts, BTreeMap::from([("a".parse().unwrap(), 101)]));
        assert_eq!(usage.processes, [1, 2].into());
        assert_eq!(usage.builds, [7].into());
    }

    #[test]
    fn builds_of_one_library_add_up_and_unknown_ones_do_not() {
        let merged = merge(&[hit(1, 7, 1, "a"), hit(1, 8, 1, "a"), hit(1, 9, 1, "a")]);
        let usage = merged.usage(|build| (build != 9).then_some("library"));
        assert_eq!(usage["library"].counts, BTreeMap::from([("a".parse().unwrap(), 2)]));
        assert_eq!(merged.hits_outside(|build| build != 9), 1);
    }

    #[test]
    fn a_process_that_named_no_executable_is_noticed() {
        let merged = merge(&[hit(1, 7, 1, "a"), executable(1, 5), hit(2, 7, 1, "a")]);
        assert_eq!(merged.executables(&[1].into()).unwrap().len(), 1);
        assert_eq!(merged.executables(&[1, 2].into()), None);
    }
}
