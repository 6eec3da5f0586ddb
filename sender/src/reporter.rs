//! The reporter of an application that runs for long: records what its own process counts, and
//! sends the same reports as `cargo headcount send`.
//!
//! Libraries never start one: [`Program`] is what `headcount::application!()` evaluates to, which
//! compiles only in a program.

mod alarm;
mod builder;
mod error;
mod own_executable;
mod speaker;
mod work;

use std::process;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use builder::Builder;
pub use error::ReporterError;

use crate::rule::Rule;
use crate::send::Sending;
use alarm::{Alarm, TheOnly};
use work::Work;

/// How long a reporter that is dropped is waited for. It is at once done with everything but a
/// request on its way.
const PATIENCE: Duration = Duration::from_millis(800);

/// A site and its hits in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteHits {
    /// The package that holds the site.
    pub library: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The site's path within the library.
    pub path: &'static str,
    /// Hits since the counters began; 10,000 stands for that many or more.
    pub hits: u32,
}

/// Tells every site that was hit, with its hits since the counters began. If the first argument is
/// true, they begin anew with that.
pub type Look = fn(bool, &mut dyn FnMut(SiteHits));

/// The program in which a reporter runs.
pub trait Program {
    /// How to look at its counters; `None` when it has none, because headcount is disabled.
    fn look(&self) -> Option<Look>;
}

/// A thread that records and reports what this process counts, until it is dropped.
///
/// It looks at the counters every ten minutes, at the end of each week and when it is dropped, and
/// writes to its home what rose: for each site one line when it reaches 1, 100 and 10,000 in a week.
/// So a process that runs for months counts in the weeks in which a site is used. Once a day it
/// closes finished weeks and sends what waits.
///
/// It never blocks, fails or prints: what goes wrong is in its [`state`](Self::state). All signals
/// are blocked on its thread.
///
/// # Consent
///
/// Whoever runs the program agrees by two things: **the [home](Builder::home) exists** (the reporter
/// never makes it), and **a [collector](Builder::collector) is configured**. Without the first
/// nothing is written, without the second nothing is sent. Both belong into the program's own
/// configuration, without a default.
///
/// `HEADCOUNT=off`, `DO_NOT_TRACK`, the variables of continuous-integration services, and
/// `HEADCOUNT_HOME=<home> cargo headcount off` beat that, or remove the home: a reporter that runs
/// stops at its next look, and what was hit meanwhile is not told later. With that variable
/// `cargo headcount show` and `status` look at the home, too.
///
/// Several processes of one program may share a home, if they are configured alike: they make one
/// report together.
///
/// # Dropping it
///
/// The last look is made when the reporter is dropped, so keep it in `main` until the end. Its thread
/// is gone then, unless it waits for a collector's answer: dropping waits less than a second for
/// that. The report is on the disk before it is sent, and goes out again under the same ids. A
/// process that is killed, or ends by `std::process::exit`, loses what rose since the last look.
#[derive(Debug)]
#[must_use = "a reporter stops when it is dropped"]
pub struct Reporter {
    alarm: Arc<Alarm>,
    thread: Option<JoinHandle<()>>,
    /// A forked child has no such thread.
    pid: u32,
}

/// How a reporter is doing.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct State {
    /// What the last look found to decide; `None` before the first one, and where it failed before.
    pub decided_by: Option<Rule>,
    /// What the last attempt to send did; `None` before the first one. A collector that cannot be
    /// reached is told here, and is no error.
    pub sending: Option<Sending>,
    /// What stood in the way the last time; `None` when all went well.
    pub error: Option<Arc<ReporterError>>,
}

impl Reporter {
    /// Begins to configure a reporter. `headcount::application!()` gives the program.
    #[expect(clippy::needless_pass_by_value, reason = "it is what `application!()` evaluates to")]
    pub fn builder(program: impl Program) -> Builder {
        Builder::new(program.look())
    }

    /// How it is doing.
    #[must_use]
    pub fn state(&self) -> State {
        self.alarm.state()
    }

    fn spawn(configured: Result<Work, ReporterError>) -> Self {
        let alarm = Arc::<Alarm>::default();
        let refused = Rule::refusal();
        let thread = match configured {
            _ if refused.is_some() => {
                alarm.update(|state| state.decided_by = refused);
                None
            }
            Ok(work) => start(work, &alarm).map_err(|error| alarm.fail(error)).ok(),
            Err(error) => {
                alarm.fail(error);
                None
            }
        };
        Self { alarm, thread, pid: process::id() }
    }
}

/// Starts the thread, if this process has none yet.
fn start(mut work: Work, alarm: &Arc<Alarm>) -> Result<JoinHandle<()>, ReporterError> {
    let the_only = TheOnly::new()?;
    let alarm = Arc::clone(alarm);
    let run = move || {
        work.run(&alarm);
        drop(the_only);
        alarm.finish();
    };
    thread::Builder::new().name("headcount".to_owned()).spawn(run).map_err(ReporterError::Thread)
}

impl Drop for Reporter {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.pid != process::id() {
            // The thread, and whatever lock it held at the fork, are the parent's.
            return std::mem::forget(thread);
        }
        if self.alarm.stop(PATIENCE) {
            // It only has to return; that it may have panicked is no reason to do so here.
            let _ = thread.join();
        }
    }
}
