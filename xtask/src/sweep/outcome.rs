//! What the tests of a crate said.

use std::collections::BTreeMap;

use serde::Serialize;

/// How many tests there are of each outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tests {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
    /// Each test's name with its outcome, and how often it occurs.
    #[serde(skip)]
    outcomes: BTreeMap<String, usize>,
}

impl Tests {
    /// Adds up what the standard test harness printed.
    pub(super) fn add(&mut self, printed: &str) {
        for line in printed.lines() {
            if let Some(sums) = line.strip_prefix("test result: ") {
                self.passed += sum(sums, " passed");
                self.failed += sum(sums, " failed");
                self.ignored += sum(sums, " ignored");
            } else if let Some(test) = line.strip_prefix("test ") {
                *self.outcomes.entry(test.to_owned()).or_default() += 1;
            }
        }
    }

    /// Tests whose outcome is another one in `other`.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let missing = |from: &Self, of: &Self, sign: char| {
            let is_missing = |test: &String, count: &usize| from.outcomes.get(test) != Some(count);
            let missing = of.outcomes.iter().filter(|(test, count)| is_missing(test, count));
            missing.map(|(test, _)| format!("{sign} {test}")).collect::<Vec<_>>()
        };
        [missing(other, self, '-'), missing(self, other, '+')].concat()
    }

    /// Whether the same number of tests passed, failed and was ignored.
    pub(super) fn same(&self, other: &Self) -> bool {
        let sums = |tests: &Self| (tests.passed, tests.failed, tests.ignored);
        sums(self) == sums(other)
    }
}

/// The number before a word.
fn sum(sums: &str, word: &str) -> usize {
    let number = sums.split_once(word).and_then(|(before, _)| before.rsplit([' ', '.']).next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "
running 3 tests
test a ... ok
test b - should panic ... FAILED
test c ... ignored
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
test a ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn sums_of_all_harnesses_are_added() {
        let mut tests = Tests::default();
        tests.add(BEFORE);
        assert_eq!((tests.passed, tests.failed, tests.ignored), (2, 1, 1));
    }

    #[test]
    fn a_test_that_turned_is_named() {
        let (mut before, mut after) = (Tests::default(), Tests::default());
        before.add(BEFORE);
        after.add(&BEFORE.replace("test c ... ignored", "test c ... ok"));
        assert_eq!(before.differences(&after), ["- c ... ignored", "+ c ... ok"]);
        assert!(before.differences(&before).is_empty());
    }
}
