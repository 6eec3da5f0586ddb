//! The user's side of headcount: it reads what the linker kept and what programs recorded, and
//! sends what the machine's owner allowed.
//!
//! In reading order:
//!
//! * [`scan`]: the records in a binary; [`referrers`], [`workspace`]: who refers to them; [`places`]:
//!   where they stand in the source;
//! * [`home`], [`consent`], [`collector`], [`rule`]: what the owner allowed;
//! * [`switch`]: how they allow it; [`cargo_config`]: how programs learn of it;
//! * [`spool`], [`merge`], [`executables`]: what programs did;
//! * [`draft`], [`close`], [`outbox`], [`deliver`], [`courier`], [`send`]: what leaves; [`due`],
//!   [`schedule`]: when; [`clock`]: whether it can be told;
//! * [`reporter`]: all of this inside an application that runs for long;
//! * [`status`], [`show`], [`remark`], [`log`]: what the owner is told about all that;
//! * [`durable`]: files that survive a crash, for all of these.

pub mod cargo_config;
pub mod clock;
pub mod close;
pub mod collector;
pub mod consent;
pub mod courier;
pub mod deliver;
pub mod draft;
pub mod due;
pub mod durable;
pub mod executables;
pub mod home;
pub mod log;
pub mod merge;
pub mod outbox;
pub mod places;
pub mod referrers;
pub mod remark;
pub mod reporter;
pub mod rule;
pub mod scan;
pub mod schedule;
pub mod send;
pub mod show;
pub mod spool;
pub mod status;
pub mod switch;
pub mod workspace;
