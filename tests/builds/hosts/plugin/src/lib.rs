//! A counted shared library that programs load at run time.

headcount::library!();

/// Is called by whoever loads this.
#[no_mangle]
#[headcount::track_usage]
pub extern "C" fn plugin_work(value: u32) -> u32 {
    inner(value)
}

#[headcount::track_usage]
fn inner(value: u32) -> u32 {
    value + 1
}

/// Nobody calls it.
#[headcount::track_usage]
pub fn unused(value: u32) -> u32 {
    value + 2
}
