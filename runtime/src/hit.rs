//! The hot path.

use core::sync::atomic::Ordering::{Acquire, Relaxed};

use crate::site::{AnySite, Head, Library, Site, CEILING};
#[cfg(headcount_recording)]
use crate::spool;

impl<const N: usize> Site<N> {
    /// Counts one hit. Any thread, any context; never blocks, allocates or fails.
    ///
    /// The counter counts down, because comparing with zero is the shortest instruction.
    #[inline(always)]
    #[allow(clippy::inline_always)] // two instructions
    pub fn hit(&'static self, library: &'static Library) {
        // Relaxed: a counter orders nothing but itself.
        if self.head.left.load(Relaxed) > 0 {
            AnySite::new(self).count(library);
        }
    }
}

impl Head {
    /// The hits so far; 10,000 stands for that many or more.
    pub(crate) fn hits(&self) -> u32 {
        (self.earlier.load(Relaxed) + self.recent_hits()).min(CEILING.unsigned_abs())
    }

    /// The hits since the counter began.
    pub(crate) fn recent_hits(&self) -> u32 {
        // Threads that raced at the end may have taken it below zero.
        CEILING.abs_diff(self.left.load(Relaxed).max(0))
    }
}

impl AnySite {
    #[cold]
    #[inline(never)]
    fn count(self, library: &'static Library) {
        // Each value is taken by one thread only, so every count is reached, and spoken of, once.
        // Acquire: a counter that began anew says so, and is in the list already.
        let count = match self.head().left.fetch_sub(1, Acquire) {
            CEILING => {
                if self.head().earlier.load(Relaxed) == 0 {
                    self.enlist();
                }
                1
            }
            left if left == CEILING - 99 => 100,
            1 => 10_000,
            _ => return,
        };
        #[cfg(headcount_recording)]
        spool::speak(self, library, count);
        #[cfg(not(headcount_recording))]
        let _ = (library, count);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::record::{self, Record};
    use crate::site::Library;

    #[test]
    fn a_counter_counts_and_stops() {
        const TEXT: &str = r#"{"library":"a","version":"1.0.0","path":"a::b::c","kind":"fn"}"#;
        static RECORD: Record<8> = Record::new(record::BUILD, "        ");
        static LIBRARY: Library = Library::new(&RECORD);
        static SITE: Site<{ TEXT.len() }> = Site::new(TEXT, 0);
        assert_eq!(AnySite::all().count(), 0);
        for _ in 0..99 {
            SITE.hit(&LIBRARY);
        }
        let counted = || AnySite::all().map(|site| (site.names(), site.head().hits())).next();
        assert_eq!(counted(), Some((("a", "1.0.0", "b::c"), 99)));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5_000).for_each(|_| SITE.hit(&LIBRARY)));
            }
        });
        assert_eq!(counted(), Some((("a", "1.0.0", "b::c"), 10_000)));

        #[cfg(feature = "report")]
        for _ in 0..3 {
            assert_eq!(crate::report::begin_anew(&SITE.head), 10_000);
            assert_eq!(SITE.head.left.load(Relaxed), CEILING);
            (0..20_000).for_each(|_| SITE.hit(&LIBRARY));
            assert_eq!(counted(), Some((("a", "1.0.0", "b::c"), 10_000)));
            assert_eq!(AnySite::all().count(), 1);
        }
    }
}
