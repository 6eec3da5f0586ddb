//! One library: a page for each of the three questions that its author has, and one for all.
//!
//! * `frame`: what all of them have around them; `parts`: figures with their intervals;
//! * `summary`: everything at a glance;
//! * `removal`, `site`: may this go? with `question`, the form, and `site_card`, the answer;
//! * `versions`: what must be supported?
//! * `features`: what matters?

pub(super) mod features;
mod frame;
mod parts;
mod question;
pub(super) mod removal;
pub(super) mod site;
mod site_card;
pub(super) mod summary;
pub(super) mod versions;
