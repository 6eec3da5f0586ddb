//! The one thread that writes to the store.
//!
//! It takes what waits, writes it in one transaction, and only then answers: one synchronisation
//! of the disk serves as many reports as came in during the one before.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread;

use headcount_report::limits::OPEN_WEEKS;
use headcount_report::{CrateName, Manifest, Report, Week};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::admit::Admitted;
use super::prefix::Source;
use super::quota::Quota;
use super::register::{self, Registered};
use super::sum;
use crate::clock::Clock;
use crate::error::Error;
use crate::library::Library;
use crate::store::{Added, Store, StoreError, Subject, Summed};

/// Reports that may wait. A sender that finds no place is told to come back, and keeps its report.
const QUEUE: usize = 256;

/// Reports in one transaction, at most: bounds how long the first of them waits for the last.
const GROUP: usize = 128;

/// Hands work to the thread that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

enum Job {
    Add(Report, Source, Reply<Admitted>),
    Register(Manifest, Reply<Registered>),
}

type Reply<T> = oneshot::Sender<Result<T, Error>>;

impl Writer {
    /// Starts the thread. It ends when the last clone of this is dropped.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        sections_per_prefix: NonZeroU32,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let mut desk = Desk::new(store, clock, sections_per_prefix)?;
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || desk.work(queue))
            .map_err(|source| StoreError::Io { doing: "start a thread".to_owned(), source })?;
        Ok(Self { jobs })
    }

    /// Adds a report to the sums; returns when they are durable.
    pub(crate) async fn add(&self, report: Report, source: Source) -> Result<Admitted, Error> {
        self.ask(|reply| Job::Add(report, source, reply)).await
    }

    /// Registers a manifest; returns when it is durable.
    pub(crate) async fn register(&self, manifest: Manifest) -> Result<Registered, Error> {
        self.ask(|reply| Job::Register(manifest, reply)).await
    }

    /// How much waits for the thread.
    pub(crate) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Whether the thread still takes work.
    pub(crate) fn is_working(&self) -> bool {
        !self.jobs.is_closed()
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(job(reply)).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::Stopping,
        })?;
        answer.await.unwrap_or(Err(Error::Stopping))
    }
}

/// What the thread works with.
struct Desk {
    store: Arc<dyn Store>,
    clock: Clock,
    first_open: Week,
    quota: Quota,
    libraries: HashMap<CrateName, Library>,
}

/// A report that waits for the transaction that it is in.
struct Waiting {
    summed: Summed,
    unknown: Admitted,
    reply: Reply<Admitted>,
}

impl Desk {
    fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        sections_per_prefix: NonZeroU32,
    ) -> Result<Self, StoreError> {
        let first_open = store.close_before(first_open(&clock))?;
        let quota = Quota::new(sections_per_prefix, clock.now())?;
        Ok(Self { store, clock, first_open, quota, libraries: HashMap::new() })
    }

    fn work(&mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        while queue.blocking_recv_many(&mut jobs, GROUP) > 0 {
            let mut group = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Add(report, source, reply) => match self.take_apart(&report, &source) {
                        Ok((summed, unknown)) => group.push(Waiting { summed, unknown, reply }),
                        Err(error) => drop(reply.send(Err(error))),
                    },
                    Job::Register(manifest, reply) => {
                        // What came before it is counted by what was registered before it.
                        self.commit(std::mem::take(&mut group));
                        drop(reply.send(self.register(&manifest)));
                    }
                }
            }
            self.commit(group);
        }
    }

    /// Turns a report into bits, if its week is open; and says what of it is unknown, or too much.
    fn take_apart(
        &mut self,
        report: &Report,
        source: &Source,
    ) -> Result<(Summed, Admitted), Error> {
        self.check_week(report.week)?;
        let mut summed = Summed { week: report.week, sections: Vec::new() };
        let mut unknown = Admitted::default();
        for section in &report.sections {
            let sum = sum::sum(section, self.library(&section.library)?);
            unknown.unknown_libraries += u64::from(!sum.is_known);
            unknown.unknown_sites += sum.unknown_sites;
            if self.is_within_quota(source, &sum.bits.subject, report.week)? {
                summed.sections.push(sum.bits);
            } else {
                unknown.over_limit += 1;
            }
        }
        Ok((summed, unknown))
    }

    fn is_within_quota(
        &mut self,
        source: &Source,
        subject: &Subject,
        week: Week,
    ) -> Result<bool, StoreError> {
        let Source(Some(prefix)) = source else { return Ok(true) };
        self.quota.take(*prefix, subject.library.as_ref(), week, self.clock.now())
    }

    /// Writes a group of reports and then answers each.
    fn commit(&mut self, group: Vec<Waiting>) {
        if group.is_empty() {
            return;
        }
        let (summed, waiting): (Vec<_>, Vec<_>) =
            group.into_iter().map(|report| (report.summed, (report.unknown, report.reply))).unzip();
        match self.store.add(&summed) {
            Ok(added) => {
                for ((unknown, reply), Added { admitted, repeated }) in
                    waiting.into_iter().zip(added)
                {
                    drop(reply.send(Ok(Admitted { admitted, repeated, ..unknown })));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for (_, reply) in waiting {
                    drop(reply.send(Err(Error::Store(Arc::clone(&error)))));
                }
            }
        }
    }

    fn register(&mut self, manifest: &Manifest) -> Result<Registered, Error> {
        let (name, version) = (&manifest.library, &manifest.version);
        let known = self.library(name)?.cloned();
        let mut library = known.unwrap_or_else(|| Library::new(name.clone()));
        let is_counted = self.store.is_counted(name, version)?;
        let differences = register::differences(&library, manifest, is_counted);
        if !differences.is_empty() {
            return Err(Error::Conflict(differences));
        }
        let new_sites = register::new_sites(&library, manifest);
        let is_new = library.version(version).is_none();
        self.store.put_manifest(manifest, &new_sites, library.sites().len())?;
        library.put(manifest);
        self.libraries.insert(name.clone(), library);
        Ok(Registered {
            library: name.clone(),
            version: version.clone(),
            sites: manifest.sites.len(),
            new_sites: new_sites.len(),
            is_new,
        })
    }

    /// What is registered of a library. Only what the store has is kept in memory, so that
    /// invented names cannot fill it.
    fn library(&mut self, name: &CrateName) -> Result<Option<&Library>, StoreError> {
        match self.libraries.entry(name.clone()) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(place) => {
                Ok(self.store.library(name)?.map(|library| &*place.insert(library)))
            }
        }
    }

    /// Refuses a week that is not open, and closes those that the clock has left behind.
    fn check_week(&mut self, week: Week) -> Result<(), Error> {
        let first_open = first_open(&self.clock);
        if first_open > self.first_open {
            self.first_open = self.store.close_before(first_open)?;
        }
        let now = self.clock.now();
        if week < self.first_open || week > Week::at(now) {
            return Err(Error::ClosedWeek { week, now, first_open: self.first_open });
        }
        Ok(())
    }
}

fn first_open(clock: &Clock) -> Week {
    clock.running_week().plus(-i32::from(OPEN_WEEKS))
}
