//! Which rule decides whether anything happens. Off beats on.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use serde::Serialize;

use crate::consent::{Consent, ConsentError};

/// Set to anything but nothing, `0` or `false`, one of these says: record nothing. The runtime looks
/// at the same ones.
pub const REFUSALS: [&str; 11] = [
    "DO_NOT_TRACK",
    "CI",
    "CONTINUOUS_INTEGRATION",
    "BUILD_NUMBER",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "CIRCLECI",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
];

/// A file by which the machine's administrator says: record nothing and send nothing, for no user. The
/// runtime looks for the same one; what is in it does not matter.
pub const DENIAL: &str = "/etc/headcount/deny";

/// The rule that decided, the first that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "rule")]
#[non_exhaustive]
pub enum Rule {
    /// The administrator's file is there.
    #[error("off: the administrator of this machine says so, by the file `{DENIAL}`")]
    Denied,
    /// `HEADCOUNT=off`.
    #[error("off: the environment says HEADCOUNT=off")]
    HeadcountOff,
    /// `DO_NOT_TRACK`, or what continuous-integration services set.
    #[error("off: the environment says {variable}")]
    Refusal {
        /// The variable.
        variable: &'static str,
    },
    /// It cannot be told what the owner allowed.
    #[error("off: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// Nobody ever said yes.
    #[error("off: nothing was ever allowed on this machine")]
    NeverAsked,
    /// The owner said `cargo headcount off`.
    #[error("off: you said `cargo headcount off`")]
    Off,
    /// The owner said `cargo headcount on`.
    #[error("on: you said `cargo headcount on`")]
    On,
}

impl Rule {
    /// The rule that holds for this process.
    #[must_use]
    pub fn of(consent: &Result<Option<Consent>, ConsentError>) -> Self {
        Self::refusal().unwrap_or_else(|| match consent {
            Err(error) => Self::Unreadable { reason: error.to_string() },
            Ok(None) => Self::NeverAsked,
            Ok(Some(consent)) if consent.record => Self::On,
            Ok(Some(_)) => Self::Off,
        })
    }

    /// What says "off", whatever the owner allowed.
    #[must_use]
    pub fn refusal() -> Option<Self> {
        if Path::new(DENIAL).exists() {
            return Some(Self::Denied);
        }
        Self::of_environment(|name| env::var_os(name))
    }

    /// What the environment says, if it says anything; it can only say "off".
    fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        if variable("HEADCOUNT").is_some_and(|value| value == "off") {
            return Some(Self::HeadcountOff);
        }
        let is_yes = |value: OsString| !["", "0", "false"].iter().any(|no| value == *no);
        let said = |name: &&str| variable(name).is_some_and(is_yes);
        REFUSALS.into_iter().find(said).map(|variable| Self::Refusal { variable })
    }

    /// Whether programs may record and reports may be sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self == Self::On
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expect: Option<&Rule>) {
        let value = |name: &str| {
            variables.iter().find(|(one, _)| *one == name).map(|(_, value)| OsString::from(value))
        };
        assert_eq!(Rule::of_environment(value).as_ref(), expect);
    }

    #[test]
    fn the_environment_can_only_say_off() {
        let (off, refusal) = (Some(&Rule::HeadcountOff), |variable| Rule::Refusal { variable });
        check(&[], None);
        check(&[("HEADCOUNT", "off")], off);
        check(&[("HEADCOUNT", "on")], None);
        check(&[("DO_NOT_TRACK", "1")], Some(&refusal("DO_NOT_TRACK")));
        check(&[("DO_NOT_TRACK", "yes")], Some(&refusal("DO_NOT_TRACK")));
        check(&[("DO_NOT_TRACK", "")], None);
        check(&[("DO_NOT_TRACK", "0")], None);
        check(&[("CI", "true")], Some(&refusal("CI")));
        check(&[("CI", "false")], None);
        check(&[("GITLAB_CI", "1")], Some(&refusal("GITLAB_CI")));
        check(&[("CI", "1"), ("HEADCOUNT", "off")], off);
    }
}
