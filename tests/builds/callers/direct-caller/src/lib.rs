//! Calls deprecated functions and methods.
#![allow(deprecated)]

#[inline(never)]
pub fn run() -> u32 {
    callee::direct() + callee::by_two() + callee::inlined() + callee::Client.send() + callee::wrapper()
}
