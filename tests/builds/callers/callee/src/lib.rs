//! A counted library of which most is deprecated: one item for each way in which others refer to it.

headcount::library!();

use headcount::{deprecated_tracked, track_usage};

#[deprecated_tracked(since = "1.1.0", note = "use `current`", remove_in = "2.0.0")]
pub fn direct() -> u32 {
    1
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn by_two() -> u32 {
    2
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
#[inline(always)]
pub fn inlined() -> u32 {
    3
}

pub struct Client;

#[track_usage]
impl Client {
    #[deprecated_tracked(since = "1.1.0", note = "use `current`")]
    pub fn send(&self) -> u32 {
        4
    }
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn generic<T: Into<u32>>(value: T) -> u32 {
    value.into()
}

#[track_usage]
pub trait Sink {
    #[deprecated_tracked(since = "1.1.0", note = "use `current`")]
    fn put(&self) -> u32 {
        5
    }
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn in_a_table() -> u32 {
    6
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn passed_on(value: u32) -> u32 {
    value + 7
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn in_generic_code() -> u32 {
    8
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn in_inline_code() -> u32 {
    9
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn within_the_library() -> u32 {
    10
}

#[inline(never)]
#[allow(deprecated)]
pub fn wrapper() -> u32 {
    within_the_library()
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn by_the_program() -> u32 {
    11
}

#[deprecated_tracked(since = "1.1.0", note = "use `current`")]
pub fn unused() -> u32 {
    12
}

#[track_usage]
pub fn current() -> u32 {
    13
}
