//! Whether a store is what a collector would have written.

use rusqlite::Connection;

use super::{SqliteStore, sqlite};
use crate::store::StoreError;

/// What has to hold, with the sentence that names each row for which it does not.
///
/// A section raises exactly one of the counters `sections`, `unknown version` and `unknown library`,
/// and its id is remembered until its week closes: so the sections of open weeks can be counted
/// again.
const RULES: &[&str] = &[
    "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT printf('%s: the counters say %d sections, %d ids are remembered', week, counted, ids)
     FROM (SELECT week, sum(counted) AS counted, sum(ids) AS ids FROM (
             SELECT week, count AS counted, 0 AS ids FROM counter
             WHERE dimension IN ('sections', 'unknown version', 'unknown library')
               AND week >= (SELECT first_week FROM open)
             UNION ALL SELECT week, 0, 1 FROM seen)
           GROUP BY week)
     WHERE counted <> ids",
    "SELECT printf('%s of %s %s, %s: %s %s stands at %d, of %d sections',
                   bit.week, bit.library, bit.version, bit.origin, bit.dimension, bit.value,
                   bit.count, ifnull(n.count, 0))
     FROM counter AS bit LEFT JOIN counter AS n
       ON (n.library, n.week, n.dimension, n.value, n.version, n.origin)
        = (bit.library, bit.week, 'sections', '', bit.version, bit.origin)
     WHERE bit.dimension NOT IN ('sections', 'unknown version', 'unknown library')
       AND bit.count > ifnull(n.count, 0)",
    "SELECT printf('%s of %s: a counter of site %s, which is not registered', week, library, value)
     FROM counter WHERE (dimension = 'linked' OR dimension LIKE 'called%')
       AND NOT EXISTS (SELECT 1 FROM site
                       WHERE site.library = counter.library AND site.site = counter.value + 0)",
    "SELECT printf('%s: its %d sites have indices up to %d', library, count(*), max(site))
     FROM site GROUP BY library HAVING count(*) <> max(site) + 1",
    "SELECT printf('%s %s: `%s` is not among the sites as a %s', library, version, path, kind)
     FROM (SELECT library, version, each.key AS path, each.value ->> 'kind' AS kind
           FROM manifest, json_each(manifest.json, '$.sites') AS each) AS declared
     WHERE NOT EXISTS (SELECT 1 FROM site
                       WHERE (site.library, site.path, site.kind)
                           = (declared.library, declared.path, declared.kind))",
];

impl SqliteStore {
    /// Everything in the store that no collector would have written, as a sentence each.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.check_step_by_step(|_, _| ())
    }

    /// The same; says before each step how many are done, and of how many.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn check_step_by_step(
        &self,
        say: impl Fn(usize, usize),
    ) -> Result<Vec<String>, StoreError> {
        let connection = self.reading_sums()?;
        let transaction = connection.unchecked_transaction().map_err(sqlite("read"))?;
        let mut problems = Vec::new();
        for (done, rule) in RULES.iter().enumerate() {
            say(done, RULES.len());
            problems.extend(broken(&transaction, rule).map_err(sqlite("read"))?);
        }
        Ok(problems)
    }
}

fn broken(connection: &Connection, rule: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(rule)?.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use headcount_report::{Manifest, Origin, SectionId, SiteKind};
    use serde_json::json;

    use super::*;
    use crate::library::Site;
    use crate::store::{Bit, Bits, Dimension, Store, Subject, Summed};

    /// A store with two sections, of which one calls the only site.
    fn store(path: &std::path::Path) -> SqliteStore {
        let store = SqliteStore::open(path).unwrap();
        let manifest = json!({
            "headcount": 1, "library": "counted", "version": "1.0.0", "features": [],
            "sites": {"a": {"kind": "fn"}},
        });
        let manifest = Manifest::decode(manifest.to_string().as_bytes()).unwrap();
        let site = Site { path: "a".parse().unwrap(), kind: SiteKind::Fn };
        store.put_manifest(&manifest, &[site], 0).unwrap();
        let week = "2026-W47".parse().unwrap();
        store.close_before(week).unwrap();
        let section = |id, bits: &[(Dimension, &str)]| Bits {
            id: SectionId([id; 16]),
            subject: Subject {
                library: Some("counted".parse().unwrap()),
                version: Some("1.0.0".parse().unwrap()),
                origin: Origin::Developer,
            },
            bits: bits
                .iter()
                .map(|(dimension, value)| Bit { dimension: *dimension, value: (*value).to_owned() })
                .collect(),
        };
        let n = (Dimension::Sections, "");
        let sections = vec![section(1, &[n, (Dimension::Called, "0")]), section(2, &[n])];
        store.add(&[Summed { week, sections }], &mut |_, _| true).unwrap();
        store
    }

    #[track_caller]
    fn check(damage: &str, said: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let store = store(&path);
        Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        assert_eq!(store.check().unwrap(), said);
    }

    #[test]
    fn what_a_collector_wrote_is_in_order() {
        check("", &[]);
    }

    #[test]
    fn what_it_did_not_write_is_named() {
        check(
            "DELETE FROM seen WHERE id = x'01010101010101010101010101010101'",
            &["2026-W47: the counters say 2 sections, 1 ids are remembered"],
        );
        check(
            "UPDATE counter SET count = 3 WHERE dimension = 'called'",
            &["2026-W47 of counted 1.0.0, developer: called 0 stands at 3, of 2 sections"],
        );
        check(
            "UPDATE counter SET value = '7' WHERE dimension = 'called'",
            &["2026-W47 of counted: a counter of site 7, which is not registered"],
        );
        check(
            "UPDATE site SET kind = 'method'",
            &["counted 1.0.0: `a` is not among the sites as a fn"],
        );
        check(
            "INSERT INTO site VALUES ('counted', 5, 'b', 'fn')",
            &["counted: its 2 sites have indices up to 5"],
        );
    }
}
