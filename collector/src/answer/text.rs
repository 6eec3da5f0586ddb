//! Figures as text, the same in answers and on pages.

/// A share as text: `0 %`, `0.04 %`, `2.2 %`, `41 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = match percent {
        0.0 => 0,
        ..0.1 => 2,
        // 99.6 % of sections are not all of them.
        ..9.95 | 99.5..99.95 => 1,
        _ => 0,
    };
    let text = format!("{percent:.decimals$}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{text} %")
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
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "section")),
            ["0 sections", "1 section", "2 sections"]
        );
        assert_eq!(counted(1_200, "library"), "1,200 libraries");
    }
}
