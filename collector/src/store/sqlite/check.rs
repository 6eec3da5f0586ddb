//! Whether a store is what a collector would have written.

use std::collections::{BTreeMap, HashMap};

use headcount_report::{CrateName, PlainVersion, Week};
use rusqlite::Connection;

use super::sums::{self, OfWeek};
use super::{SqliteStore, remembered, rows, sqlite};
use crate::store::{Bit, Dimension, StoreError};

/// What has to hold of what is no sum, with the sentence that names each row for which it does not.
const RULES: &[&str] = &[
    "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
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

    /// The same; says before each step how many are done, and of how many. The sums of each library and
    /// week are a step, which most are.
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
        let of = RULES.len() + sums::rows(&transaction)?;
        for (done, rule) in RULES.iter().enumerate() {
            say(done, of);
            problems.extend(broken(&transaction, rule).map_err(sqlite("read"))?);
        }
        let mut sums = Sums::new(&transaction)?;
        let mut done = RULES.len();
        sums::all(&transaction, |library, week, of_week| {
            say(done, of);
            done += 1;
            sums.take(library, week, &of_week)
        })?;
        problems.extend(sums.problems()?);
        Ok(problems)
    }
}

/// What has to hold of the sums.
///
/// A section raises exactly one of the counters `sections`, `unknown version` and `unknown library`,
/// and its id is remembered until its week closes: so the sections of open weeks can be counted
/// again.
struct Sums<'store> {
    connection: &'store Connection,
    /// How many sites each library has.
    sites: HashMap<String, u64>,
    /// The sections of each week, by the counters.
    sections: BTreeMap<Week, u64>,
    problems: Vec<String>,
}

impl<'store> Sums<'store> {
    fn new(connection: &'store Connection) -> Result<Self, StoreError> {
        let sites = pairs(connection, "SELECT library, count(*) FROM site GROUP BY library")?;
        let (sections, problems) = (BTreeMap::new(), Vec::new());
        Ok(Self { connection, sites: sites.into_iter().collect(), sections, problems })
    }

    fn take(
        &mut self,
        library: Option<CrateName>,
        week: Week,
        of_week: &OfWeek,
    ) -> Result<(), StoreError> {
        let library = library.map_or_else(String::new, |library| library.to_string());
        let sites = self.sites.get(&library).copied().unwrap_or_default();
        let mut listed = 0;
        for ((version, origin), counts) in of_week {
            let sections = counts.sections();
            listed += sections;
            for (Bit { dimension, value }, count) in counts.iter() {
                match dimension {
                    Dimension::Sections | Dimension::UnknownVersion | Dimension::UnknownLibrary => {
                        *self.sections.entry(week).or_default() += count;
                        continue;
                    }
                    _ if count > sections => {
                        let version = version.as_ref().map_or("", PlainVersion::as_str);
                        let (origin, dimension) = (origin.as_str(), dimension.as_str());
                        self.problems.push(format!(
                            "{week} of {library} {version}, {origin}: {dimension} {value} stands at \
                             {count}, of {sections} sections"
                        ));
                    }
                    _ => {}
                }
                if dimension.fact().is_some() && value.parse().is_ok_and(|site: u64| site >= sites)
                {
                    self.problems.push(format!(
                        "{week} of {library}: a counter of site {value}, which is not registered"
                    ));
                }
            }
        }
        let sql = "SELECT sections FROM sums WHERE library = ? AND week = ?";
        let in_lists: i64 = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut select| {
                select.query_row([&library, &week.to_string()], |row| row.get(0))
            })
            .map_err(sqlite("read"))?;
        if rows::unsigned(in_lists) != listed {
            self.problems.push(format!(
                "{week} of {library}: lists say {in_lists} sections, the counters {listed}"
            ));
        }
        Ok(())
    }

    fn problems(mut self) -> Result<Vec<String>, StoreError> {
        let mut weeks: BTreeMap<Week, (u64, u64)> =
            self.sections.into_iter().map(|(week, counted)| (week, (counted, 0))).collect();
        for (week, remembered) in remembered::counts(self.connection)? {
            weeks.entry(week).or_default().1 = remembered;
        }
        let first_open = pairs(self.connection, "SELECT first_week, 0 FROM open")?.pop();
        let Some((first_open, _)) = first_open else { return Ok(self.problems) };
        for (week, (counted, remembered)) in weeks.split_off(&rows::parsed(&first_open)?) {
            if counted != remembered {
                self.problems.push(format!(
                    "{week}: the counters say {counted} sections, {remembered} ids are remembered"
                ));
            }
        }
        Ok(self.problems)
    }
}

/// A text and a count of each row.
fn pairs(connection: &Connection, sql: &str) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select = connection.prepare(sql).map_err(sqlite("read"))?;
    let pairs = select.query_map([], |row| Ok((row.get(0)?, rows::unsigned(row.get(1)?))));
    pairs.and_then(Iterator::collect).map_err(sqlite("read"))
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
    use crate::store::sqlite::delta::Delta;
    use crate::store::{Bits, Store, Subject, Summed};

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
        let subject = Subject {
            library: Some("counted".parse().unwrap()),
            version: Some("1.0.0".parse().unwrap()),
            origin: Origin::Developer,
        };
        let section = |id, bits: &[(Dimension, &str)]| {
            let bits = bits.iter().map(|(dimension, value)| Bit::new(*dimension, *value));
            Bits::new(SectionId([id; 16]), subject.clone(), bits)
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
        check("DELETE FROM seen", &["2026-W47: the counters say 2 sections, 0 ids are remembered"]);
        check(
            "UPDATE sums SET sections = 5",
            &["2026-W47 of counted: lists say 5 sections, the counters 2"],
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

    /// Raises a counter behind the collector's back.
    #[track_caller]
    fn check_raised(dimension: Dimension, value: &str, by: u64, said: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let store = store(&path);
        let mut delta = Delta::default();
        let subject = Subject {
            library: Some("counted".parse().unwrap()),
            version: Some("1.0.0".parse().unwrap()),
            origin: Origin::Developer,
        };
        let week = "2026-W47".parse().unwrap();
        delta.raise(week, &subject, &Bit::new(dimension, value), by);
        store.writing().write(|transaction| sums::raise(transaction, &delta)).unwrap();
        assert_eq!(store.check().unwrap(), [said]);
    }

    #[test]
    fn counters_that_cannot_be_are_named() {
        check_raised(
            Dimension::Called,
            "0",
            2,
            "2026-W47 of counted 1.0.0, developer: called 0 stands at 3, of 2 sections",
        );
        check_raised(
            Dimension::Called,
            "7",
            1,
            "2026-W47 of counted: a counter of site 7, which is not registered",
        );
    }

    #[test]
    fn damaged_sums_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let store = store(&path);
        let damage = "UPDATE sums SET sites = zeroblob(length(sites))";
        Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        let error = store.check().unwrap_err().to_string();
        assert!(error.contains("`counted` and 2026-W47"), "{error}");
    }
}
