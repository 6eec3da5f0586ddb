//! The crates that one executable is linked from.

use std::collections::{BTreeMap, BTreeSet};

use crate::referrers::Crate;

/// The crates that one executable is linked from, its own included, and what each depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkedCrates {
    dependencies: BTreeMap<Crate, BTreeSet<Crate>>,
}

impl LinkedCrates {
    /// Adds a crate. False if it was there.
    pub(super) fn add(&mut self, krate: Crate, dependencies: impl Iterator<Item = Crate>) -> bool {
        self.dependencies.insert(krate, dependencies.collect()).is_none()
    }

    /// Whether the executable is linked from this crate.
    #[must_use]
    pub fn contains(&self, krate: &Crate) -> bool {
        self.dependencies.contains_key(krate)
    }

    /// Whether a crate depends on another without others between them.
    #[must_use]
    pub fn is_direct(&self, dependent: &Crate, krate: &Crate) -> bool {
        self.dependencies.get(dependent).is_some_and(|dependencies| dependencies.contains(krate))
    }

    /// The crates that depend on this one, directly or through others: code of no other crate can
    /// refer to what is in it.
    #[must_use]
    pub fn dependents(&self, krate: &Crate) -> BTreeSet<Crate> {
        let mut dependents = BTreeSet::new();
        let mut open = vec![krate];
        while let Some(krate) = open.pop() {
            for (dependent, dependencies) in &self.dependencies {
                if dependencies.contains(krate) && dependents.insert(dependent.clone()) {
                    open.push(dependent);
                }
            }
        }
        dependents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(name: &str) -> Crate {
        Crate { name: name.to_owned(), version: Some("1.0.0".to_owned()) }
    }

    #[test]
    fn who_can_refer_to_a_crate() {
        let mut linked = LinkedCrates::default();
        for (name, dependencies) in [
            ("program", &["middle", "stranger"][..]),
            ("middle", &["counted", "beneath"]),
            ("counted", &["beneath"]),
            ("stranger", &["beneath"]),
            ("beneath", &[]),
        ] {
            assert!(linked.add(krate(name), dependencies.iter().map(|name| krate(name))));
        }
        let dependents = linked.dependents(&krate("counted"));
        assert_eq!(dependents, [krate("middle"), krate("program")].into());
        assert_eq!(linked.dependents(&krate("elsewhere")), [].into());
        assert!(linked.is_direct(&krate("middle"), &krate("counted")));
        assert!(!linked.is_direct(&krate("program"), &krate("counted")));
    }
}
