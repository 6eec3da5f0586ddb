//! Chance, the same for the same seed.

use rand::{Rng, SeedableRng};
pub(crate) use rand_chacha::ChaCha8Rng as Dice;

/// What is left to chance. Each has dice of its own, so that changing one changes no other.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Chance {
    /// A machine's habits.
    Habits,
    /// What it does in one week.
    Week,
    /// Whether it takes part.
    Part,
    /// What happens to a report on its way.
    Way,
    /// Who is in the sample of one repetition, and what these do.
    Repetition,
    /// What nobody knows.
    Nonsense,
    /// What the network sends that wants to be heard above all others.
    Flood,
}

/// The dice for one purpose, and for what it concerns: such as a machine and a week.
pub(crate) fn dice(seed: u64, chance: Chance, concerns: [u64; 2]) -> Dice {
    let words = [seed, chance as u64, concerns[0], concerns[1]];
    let mut bytes = [0; 32];
    for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    Dice::from_seed(bytes)
}

/// How long one waits for what happens every `mean` weeks on average, and may happen at any time.
pub(crate) fn wait(dice: &mut Dice, mean_weeks: f64) -> f64 {
    let part: f64 = dice.random();
    -mean_weeks * (1.0 - part).ln()
}
