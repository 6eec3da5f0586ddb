//! One item of every kind.

use std::fmt::{self, Display};
use std::ops::{Add, Deref, Index};

use headcount::{deprecated_tracked, track_usage};

#[track_usage]
pub fn plain(value: u32) -> u32 {
    value.rotate_left(3) ^ 0x5a
}

#[track_usage]
#[inline]
pub fn inline(value: u32) -> u32 {
    value + 1
}

#[track_usage]
#[inline(always)]
pub fn inline_always(value: u32) -> u32 {
    value + 2
}

#[track_usage]
#[inline(never)]
pub fn inline_never(value: u32) -> u32 {
    value + 3
}

#[track_usage]
#[cold]
pub fn cold(value: u32) -> u32 {
    value + 4
}

#[track_usage]
pub fn empty() {}

/// Its constant result makes the call vanish; its body was there all the same.
#[track_usage]
#[inline]
pub fn constant() -> u32 {
    7
}

#[track_usage]
pub fn generic<T: Display + ?Sized>(value: &T) -> String {
    format!("{value}!")
}

#[track_usage]
pub fn const_generic<const N: usize>() -> [u8; N] {
    [1; N]
}

#[track_usage]
pub fn argument(values: impl IntoIterator<Item = u32>) -> impl Iterator<Item = u32> {
    values.into_iter().map(|value| value * 2)
}

#[track_usage]
pub fn callback(call: &dyn Fn(u32) -> u32) -> u32 {
    call(5)
}

#[track_usage]
pub extern "C" fn foreign(value: u32) -> u32 {
    value + 5
}

/// # Safety
/// There is nothing to it.
#[track_usage]
pub unsafe fn dangerous(value: u32) -> u32 {
    value + 6
}

#[track_usage]
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "sse4.2"))]
pub fn with_feature(value: u32) -> u32 {
    value.count_ones()
}

#[track_usage]
#[track_caller]
pub fn panicking(value: Option<u32>) -> u32 {
    value.expect("a value")
}

#[track_usage]
pub fn diverging() -> ! {
    std::process::exit(1)
}

#[track_usage]
pub fn recursive(value: u64) -> u64 {
    if value == 0 { 1 } else { value * recursive(value - 1) }
}

#[track_usage]
pub fn even(value: u32) -> bool {
    value == 0 || odd(value - 1)
}

#[track_usage]
pub fn odd(value: u32) -> bool {
    value != 0 && even(value - 1)
}

/// Is only used through a pointer.
#[track_usage]
pub fn pointed_to(value: u32) -> u32 {
    value + 8
}

/// Is only used through a table.
#[track_usage]
fn in_a_table(value: u32) -> u32 {
    value + 9
}

pub static TABLE: [fn(u32) -> u32; 1] = [in_a_table];

/// Is only used by what is used.
#[track_usage]
fn private(value: u32) -> u32 {
    value + 10
}

pub fn not_counted(value: u32) -> u32 {
    #[track_usage(name = "nested")]
    fn nested(value: u32) -> u32 {
        private(value)
    }
    nested(value)
}

#[deprecated_tracked(since = "0.1.0", note = "use `plain`")]
pub fn old(value: u32) -> u32 {
    plain(value)
}

#[track_usage]
pub async fn polled(value: u32) -> u32 {
    std::future::ready(value).await + 11
}

#[track_usage(linked)]
pub fn linked(value: u32) -> u32 {
    value + 14
}

/// Vanishes into the loop around it.
#[track_usage(linked)]
#[inline]
pub fn linked_inline(value: u32) -> u32 {
    value ^ 15
}

macro_rules! made {
    ($name:ident) => {
        #[track_usage]
        pub fn $name(value: u32) -> u32 {
            value + 12
        }
    };
}

made!(by_a_macro);

/// A type with methods of every kind.
#[derive(Debug, Clone)]
pub struct Number(pub u32);

#[track_usage]
impl Number {
    pub fn by_reference(&self) -> u32 {
        self.0
    }

    pub fn by_value(self) -> u32 {
        self.0 + 1
    }

    pub fn associated() -> Self {
        Self(13)
    }

    pub async fn waits(&mut self) {
        self.0 += 1;
    }
}

#[track_usage]
impl Drop for Number {
    fn drop(&mut self) {
        self.0 = 0;
    }
}

#[track_usage]
impl Add<u32> for &Number {
    type Output = u32;

    fn add(self, other: u32) -> u32 {
        self.0 + other
    }
}

#[track_usage]
impl Deref for Number {
    type Target = u32;

    fn deref(&self) -> &u32 {
        &self.0
    }
}

#[track_usage]
impl Index<usize> for Number {
    type Output = u32;

    fn index(&self, _: usize) -> &u32 {
        &self.0
    }
}

#[track_usage]
impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.0)
    }
}

#[track_usage]
impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

#[track_usage]
impl Iterator for Number {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
}

/// A type with a parameter.
pub struct Holder<T>(pub T);

#[track_usage]
impl<T: Clone> Holder<T> {
    pub fn held(&self) -> T {
        self.0.clone()
    }
}

#[track_usage]
pub trait Shape {
    fn side(&self) -> u32;

    fn area(&self) -> u32 {
        self.side() * self.side()
    }
}

#[track_usage]
impl Shape for Number {
    fn side(&self) -> u32 {
        self.0
    }
}

/// Is used as `dyn Shape`.
pub struct Unit;

#[track_usage]
impl Shape for Unit {
    fn side(&self) -> u32 {
        1
    }
}
