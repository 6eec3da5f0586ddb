//! Put before the C library by `LD_PRELOAD`: a clock that is wrong by as many seconds as
//! `WRONG_BY_SECONDS` says.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_long};

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

const REALTIME: c_int = 0;
const SYS_CLOCK_GETTIME: c_long = if cfg!(target_arch = "x86_64") { 228 } else { 113 };

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
}

/// # Safety
/// As of the function whose place it takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    // SAFETY: what the caller promised; the kernel has filled it in when it says 0.
    unsafe {
        let failed = syscall(SYS_CLOCK_GETTIME, clock, time) as c_int;
        if failed == 0 && clock == REALTIME {
            let wrong_by = std::env::var("WRONG_BY_SECONDS").unwrap_or_default();
            (*time).seconds += wrong_by.parse::<i64>().expect("a number of seconds");
        }
        failed
    }
}
