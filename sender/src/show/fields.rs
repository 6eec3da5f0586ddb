//! Why each field is in a report. A test holds the names against those of a report.

/// A field of a report.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    /// Its name, as a path.
    pub field: &'static str,
    /// What it is for.
    pub why: &'static str,
    /// Who sees it.
    pub who: &'static str,
}

const fn field(field: &'static str, why: &'static str, who: &'static str) -> Explained {
    Explained { field, why, who }
}

const COLLECTOR: &str = "the collector, which does not keep it";
const OPERATOR: &str = "the collector's operator, as part of a sum";
const EVERYBODY: &str = "everybody, as part of a sum";

/// Every field, as `docs/collected-data.md` has them.
pub const FIELDS: [Explained; 14] = [
    field("headcount", "format version", COLLECTOR),
    field("week", "the ISO week, UTC: the only time in a report", EVERYBODY),
    field("sections", "one for each library version that was used", COLLECTOR),
    field(
        "sections[].id",
        "random and new for each section: a retry is not counted twice",
        "the collector, which forgets it once the week is closed",
    ),
    field("sections[].library", "whose section it is", EVERYBODY),
    field("sections[].version", "whose section it is", EVERYBODY),
    field(
        "sections[].origin",
        "whether it ran on a developer's machine or a user's; `on --origin` says so",
        EVERYBODY,
    ),
    field("sections[].scanned", "whether `linked` is known", EVERYBODY),
    field("sections[].rustc", "which compilers users have", OPERATOR),
    field("sections[].target", "which of rustc's own targets users have", OPERATOR),
    field("sections[].features", "which cargo features of the library are used", OPERATOR),
    field(
        "sections[].dependencies",
        "which versions of its direct dependencies on crates.io are used",
        OPERATOR,
    ),
    field("sections[].system", "which versions of system libraries are used", OPERATOR),
    field("sections[].sites", "which parts of the library are linked and called", EVERYBODY),
];
