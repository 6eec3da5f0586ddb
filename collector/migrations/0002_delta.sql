-- The log: sums and section ids of a few reports together, until they are folded into `counter` and
-- `seen`. `store/sqlite/delta.rs` has the encoding.
CREATE TABLE delta (
    number INTEGER PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
