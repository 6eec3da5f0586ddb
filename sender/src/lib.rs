//! The user's side of headcount.

pub mod consent;
pub mod home;
pub mod merge;
pub mod outbox;
pub mod referrers;
pub mod scan;
pub mod send;
pub mod spool;
