//! What an application's reporter asks of the runtime. All that only a program with one compiles.

#[cfg(headcount_counting)]
use core::sync::atomic::Ordering::{Relaxed, Release};

pub use headcount_sender::reporter::{Builder, Reporter, ReporterError, State};
use headcount_sender::reporter::{Look, Program};

#[cfg(headcount_counting)]
use headcount_sender::reporter::SiteHits;

#[cfg(headcount_counting)]
use crate::site::{AnySite, Head, CEILING};

impl Program for crate::Application {
    fn look(&self) -> Option<Look> {
        #[cfg(headcount_counting)]
        return Some(look);
        #[cfg(not(headcount_counting))]
        None
    }
}

/// Tells the hits of each site since its counter began. It begins `anew` with that, even if it had
/// stopped. Only for one thread at a time: the reporter's.
#[cfg(headcount_counting)]
fn look(anew: bool, tell: &mut dyn FnMut(SiteHits)) {
    for site in AnySite::all() {
        let (library, version, path) = site.names();
        let hits = if anew { begin_anew(site.head()) } else { site.head().recent_hits() };
        tell(SiteHits { library, version, path, hits });
    }
}

/// Lets a counter begin anew; returns the hits since it last did.
#[cfg(headcount_counting)]
pub(crate) fn begin_anew(head: &Head) -> u32 {
    let (earlier, hits) = (head.earlier.load(Relaxed), |left: i32| CEILING.abs_diff(left.max(0)));
    let begin = |left| {
        head.earlier.store((earlier + hits(left)).min(CEILING.unsigned_abs()), Relaxed);
        Some(CEILING)
    };
    // Release: who makes the first hit after this sees that there were earlier ones.
    let (Ok(left) | Err(left)) = head.left.fetch_update(Release, Relaxed, begin);
    hits(left)
}
