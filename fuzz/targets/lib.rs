//! What all fuzz targets have in common.

use headcount_properties::repair;
use peak_alloc::PeakAlloc;

/// Most memory that one input may take, in bytes. Inputs have some kilobytes; the scanner reads
/// windows of 1 MiB.
const MAX_MEMORY_BYTES: usize = 3 << 20;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Checks one input.
///
/// # Panics
/// When the property does not hold, or took too much memory to find out.
pub fn run(property: fn(&[u8]), bytes: &[u8]) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    property(bytes);
    let took = MEMORY.peak_usage().saturating_sub(before);
    assert!(took < MAX_MEMORY_BYTES, "it took {took} bytes of memory");
}

/// Changes an input as libFuzzer does; half of the time its records are then made whole again.
pub fn mutate(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let size = libfuzzer_sys::fuzzer_mutate(bytes, size, max_size);
    if seed.is_multiple_of(2) {
        repair(&mut bytes[..size]);
    }
    size
}
