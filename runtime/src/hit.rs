//! The hot path.

use core::sync::atomic::Ordering::Relaxed;

use crate::site::{Site, CEILING};
use crate::spool;

impl Site {
    /// Counts one hit. Any thread, any context; never blocks, allocates or fails.
    ///
    /// The counter counts down, because comparing with zero is the shortest instruction.
    #[inline(always)]
    #[allow(clippy::inline_always)] // two instructions
    pub fn hit(&'static self) {
        // Relaxed: a counter orders nothing but itself.
        if self.left.load(Relaxed) > 0 {
            self.count();
        }
    }

    /// The hits so far; 10,000 stands for that many or more.
    pub(crate) fn hits(&self) -> u32 {
        // Threads that raced at the end may have taken it below zero.
        CEILING.abs_diff(self.left.load(Relaxed).max(0))
    }

    #[cold]
    #[inline(never)]
    fn count(&'static self) {
        // Each value is taken by one thread only, so every count is reached, and spoken of, once.
        match self.left.fetch_sub(1, Relaxed) {
            CEILING => spool::speak(self, 1),
            left if left == CEILING - 99 => spool::speak(self, 100),
            1 => spool::speak(self, 10_000),
            _ => {}
        }
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
        static RECORD: Record<8> = Record::new(record::BUILD, [b' '; 8]);
        static LIBRARY: Library = Library::new("x", "0.0.0", &RECORD);
        static SITE: Site = Site::new("x::f", &LIBRARY, &RECORD);
        for _ in 0..99 {
            SITE.hit();
        }
        assert_eq!(SITE.hits(), 99);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5_000).for_each(|_| SITE.hit()));
            }
        });
        assert_eq!(SITE.hits(), 10_000);
    }
}
