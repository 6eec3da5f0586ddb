//! Where "used" has to be said exactly: `tests/e2e/kept.rs` says what comes of each.

use headcount::{track_usage, used};

/// The program calls this with `true` only, which the optimiser cannot know.
pub fn branches(option: bool) -> u32 {
    if option {
        used!("branches::taken");
        1
    } else {
        used!("branches::not_taken");
        2
    }
}

/// A branch that is off by construction.
pub fn dead_branch() -> u32 {
    if cfg!(any()) {
        used!("dead_branch::dead");
        1
    } else {
        used!("dead_branch::alive");
        2
    }
}

pub fn closures() -> u32 {
    let called = || {
        used!("closures::called");
        1
    };
    let never_called = || {
        used!("closures::never_called");
        2
    };
    let _ = never_called;
    called()
}

/// The program calls it and drops the future.
#[track_usage]
pub async fn never_polled() -> u32 {
    14
}

#[track_usage]
pub trait Handler {
    fn called(&self) -> u32;

    fn never_called(&self) -> u32 {
        15
    }

    fn default_that_is_overridden(&self) -> u32 {
        16
    }
}

/// Is used as `dyn Handler`, one method of it.
pub struct Constructed;

#[track_usage]
impl Handler for Constructed {
    fn called(&self) -> u32 {
        17
    }

    fn default_that_is_overridden(&self) -> u32 {
        18
    }
}

/// Nobody makes one.
pub struct NeverConstructed;

#[track_usage]
impl Handler for NeverConstructed {
    fn called(&self) -> u32 {
        19
    }
}

/// Only this library's own tests call it.
#[cfg(test)]
#[track_usage]
fn in_tests() {}
