//! What a new version does to the sites of published ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Manifest, ManifestSite};
use crate::site::SiteKind;
use crate::vocabulary::{PlainVersion, SitePath};

/// What a new version does to the sites of published ones.
///
/// A site is known by its path for ever: a collector adds up what all versions say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// Sites that no published version has.
    pub added: BTreeSet<SitePath>,
    /// Deprecated sites of the last published version that are gone: as announced.
    pub retired: BTreeSet<SitePath>,
    /// Other sites of the last published version that are gone: forgotten, or renamed without
    /// `name = ".."`.
    pub removed: BTreeSet<SitePath>,
    /// Sites that were gone and are here again. Their counts would be added to those of the former.
    pub reused: BTreeMap<SitePath, Reused>,
    /// Sites that count something else than they did. No collector takes that.
    pub kind_changed: BTreeMap<SitePath, Changed<SiteKind>>,
    /// Sites of which another `since`, `note` or `remove_in` is said, or none any more.
    pub deprecation_changed: BTreeMap<SitePath, Changed<ManifestSite>>,
}

/// What was, and what is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// In the published version.
    pub was: T,
    /// In the new one.
    pub is: T,
}

/// A name that had been given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reused {
    /// The last published version that had it.
    pub last_in: PlainVersion,
}

impl Changes {
    /// Compares a new version with published ones of the same library, in any order.
    #[must_use]
    pub fn between(published: &[Manifest], new: &Manifest) -> Self {
        let mut published: Vec<_> = published.iter().collect();
        published.sort_by_key(|manifest| manifest.version.numbers());
        let Some(last) = published.last() else {
            return Self { added: new.sites.keys().cloned().collect(), ..Self::default() };
        };
        let mut changes = Self::default();
        for (path, site) in &new.sites {
            let former = published.iter().rev().find_map(|manifest| {
                manifest.sites.get(path).map(|site| (&manifest.version, site))
            });
            let Some((version, former)) = former else {
                changes.added.insert(path.clone());
                continue;
            };
            if !last.sites.contains_key(path) {
                changes.reused.insert(path.clone(), Reused { last_in: version.clone() });
            }
            changes.compare(path, former, site);
        }
        for (path, site) in &last.sites {
            if !new.sites.contains_key(path) {
                let gone = if site.deprecated.is_some() {
                    &mut changes.retired
                } else {
                    &mut changes.removed
                };
                gone.insert(path.clone());
            }
        }
        changes
    }

    fn compare(&mut self, path: &SitePath, was: &ManifestSite, is: &ManifestSite) {
        if was.kind != is.kind {
            self.kind_changed.insert(path.clone(), Changed { was: was.kind, is: is.kind });
        }
        if was.deprecated != is.deprecated {
            let changed = Changed { was: was.clone(), is: is.clone() };
            self.deprecation_changed.insert(path.clone(), changed);
        }
    }

    /// Whether counts would be lost, or added to those of something else: a site was removed that
    /// was not deprecated, a kind changed, or a name was used again.
    #[must_use]
    pub fn are_refused(&self) -> bool {
        !(self.removed.is_empty() && self.reused.is_empty() && self.kind_changed.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::manifest;

    fn paths(paths: &[&str]) -> BTreeSet<SitePath> {
        paths.iter().map(|path| path.parse().unwrap()).collect()
    }

    #[test]
    fn what_is_new_and_what_was_announced_may_happen() {
        let published = manifest("1.4.2", &["same fn", "gone fn old", "to_go fn"]);
        let new = manifest("1.5.0", &["same fn", "to_go fn old", "new fn"]);
        let changes = Changes::between(&[published], &new);
        assert_eq!((&changes.added, &changes.retired), (&paths(&["new"]), &paths(&["gone"])));
        let deprecated: BTreeSet<_> = changes.deprecation_changed.keys().cloned().collect();
        assert_eq!(deprecated, paths(&["to_go"]));
        assert!(!changes.are_refused());
    }

    #[test]
    fn a_site_that_was_not_deprecated_must_stay() {
        let published = manifest("1.4.2", &["a fn"]);
        let changes = Changes::between(&[published], &manifest("1.5.0", &["b fn"]));
        assert_eq!((&changes.removed, &changes.added), (&paths(&["a"]), &paths(&["b"])));
        assert!(changes.are_refused());
    }

    #[test]
    fn a_kind_must_stay() {
        let published = manifest("1.4.2", &["a fn"]);
        let changes = Changes::between(&[published], &manifest("1.5.0", &["a linked"]));
        let kinds = Changed { was: SiteKind::Fn, is: SiteKind::Linked };
        assert_eq!(changes.kind_changed, [("a".parse().unwrap(), kinds)].into());
        assert!(changes.are_refused());
    }

    #[test]
    fn a_name_that_was_given_up_stays_so() {
        let published =
            [manifest("1.10.0", &[]), manifest("1.2.0", &["a fn"]), manifest("1.9.0", &["a fn"])];
        let changes = Changes::between(&published, &manifest("2.0.0", &["a method"]));
        let last_in = "1.9.0".parse().unwrap();
        assert_eq!(changes.reused, [("a".parse().unwrap(), Reused { last_in })].into());
        assert_eq!(changes.kind_changed.len(), 1);
        assert!(changes.are_refused());
    }

    #[test]
    fn the_same_is_no_change() {
        let sites = ["a fn", "b method old"];
        let changes = Changes::between(&[manifest("1.4.2", &sites)], &manifest("1.5.0", &sites));
        assert_eq!(changes, Changes::default());
        let first = Changes::between(&[], &manifest("1.5.0", &sites));
        assert_eq!(first.added, paths(&["a", "b"]));
    }
}
