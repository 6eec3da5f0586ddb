//! Uses the library without anything deprecated.

#[inline(never)]
pub fn run() -> u32 {
    callee::current()
}
