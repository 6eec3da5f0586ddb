//! Refers to deprecated items in generic code.
#![allow(deprecated)]

/// The copy of `generic` for bytes is made here.
#[inline(never)]
pub fn run() -> u32 {
    callee::generic(1_u8) + callee::Sink::put(&Mine)
}

pub struct Mine;

impl callee::Sink for Mine {}

/// It is compiled where its type is known: in the program.
pub fn repeat<T>(values: &[T]) -> u32 {
    values.iter().map(|_| callee::in_generic_code()).sum()
}
