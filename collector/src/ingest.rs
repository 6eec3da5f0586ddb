//! Takes a report apart into bits, and has them durable before it answers.
//!
//! * [`admit`]: a request with a report, and what it is told;
//! * `body`: its body, inflated within limits;
//! * `room`: how many bytes may wait;
//! * [`prefix`]: which network it comes from; `quota`: how much that one may add;
//! * [`sum`]: a section becomes bits; `catalogue`: by what is registered;
//! * [`register`]: a request with a manifest, and why one is refused;
//! * [`writer`]: the one thread that writes to the store.

pub mod admit;
pub(crate) mod body;
mod catalogue;
pub mod prefix;
pub(crate) mod quota;
pub mod register;
pub(crate) mod room;
pub mod sum;
pub mod writer;

pub use admit::Admitted;
pub use register::Registered;
pub(crate) use writer::Writer;
