//! Whether the machine's owner wants this process recorded, and where.

use core::ffi::CStr;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::process;

const SPOOL: &[u8] = b"HEADCOUNT_SPOOL\0";
const HEADCOUNT: &[u8] = b"HEADCOUNT\0";

/// Set to anything but nothing, `0` or `false`, one of these says: record nothing.
const REFUSALS: [&[u8]; 13] = [
    b"DO_NOT_TRACK\0",
    b"CI\0",
    b"CONTINUOUS_INTEGRATION\0",
    b"BUILD_NUMBER\0",
    b"GITHUB_ACTIONS\0",
    b"GITLAB_CI\0",
    b"BUILDKITE\0",
    b"CIRCLECI\0",
    b"JENKINS_URL\0",
    b"TEAMCITY_VERSION\0",
    b"TF_BUILD\0",
    // rustc, and with it a procedural macro; a build script.
    b"CARGO_CRATE_NAME\0",
    b"NUM_JOBS\0",
];

/// A file by which the machine's administrator says: record nothing. Looked for at each line.
const DENIAL: &[u8] = b"/etc/headcount/deny\0";

const UNDECIDED: u8 = 0;
const REFUSED: u8 = 1;
const GIVEN: u8 = 2;

/// The spool folder as the owner named it, or `None`: nothing is recorded.
///
/// A refusal holds for the process's life, and costs no system call. The folder's name is looked up
/// each time, so that no copy of it has to be kept.
pub(super) fn folder() -> Option<&'static CStr> {
    // Relaxed: threads that decide together decide the same.
    static DECISION: AtomicU8 = AtomicU8::new(UNDECIDED);

    if DECISION.load(Relaxed) == UNDECIDED {
        DECISION.store(if is_given() { GIVEN } else { REFUSED }, Relaxed);
    }
    if DECISION.load(Relaxed) == REFUSED {
        return None;
    }
    absolute(process::variable(SPOOL)?).filter(|_| !process::exists(DENIAL))
}

fn is_given() -> bool {
    process::variable(SPOOL).and_then(absolute).is_some()
        && !process::is_privileged()
        && !process::variable(HEADCOUNT).is_some_and(|value| value.to_bytes() == b"off")
        && !REFUSALS.iter().any(|name| process::variable(name).is_some_and(is_yes))
}

/// A relative path would name another folder wherever the host goes.
fn absolute(path: &'static CStr) -> Option<&'static CStr> {
    path.to_bytes().starts_with(b"/").then_some(path)
}

fn is_yes(value: &CStr) -> bool {
    !matches!(value.to_bytes(), b"" | b"0" | b"false")
}
