//! A counter of the default registry.

use std::sync::LazyLock;

use prometheus::IntCounter;

static CALLS: LazyLock<IntCounter> =
    LazyLock::new(|| prometheus::register_int_counter!("calls", "Calls").expect("a new name"));

#[inline(never)]
pub fn count() {
    CALLS.inc();
}
