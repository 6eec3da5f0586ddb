//! The report that a collector takes from anybody.

use headcount_report::Report;
use headcount_report::limits::OPEN_WEEKS;

/// Reads the bytes as a report. One that is read can be written and read again.
///
/// # Panics
/// When that does not hold.
pub fn report(bytes: &[u8]) {
    let in_place = Report::decode_in_place(bytes);
    let report = match Report::decode(bytes) {
        Ok(report) => report,
        Err(error) => {
            let other = in_place.expect_err("what is refused is refused in place, too");
            assert_eq!(other.to_string(), error.to_string());
            return;
        }
    };
    let written = report.encode();
    assert_eq!(in_place.expect("what is taken is taken in place, too").encode(), written);
    let again = Report::decode(&written).expect("what was written can be read");
    assert_eq!(again, report);
    assert_eq!(again.encode(), written);
    let oldest = report.week.plus(-i32::from(OPEN_WEEKS));
    assert!(oldest < report.week && report.week.first_day() < report.week.last_day());
}
