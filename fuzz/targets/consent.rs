#![no_main]

use headcount_fuzz::run;
use headcount_properties::consent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| run(consent, bytes));
