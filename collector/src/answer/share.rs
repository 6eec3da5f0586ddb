//! A part of the sections, and how sure that is.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

/// The 97.5 % quantile of the normal distribution: for two-sided intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The 5 % quantiles of the gamma distributions of shape 1, 2 and 3: were fewer than these expected,
/// one, two or three would come with a chance of less than 5 %.
const RARE: [f64; 3] = [0.051_293_294_387_550_5, 0.355_361_510_698_661_8, 0.817_691_447_163_953];

/// Up to so many sections only the first two are used.
const FEW: u64 = 50;

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// Sections that have it.
    pub count: u64,
    /// Out of these.
    #[serde(skip)]
    pub n: u64,
    /// Their part, from 0 to 1.
    pub share: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// The share of `count` in `n`, with the modified Wilson interval; none when `n` is 0.
    ///
    /// The interval holds for small `n`, where the textbook one (share ± 1.96 standard errors)
    /// collapses. Formula: E. B. Wilson, *Probable inference, the law of succession, and statistical
    /// inference*, JASA 22 (1927), 209-212. With one to three hits, or as many short of all, its end
    /// towards 0 or 1 is too close: whatever `n` is, it misses some rare shares once in six times. So
    /// that end is the Poisson distribution's there, as L. D. Brown, T. T. Cai and A. DasGupta
    /// propose, who compare and recommend both: *Interval estimation for a binomial proportion*,
    /// Statistical Science 16 (2001), 101-133, section 4.1.1.
    #[must_use]
    pub fn of(count: u64, n: u64) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let (total, share) = (float(n), ratio(count, n));
        let spread = Z * Z / total;
        let middle = (share + spread / 2.0) / (1.0 + spread);
        let half =
            Z / (1.0 + spread) * (share * (1.0 - share) / total + spread / (4.0 * total)).sqrt();
        // At the ends the formula gives exactly 0 and 1; floating point nearly does.
        let low = if count == 0 { 0.0 } else { (middle - half).max(0.0) };
        let high = if count >= n { 1.0 } else { (middle + half).min(1.0) };
        let low = rare(count, n).unwrap_or(low);
        let high = rare(n.saturating_sub(count), n).map_or(high, |rare| 1.0 - rare);
        Some(Self { count, n, share, low, high })
    }
}

/// The lower end for a count that is near 0, if it is not the formula's.
fn rare(count: u64, n: u64) -> Option<f64> {
    let quantiles = if n > FEW { &RARE[..] } else { &RARE[..2] };
    let place = usize::try_from(count).ok()?.checked_sub(1)?;
    quantiles.get(place).map(|quantile| quantile / float(n))
}

/// The one-sided upper bound of a share: with `confidence`, the true share is at most this.
///
/// Exact for every `n`: the chance that it fails is never over `1 - confidence`, which is what a
/// verdict to remove something has to promise. Formula: C. J. Clopper and E. S. Pearson, *The use
/// of confidence or fiducial limits illustrated in the case of the binomial*, Biometrika 26
/// (1934), 404-413; as a quantile of the beta distribution: Brown, Cai and DasGupta (2001).
#[must_use]
pub fn upper_bound(count: u64, n: u64, confidence: f64) -> f64 {
    if count >= n {
        return 1.0;
    }
    if count == 0 {
        return 1.0 - (1.0 - confidence).powf(1.0 / float(n));
    }
    Beta::new(float(count) + 1.0, float(n - count)).map_or(1.0, |beta| beta.inverse_cdf(confidence))
}

/// The one-sided lower bound of a share: with `confidence`, the true share is at least this.
///
/// As exact as [`upper_bound`], of which it is the mirror image.
#[must_use]
pub fn lower_bound(count: u64, n: u64, confidence: f64) -> f64 {
    1.0 - upper_bound(n.saturating_sub(count), n, confidence)
}

/// The fewest sections with which `count` hits leave the [`upper_bound`] at `threshold` or below.
///
/// Without a hit, that is n >= ln(1 - confidence) / ln(1 - threshold).
#[must_use]
pub fn sections_needed(count: u64, threshold: f64, confidence: f64) -> u64 {
    let is_enough = |n| upper_bound(count, n, confidence) <= threshold;
    let mut enough = count + 1;
    while !is_enough(enough) {
        enough *= 2;
    }
    let mut too_few = count;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if is_enough(middle) { enough = middle } else { too_few = middle }
    }
    enough
}

/// `count / n`, from 0 to 1.
pub(super) fn ratio(count: u64, n: u64) -> f64 {
    (float(count) / float(n)).min(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of sections stay far below 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, Discrete, DiscreteCDF};

    use super::*;

    #[track_caller]
    fn check_share(count: u64, n: u64, low: f64, high: f64) {
        let share = Share::of(count, n).unwrap();
        assert!((share.low - low).abs() < 5e-4, "{share:?}");
        assert!((share.high - high).abs() < 5e-4, "{share:?}");
    }

    #[test]
    fn wilson_intervals() {
        // R: prop.test(x, n, correct = FALSE)$conf.int
        check_share(0, 10, 0.0, 0.2775);
        check_share(4, 100, 0.0157, 0.0984);
        check_share(15, 148, 0.0624, 0.1605);
        check_share(50, 100, 0.4038, 0.5962);
        assert_eq!(Share::of(0, 0), None);
    }

    #[test]
    fn the_ends_near_none_and_all_are_poissons() {
        check_share(1, 1, 0.0513, 1.0);
        check_share(3, 50, 0.0206, 0.1622);
        check_share(3, 100, 0.0082, 0.0845);
        check_share(98, 100, 0.9300, 0.9964);
    }

    /// The chance that the interval holds the share, over all outcomes: no simulation, exact.
    #[test]
    fn an_interval_holds_nearly_as_often_as_it_says() {
        for n in [300, 1_000] {
            let shares: Vec<_> = (0..=n).map(|count| Share::of(count, n).unwrap()).collect();
            let (mut worst, mut sum) = (1.0_f64, 0.0);
            // Half of the truths are so rare that fewer than ten hits are expected.
            let truths = (1..=200).map(|step| f64::from(step) / 20.0 / float(n));
            let truths: Vec<f64> =
                truths.chain((1..=200).map(|step| f64::from(step) / 402.0)).collect();
            for truth in &truths {
                let binomial = Binomial::new(*truth, n).unwrap();
                let holds =
                    shares.iter().filter(|share| share.low <= *truth && *truth <= share.high);
                let coverage: f64 = holds.map(|share| binomial.pmf(share.count)).sum();
                worst = worst.min(coverage);
                sum += coverage;
            }
            let mean = sum / float(truths.len() as u64);
            assert!(worst > 0.92 && (0.945..0.965).contains(&mean), "n {n}: {worst}, mean {mean}");
        }
    }

    #[track_caller]
    fn check_bound(count: u64, n: u64, bound: f64) {
        let upper = upper_bound(count, n, 0.95);
        assert!((upper - bound).abs() < 5e-5, "{upper}");
    }

    #[test]
    fn clopper_pearson_bounds() {
        // R: binom.test(x, n, alternative = "less")$conf.int
        check_bound(0, 10, 0.2589);
        check_bound(1, 10, 0.3942);
        check_bound(5, 50, 0.1988);
        check_bound(10, 10, 1.0);
        // R: binom.test(9, 412, alternative = "greater")$conf.int
        assert!((lower_bound(9, 412, 0.95) - 0.0115).abs() < 5e-4);
        assert!(lower_bound(0, 10, 0.95) <= 0.0 && lower_bound(0, 0, 0.95) <= 0.0);
    }

    #[test]
    fn sections_needed_without_a_hit_follow_the_closed_formula() {
        for (threshold, confidence) in [(0.01f64, 0.95f64), (0.001, 0.99), (0.05, 0.9), (0.5, 0.95)]
        {
            let n = (1.0 - confidence).ln() / (1.0 - threshold).ln();
            let needed = float(sections_needed(0, threshold, confidence));
            assert!(n <= needed && needed < n + 1.0, "{needed} for {n}");
        }
        assert_eq!(sections_needed(0, 0.01, 0.95), 299);
    }

    proptest! {
        #[test]
        fn a_share_lies_in_its_interval(n in 1u64..100_000, count in 0u64..100_000) {
            let count = count.min(n);
            let Share { share, low, high, .. } = Share::of(count, n).unwrap();
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        }

        /// What defines the bound: were it the true share, so few hits would be this rare.
        #[test]
        fn the_bound_keeps_its_promise(
            n in 2u64..200_000, part in 5u64..1_000, confidence in 0.5..0.999f64
        ) {
            let count = n / part;
            let bound = upper_bound(count, n, confidence);
            let chance = Binomial::new(bound, n).unwrap().cdf(count);
            prop_assert!((chance - (1.0 - confidence)).abs() < 1e-6, "{count} of {n}: {bound}");
        }

        #[test]
        fn one_section_fewer_is_not_enough(count in 0u64..200, threshold in 0.001..0.5f64) {
            let n = sections_needed(count, threshold, 0.95);
            prop_assert!(upper_bound(count, n, 0.95) <= threshold);
            prop_assert!(upper_bound(count, n - 1, 0.95) > threshold);
        }
    }
}
