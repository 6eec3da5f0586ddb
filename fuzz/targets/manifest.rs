#![no_main]

use headcount_fuzz::run;
use headcount_properties::manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| run(manifest, bytes));
