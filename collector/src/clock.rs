//! The only file that reads the time.

use std::sync::{Arc, Mutex, PoisonError};

use headcount_report::Week;
use jiff::Timestamp;

/// Tells the time, in UTC. Clones of one clock agree.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Set(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is [`set`](Self::set): for tests and examples.
    #[must_use]
    pub fn standing_at(moment: Timestamp) -> Self {
        Self(Source::Set(Arc::new(Mutex::new(moment))))
    }

    /// Moves a standing clock. The machine's clock is not ours to move: nothing happens.
    pub fn set(&self, moment: Timestamp) {
        if let Source::Set(now) = &self.0 {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = moment;
        }
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Set(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The week that is running.
    #[must_use]
    pub fn running_week(&self) -> Week {
        Week::at(self.now())
    }
}
