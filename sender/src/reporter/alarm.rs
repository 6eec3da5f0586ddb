//! What a reporter and its thread tell each other.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{ReporterError, State};

/// Wakes the thread when it is time or the reporter is dropped.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    told: Mutex<Told>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Told {
    is_stopped: bool,
    is_finished: bool,
    state: State,
}

impl Alarm {
    /// Waits for so long, or until the reporter is dropped; says whether it was.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let is_running = |told: &mut Told| !told.is_stopped;
        let waited = self.changed.wait_timeout_while(self.told(), time, is_running);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_stopped
    }

    /// Whether the reporter was dropped.
    pub(super) fn is_stopped(&self) -> bool {
        self.told().is_stopped
    }

    /// Stops the thread; says whether it finished within a time.
    pub(super) fn stop(&self, patience: Duration) -> bool {
        let mut told = self.told();
        told.is_stopped = true;
        self.changed.notify_all();
        let is_running = |told: &mut Told| !told.is_finished;
        let waited = self.changed.wait_timeout_while(told, patience, is_running);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_finished
    }

    /// Says that the thread is about to end.
    pub(super) fn finish(&self) {
        self.told().is_finished = true;
        self.changed.notify_all();
    }

    /// How the reporter is doing.
    pub(super) fn state(&self) -> State {
        self.told().state.clone()
    }

    /// Changes how the reporter is doing.
    pub(super) fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.told().state);
    }

    /// Says what stood in the way.
    pub(super) fn fail(&self, error: ReporterError) {
        self.update(|state| state.error = Some(Arc::new(error)));
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        // Whoever panicked meanwhile changed one field only.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the one reporter of this process: two would take each other's counts.
#[derive(Debug)]
pub(super) struct TheOnly(());

/// The process that has a reporter; a forked child has none of its own.
static PROCESS: AtomicU32 = AtomicU32::new(0);

impl TheOnly {
    pub(super) fn new() -> Result<Self, ReporterError> {
        let this = process::id();
        // Acquire: what an earlier reporter did with the counters is done.
        if PROCESS.swap(this, Ordering::Acquire) == this {
            return Err(ReporterError::AlreadyRunning);
        }
        Ok(Self(()))
    }
}

impl Drop for TheOnly {
    fn drop(&mut self) {
        PROCESS.store(0, Ordering::Release);
    }
}
