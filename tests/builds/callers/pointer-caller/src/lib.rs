//! Passes deprecated functions on, and calls one in an inline function.
#![allow(deprecated)]

pub static TABLE: [fn() -> u32; 2] = [callee::in_a_table, callee::by_two];

#[inline(never)]
pub fn run(values: &[u32]) -> Vec<u32> {
    let function: fn(u32) -> u32 = std::hint::black_box(callee::passed_on);
    values.iter().copied().map(function).collect()
}

/// It is compiled where it is called: in the program.
#[inline]
pub fn short() -> u32 {
    callee::in_inline_code()
}
