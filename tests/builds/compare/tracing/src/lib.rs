//! An event that nobody listens to. It counts nothing, but is what libraries have in hot places.

#[inline(never)]
pub fn count() {
    tracing::trace!("called");
}
