-- What authors registered.

-- A site keeps its index for ever, whichever versions contain it.
CREATE TABLE site (
    library TEXT NOT NULL,
    site    INTEGER NOT NULL,
    path    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    PRIMARY KEY (library, site),
    UNIQUE (library, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE manifest (
    library    TEXT NOT NULL,
    version    TEXT NOT NULL,
    sites      INTEGER NOT NULL, -- how many, for lists that need no more
    deprecated INTEGER NOT NULL,
    json       TEXT NOT NULL,
    PRIMARY KEY (library, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    number  INTEGER PRIMARY KEY AUTOINCREMENT, -- a revoked number is not given again
    library TEXT NOT NULL,
    sha256  BLOB NOT NULL,
    created TEXT NOT NULL
) STRICT;

-- What machines reported: sums over sections. No section is kept.

-- A row for each library and week; `store/sqlite/sums.rs` has the encoding of the last two columns.
-- `library` is '' where nobody registered it.
CREATE TABLE sums (
    library  TEXT NOT NULL,
    week     TEXT NOT NULL,
    sections INTEGER NOT NULL, -- how many, for lists that need no more
    words    BLOB NOT NULL,
    sites    BLOB NOT NULL,
    PRIMARY KEY (library, week)
) STRICT, WITHOUT ROWID;

-- The log: what a few reports add to `sums` and `seen` together, until it is folded into these.
CREATE TABLE delta (
    number INTEGER PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

-- Sections that were counted, so that a retry counts once. Forgotten when the week closes.
-- A row has some thousand, in order; `store/sqlite/remembered.rs` has the encoding.
CREATE TABLE seen (
    week   TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (week, number)
) STRICT, WITHOUT ROWID;

-- One row: the weeks before it never change again, even if the clock goes back.
CREATE TABLE open (first_week TEXT NOT NULL) STRICT;
