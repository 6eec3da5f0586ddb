#![no_main]

use headcount_fuzz::run;
use headcount_properties::spool;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| run(spool, bytes));
