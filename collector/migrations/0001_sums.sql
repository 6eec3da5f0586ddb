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

-- `library` and `version` are '' where nobody registered them.
CREATE TABLE counter (
    library   TEXT NOT NULL,
    week      TEXT NOT NULL,
    dimension TEXT NOT NULL,
    value     TEXT NOT NULL,
    version   TEXT NOT NULL,
    origin    TEXT NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (library, week, dimension, value, version, origin)
) STRICT, WITHOUT ROWID;

-- Lists ask how many sections each library has, and no more.
CREATE INDEX counter_sections ON counter (library, week, version, count)
    WHERE dimension = 'sections';

-- Random ids of counted sections, so that a retry counts once. Forgotten when the week closes.
CREATE TABLE seen (
    week TEXT NOT NULL,
    id   BLOB NOT NULL,
    PRIMARY KEY (week, id)
) STRICT, WITHOUT ROWID;

-- One row: the weeks before it never change again, even if the clock goes back.
CREATE TABLE open (first_week TEXT NOT NULL) STRICT;
