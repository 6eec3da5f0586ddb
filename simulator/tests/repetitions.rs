//! The experiments of `cargo xtask simulate`, fewer times. One seed always gives one outcome, so
//! these pass always or never.

use headcount_simulator::border::{Border, Habits};
use headcount_simulator::coverage::Coverage;
use headcount_simulator::repeat::Repetitions;
use headcount_simulator::table::{self, MANY};

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let coverage = Coverage::new("2026-W46".parse().unwrap(), 47).unwrap();
    let repetitions = Repetitions { number: 80, seed: 47 };
    let figures = coverage.measure(repetitions, &[400], || ());
    let (mean, lowest) = table::mean_and_lowest(&figures, MANY);
    assert!(figures.len() > 60, "called, linked and features: {}", figures.len());
    assert!((0.935..0.975).contains(&mean), "{mean}");
    assert!(lowest > 0.88, "{lowest}");
}

#[test]
fn what_is_at_the_threshold_is_seldom_called_safe() {
    let safe = |habits, truth| {
        let border = Border { threshold: 0.05, truth, participants: 150, habits, confidence: 0.95 };
        border.measure(Repetitions { number: 60, seed: 47 }, || ())
    };
    for habits in Habits::ALL {
        assert!(safe(habits, 1.0) <= 6, "{habits:?}: {}", safe(habits, 1.0));
    }
    assert!(safe(Habits::Usual, 0.02) > 40, "what nearly nobody uses can go");
}
