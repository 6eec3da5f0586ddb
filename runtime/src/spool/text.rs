//! Text, written into a buffer on the stack.

use core::ffi::CStr;
use core::fmt;

/// At most `N - 1` bytes of text; what follows them is NUL.
pub(super) struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    /// The text, or `None` if it is too long.
    pub(super) fn new(text: fmt::Arguments<'_>) -> Option<Self> {
        let mut buffer = Self { bytes: [0; N], length: 0 };
        fmt::write(&mut buffer, text).ok()?;
        Some(buffer)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(super) fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes[..N - 1].get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A path: every byte that is not graphic ASCII, and `%` and `;`, as `%` and two digits.
pub(super) struct Escaped<'a>(pub(super) &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| {
            if byte.is_ascii_graphic() && !matches!(byte, b'%' | b';') {
                fmt::Write::write_char(f, char::from(byte))
            } else {
                write!(f, "%{byte:02x}")
            }
        })
    }
}
