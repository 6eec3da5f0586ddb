//! How a page is looked at: on how wide a screen, and in which colours.

use std::fmt;

/// A screen's width and the colours that its owner likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// `light` or `dark`, as style sheets ask for it.
    pub colours: &'static str,
}

/// A second monitor and a phone, by day and by night.
pub const FORMS: [Form; 4] = [
    Form { width: 1280, height: 900, colours: "light" },
    Form { width: 1280, height: 900, colours: "dark" },
    Form { width: 390, height: 844, colours: "light" },
    Form { width: 390, height: 844, colours: "dark" },
];

impl Form {
    /// Whether this is a phone: touched, and its screen's width is the page's.
    #[must_use]
    pub fn is_phone(&self) -> bool {
        self.width < 600
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.width, self.colours)
    }
}
