//! Numbers that look random and are the same every time, on every machine.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of such numbers.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this name.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        Self(random)
    }

    /// From 0 up to 1.
    pub fn part(&mut self) -> f64 {
        self.0.random()
    }

    /// Says yes with this chance.
    pub fn chance(&mut self, of: f64) -> bool {
        self.part() < of
    }

    /// Sixteen bytes.
    pub fn id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.0.fill_bytes(&mut id);
        id
    }

    /// How long something takes that happens in each week with the same chance, in weeks.
    pub fn weeks(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.part()).ln()
    }
}
