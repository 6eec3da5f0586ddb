//! What is wrong with a page.

use std::fmt;

/// One thing that a check does not like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which promise is broken, in a word or two.
    pub rule: String,
    /// Where on the page, and what is there instead.
    pub what: String,
}

impl Finding {
    /// Something wrong.
    #[must_use]
    pub fn new(rule: impl Into<String>, what: impl Into<String>) -> Self {
        Self { rule: rule.into(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}
