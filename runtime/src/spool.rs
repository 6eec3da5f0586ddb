//! One line appended to the week's file, if the machine's owner agreed.

#![allow(unsafe_code)] // the C library, called without the standard one

mod append;
mod consent;
mod process;
mod text;
mod week;

use crate::site::{AnySite, Library};

/// Says that a site's counter reached `count`: 1, 100 or 10,000.
///
/// Called on the thread that made the hit, at most three times a site and process. Does nothing
/// unless the owner agreed; never fails, blocks on a lock, or allocates; leaves `errno` as it was.
#[inline(never)] // its buffers would else be part of the frame of every hit that counts
pub(crate) fn speak(site: AnySite, library: &Library, count: u32) {
    let errno = process::Errno::save();
    if let Some(folder) = consent::folder() {
        let _ = append::hit(folder, site, library, count);
    }
    errno.restore();
}
