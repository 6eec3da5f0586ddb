//! The one thread that writes to the store.
//!
//! It takes what waits, writes it in one transaction, and only then answers: one synchronisation
//! of the disk serves as many reports as came in during the one before.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use headcount_report::limits::OPEN_WEEKS;
use headcount_report::{Manifest, Report, Week};
use tokio::runtime::Builder;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::admit::Admitted;
use super::catalogue::{Catalogue, Parts};
use super::prefix::Source;
use super::quota::{Network, Quota};
use super::register::{self, Registered};
use super::room::Taken;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::library::Library;
use crate::store::{Added, Bits, Store, StoreError, Summed};

#[cfg(test)]
mod tests;

/// Reports that may wait. A sender that finds no place is told to come back, and keeps its report.
const QUEUE: usize = 1024;

/// Reports in one transaction, at most: bounds how long the first of them waits for the last.
const GROUP: usize = 256;

/// How long reports that have come wait for others to share their transaction.
const MOMENT: Duration = Duration::from_millis(10);

/// After so long without another one, nobody waits any more.
const PAUSE: Duration = Duration::from_millis(1);

/// How often the store folds what it has logged, and a week may close.
const TICK: Duration = Duration::from_secs(5);

/// Hands work to the thread that writes.
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    catalogue: Arc<Catalogue>,
    /// Behind `jobs`, which is dropped first: the thread ends when that is gone.
    _thread: Thread,
}

/// The thread. Who drops this waits until it has written and folded all that it was given.
struct Thread(Option<JoinHandle<()>>);

enum Job {
    Add { report: Vec<u8>, parts: Parts, source: Source, reply: Reply<Admitted> },
    Register { manifest: Manifest, reply: Reply<Registered> },
}

/// Where the answer goes, and the room that what waits for it has.
struct Reply<T> {
    answer: oneshot::Sender<Result<T, Error>>,
    room: Taken,
}

impl<T> Reply<T> {
    /// Answers, if anybody is still there.
    fn send(self, result: Result<T, Error>) {
        let Self { answer, room } = self;
        drop(room);
        drop(answer.send(result));
    }
}

impl Writer {
    /// Starts the thread. It ends when this is dropped, which waits for that.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        config: &Config,
    ) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { doing: "start a thread".to_owned(), source };
        let (jobs, queue) = mpsc::channel(QUEUE);
        let mut desk = Desk::new(store, clock, config)?;
        let catalogue = Arc::clone(&desk.catalogue);
        let runtime = Builder::new_current_thread().enable_time().build().map_err(io)?;
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || runtime.block_on(desk.work(queue)))
            .map_err(io)?;
        Ok(Self { jobs, catalogue, _thread: Thread(Some(thread)) })
    }

    /// Adds a report to the sums; returns when they are durable.
    pub(crate) async fn add(
        &self,
        report: Vec<u8>,
        source: Source,
        room: Taken,
    ) -> Result<Admitted, Error> {
        // Here, where there are many threads, rather than at the desk, where there is one.
        let parts = self.catalogue.take_apart(&Report::decode_in_place(&report)?);
        self.ask(room, |reply| Job::Add { report, parts, source, reply }).await
    }

    /// Registers a manifest; returns when it is durable.
    pub(crate) async fn register(
        &self,
        manifest: Manifest,
        room: Taken,
    ) -> Result<Registered, Error> {
        self.ask(room, |reply| Job::Register { manifest, reply }).await
    }

    /// How much waits for the thread.
    pub(crate) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Whether the thread still takes work.
    pub(crate) fn is_working(&self) -> bool {
        !self.jobs.is_closed()
    }

    async fn ask<T>(&self, room: Taken, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, Error> {
        let (sender, answer) = oneshot::channel();
        self.jobs.try_send(job(Reply { answer: sender, room })).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::Stopping,
        })?;
        answer.await.unwrap_or(Err(Error::Stopping))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join(); // if it panicked, the log has it
        }
    }
}

/// What the thread works with.
struct Desk {
    store: Arc<dyn Store>,
    clock: Clock,
    first_open: Week,
    keep_weeks: NonZeroU32,
    quota: Quota,
    catalogue: Arc<Catalogue>,
}

/// Reports that wait for the transaction that they will be in.
#[derive(Default)]
struct Group {
    summed: Vec<Summed>,
    waiting: Vec<Waiting>,
}

/// Who waits for it.
struct Waiting {
    source: Source,
    unknown: Admitted,
    reply: Reply<Admitted>,
}

impl Desk {
    fn new(store: Arc<dyn Store>, clock: Clock, config: &Config) -> Result<Self, StoreError> {
        store.fold()?;
        let quota = Quota::new(config.sections_per_prefix, clock.now())?;
        let first_open = store.close_before(first_open(&clock))?;
        store.keep_weeks(config.keep_weeks)?;
        let (keep_weeks, catalogue) = (config.keep_weeks, Arc::new(Catalogue::new(&*store)?));
        Ok(Self { store, clock, first_open, keep_weeks, quota, catalogue })
    }

    async fn work(&mut self, mut queue: mpsc::Receiver<Job>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut jobs = Vec::new();
        loop {
            tokio::select! {
                biased;
                _ = tick.tick() => log(self.store.fold()),
                is_open = gather(&mut queue, &mut jobs) => if !is_open { break },
            }
            log(self.turn());
            self.take(jobs.drain(..));
        }
        log(self.store.fold());
    }

    /// Closes the weeks that the clock has left behind, and begins a new day's quota.
    fn turn(&mut self) -> Result<(), StoreError> {
        let first_open = first_open(&self.clock);
        if first_open > self.first_open {
            self.first_open = self.store.close_before(first_open)?;
            self.store.keep_weeks(self.keep_weeks)?;
            tracing::info!(first_open = %self.first_open, "closed a week");
        }
        self.quota.turn(self.clock.now())
    }

    fn take(&mut self, jobs: impl Iterator<Item = Job>) {
        let mut group = Group::default();
        for job in jobs {
            match job {
                Job::Add { report, parts, source, reply } => match self.renew(parts, &report) {
                    Ok(Parts { summed, unknown, .. }) => {
                        group.summed.push(summed);
                        group.waiting.push(Waiting { source, unknown, reply });
                    }
                    Err(error) => reply.send(Err(error)),
                },
                Job::Register { manifest, reply } => {
                    // What came before it is counted by what was registered before it.
                    self.commit(std::mem::take(&mut group));
                    reply.send(self.register(&manifest));
                }
            }
        }
        self.commit(group);
    }

    /// The parts of a report by what is registered now, if its week is open.
    fn renew(&self, parts: Parts, report: &[u8]) -> Result<Parts, Error> {
        self.check_week(parts.summed.week)?;
        if self.catalogue.is_current(&parts) {
            return Ok(parts);
        }
        let report = Report::decode(report)?;
        self.catalogue.load(&report, &*self.store)?;
        Ok(self.catalogue.take_apart(&report))
    }

    /// Writes a group of reports and then answers each.
    fn commit(&mut self, group: Group) {
        let Group { summed, waiting } = group;
        if summed.is_empty() {
            return;
        }
        let networks: Vec<Option<Network>> = waiting
            .iter()
            .zip(&summed)
            .map(|(waiting, Summed { week, .. })| {
                waiting.source.0.map(|prefix| self.quota.network(prefix, *week))
            })
            .collect();
        let mut taken = Vec::new();
        // Asked only about sections that were not counted before: a retry costs its network nothing.
        let mut may_add = |place: usize, section: &Bits| {
            let Some(network) = networks[place] else { return true };
            let part = self.quota.take(network, section.subject.library.as_ref());
            let is_left = part.is_some();
            taken.extend(part);
            is_left
        };
        match self.store.add(&summed, &mut may_add) {
            Ok(added) => {
                for (Waiting { unknown, reply, .. }, added) in waiting.into_iter().zip(added) {
                    let Added { admitted, repeated, refused: over_limit } = added;
                    let answer = Admitted { admitted, repeated, over_limit, ..unknown };
                    reply.send(Ok(answer));
                }
            }
            Err(error) => {
                self.quota.give_back(taken);
                let error = Error::from(error);
                for Waiting { reply, .. } in waiting {
                    reply.send(Err(error.clone()));
                }
            }
        }
    }

    fn register(&mut self, manifest: &Manifest) -> Result<Registered, Error> {
        let (name, version) = (&manifest.library, &manifest.version);
        let known = self.catalogue.library(name, &*self.store)?;
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
        self.catalogue.put(library);
        Ok(Registered {
            library: name.clone(),
            version: version.clone(),
            sites: manifest.sites.len(),
            new_sites: new_sites.len(),
            is_new,
        })
    }

    /// Refuses a week that is not open.
    fn check_week(&self, week: Week) -> Result<(), Error> {
        let now = self.clock.now();
        if week < self.first_open || week > Week::at(now) {
            return Err(Error::ClosedWeek { week, now, first_open: self.first_open });
        }
        Ok(())
    }
}

/// Takes what waits, and gives a few more a moment to come. Says whether any came.
async fn gather(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) -> bool {
    let is_open = queue.recv_many(jobs, GROUP).await > 0;
    let end = Instant::now() + MOMENT;
    while is_open && jobs.len() < GROUP {
        let pause = end.min(Instant::now() + PAUSE);
        let more = timeout_at(pause, queue.recv_many(jobs, GROUP - jobs.len())).await;
        if matches!(more, Ok(0) | Err(_)) {
            break;
        }
    }
    is_open
}

fn first_open(clock: &Clock) -> Week {
    clock.running_week().plus(-i32::from(OPEN_WEEKS))
}

/// Tells the operator of what no request is to blame for. It is tried again at the next tick.
fn log(done: Result<(), StoreError>) {
    if let Err(error) = done {
        Error::from(error).log();
    }
}
