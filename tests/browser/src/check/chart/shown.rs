//! A number as a reader sees it.

/// What a text such as `12.3 %` or `1,195 sections` says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    value: f64,
    /// Half of its last digit: what rounding may have taken.
    error: f64,
    is_less: bool,
}

impl Shown {
    /// Reads the first number of a text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let (before, rest) = text.split_at(start);
        let is_part = |c: char| c.is_ascii_digit() || is_group(c) || c == '.';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let digits: String = rest[..end].chars().filter(|c| !is_group(*c)).collect();
        let digits = digits.trim_end_matches('.');
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let is_percent = rest[end..].trim_start().starts_with('%');
        let unit = if is_percent { 0.01 } else { 1.0 };
        let last_digit = 10f64.powi(-i32::try_from(decimals).ok()?);
        Some(Self {
            value: digits.parse::<f64>().ok()? * unit,
            error: last_digit * unit * 0.5,
            is_less: before.trim_end().ends_with('<'),
        })
    }

    /// Whether it is what rounding makes of a number.
    pub(super) fn rounds(&self, number: f64) -> bool {
        let is_near = (self.value - number).abs() <= self.error * 1.001;
        if self.is_less { number < self.value } else { is_near }
    }
}

/// What stands between groups of digits.
fn is_group(c: char) -> bool {
    matches!(c, ',' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, number: f64, expected: bool) {
        let shown = Shown::read(text).unwrap();
        assert_eq!(shown.rounds(number), expected, "{text} for {number}: {shown:?}");
    }

    #[test]
    fn a_text_rounds_its_number_only() {
        check("12.3 %", 0.123_44, true);
        check("12.3 %", 0.124, false);
        check("1,195 sections", 1_195.0, true);
        check("1,195 sections", 1_196.0, false);
        check("12 of 34", 12.0, true);
        check("0.25", 0.25, true);
        check("25\u{a0}%", 0.25, true);
        check("< 0.01 %", 0.000_04, true);
        check("< 0.01 %", 0.002, false);
        assert_eq!(Shown::read("none"), None);
    }
}
