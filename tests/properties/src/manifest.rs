//! The manifest that authors register.

use headcount_report::Manifest;

/// Reads the bytes as a manifest. One that is read can be written and read again.
///
/// # Panics
/// When that does not hold.
pub fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::decode(bytes) else { return };
    let written = serde_json::to_vec(&manifest).expect("a manifest is plain JSON");
    let again = Manifest::decode(&written).expect("what was written can be read");
    assert_eq!(again, manifest);
}
