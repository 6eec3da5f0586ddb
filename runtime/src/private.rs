//! All that generated code may name. No part of the public API.

pub use crate::{__enter as enter, __site as site};
pub use headcount_macros::used;

#[cfg(headcount_counting)]
pub use {
    crate::record::{self, Record},
    crate::site::{Library, Site},
    core::{
        arch::asm,
        concat,
        hint::black_box,
        module_path,
        option::Option::{None, Some},
        option_env,
        primitive::{str, u32, u8},
    },
    headcount_macros::{application_record, library_facts},
};

/// Compiler, target and profile of this build: the end of every build record.
#[cfg(headcount_counting)]
pub const BUILD: &str = concat!(
    "\"rustc\":\"",
    env!("HEADCOUNT_RUSTC"),
    "\",\"target\":\"",
    env!("HEADCOUNT_TARGET"),
    "\",\"profile\":\"",
    env!("HEADCOUNT_PROFILE"),
    "\",\"system\":"
);

/// A register that was set to zero is not zero.
#[cfg(headcount_counting)]
#[cold]
#[inline(never)]
pub fn impossible() -> ! {
    panic!("a register that was set to zero is not zero")
}

/// What `application!()` evaluates to.
#[allow(clippy::must_use_candidate)] // it stands as a statement in `main`
pub const fn application() -> crate::Application {
    crate::Application { _private: () }
}
