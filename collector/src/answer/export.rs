//! All that is published, as lines.
