//! The collector's pages in a real Chromium.
//!
//! No test here knows a page by heart: [`Crawl`] finds them all, from `/` on, and each is opened in
//! every [`Form`] and looked at by every [`check`]. What a check does not like is a [`Finding`].
//!
//! * [`chromium`]: the browser's process and the protocol that drives it;
//! * [`tab`]: one page at a time in it;
//! * [`form`]: how wide, and in which colours;
//! * [`crawl`]: which addresses there are;
//! * [`check`]: what holds of every page;
//! * [`visit`]: all of that for one page;
//! * [`population`]: made-up machines that fill a store;
//! * [`served`]: a collector that serves it;
//! * [`tools`]: what has to be installed for all that.

pub mod check;
pub mod chromium;
pub mod crawl;
pub mod finding;
pub mod form;
pub mod population;
pub mod served;
pub mod tab;
pub mod tools;
pub mod visit;

pub use chromium::Chromium;
pub use crawl::Crawl;
pub use finding::Finding;
pub use form::Form;
pub use tab::Tab;
