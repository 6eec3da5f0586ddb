#![no_main]

use headcount_fuzz::{mutate, run};
use headcount_properties::scan;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| run(scan, bytes));

fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(bytes, size, max_size, seed)
});
