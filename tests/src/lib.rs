//! End-to-end tests of headcount.
