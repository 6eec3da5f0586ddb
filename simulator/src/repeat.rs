//! The same experiment with other samples, many times.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How often, and with what luck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repetitions {
    /// How often.
    pub number: u64,
    /// The same seed gives the same figures.
    pub seed: u64,
}

impl Repetitions {
    /// Runs an experiment once for each number from 0 on, on all processors, and adds up what comes
    /// out. `done` hears of each that is done.
    ///
    /// # Panics
    /// When an experiment does.
    pub fn sum<T: Default + Send>(
        self,
        experiment: impl Fn(u64) -> T + Sync,
        add: impl Fn(&mut T, T) + Sync,
        done: impl Fn() + Sync,
    ) -> T {
        let next = AtomicU64::new(0);
        let work = || {
            let mut sum = T::default();
            loop {
                // Only the number matters: nothing else is passed from thread to thread by it.
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.number {
                    return sum;
                }
                add(&mut sum, experiment(number));
                done();
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let parts = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let ended = running.into_iter().map(|thread| thread.join().expect("an experiment"));
            ended.collect::<Vec<_>>()
        });
        parts.into_iter().fold(T::default(), |mut sum, part| {
            add(&mut sum, part);
            sum
        })
    }
}
