//! Figures as text, the same in answers, on pages and in a terminal.

/// A share as text: `0 %`, `0.04 %`, `2.2 %`, `41 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{} %", rounded(share, f64::round))
}

/// A share that is a lower bound as text, never more than it is: `99.1 %` of 99.19 %.
#[must_use]
pub fn percent_at_least(share: f64) -> String {
    format!("{} %", rounded(share, |number| (number + EXACT).floor()))
}

/// A share that is an upper bound as text, never less than it is: `0.7 %` of 0.61 %.
#[must_use]
pub fn percent_at_most(share: f64) -> String {
    format!("{} %", rounded(share, |number| (number - EXACT).ceil()))
}

/// What a number may lack of one that it stands for: 0.29 * 100 is a little less than 29.
const EXACT: f64 = 1e-9;

fn rounded(share: f64, round: fn(f64) -> f64) -> String {
    let percent = share * 100.0;
    let decimals = match percent {
        0.0 => 0,
        ..0.1 => 2,
        // 99.6 % of sections are not all of them.
        ..9.95 | 99.0..100.0 => 1,
        _ => 0,
    };
    let unit = 10f64.powi(decimals);
    let text = (round(percent * unit) / unit).to_string();
    // What is next to nothing, rounded down.
    if text == "-0" { "0".to_owned() } else { text }
}

/// A count as text: `1,195`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 section`, `1,195 sections`.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let number = grouped(count);
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("{number} {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_says_neither_all_nor_none_falsely() {
        let texts = [0.0, 0.0004, 0.022, 0.0996, 0.41, 0.996, 1.0].map(percent);
        assert_eq!(texts, ["0 %", "0.04 %", "2.2 %", "10 %", "41 %", "99.6 %", "100 %"]);
    }

    #[test]
    fn a_bound_never_flatters() {
        let shares = [0.0, 0.000_01, 0.006_1, 0.29, 0.125, 0.991_9, 0.999_7, 1.0];
        let low = ["0 %", "0 %", "0.6 %", "29 %", "12 %", "99.1 %", "99.9 %", "100 %"];
        let high = ["0 %", "0.01 %", "0.7 %", "29 %", "13 %", "99.2 %", "100 %", "100 %"];
        assert_eq!(shares.map(percent_at_least), low);
        assert_eq!(shares.map(percent_at_most), high);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "section")),
            ["0 sections", "1 section", "2 sections"]
        );
        assert_eq!(counted(1_200, "library"), "1,200 libraries");
    }
}
