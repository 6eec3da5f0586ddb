//! Check sums of bytes, and how to write them down.

use std::io::{self, Read};

use flate2::Crc;
use headcount::{deprecated_tracked, track_usage};

/// The CRC-32 of `bytes`, as in zip, gzip and PNG.
///
/// ```
/// assert_eq!(counted_library::checksum::crc(b"123456789"), 0xcbf4_3926);
/// ```
#[track_usage]
#[must_use]
pub fn crc(bytes: &[u8]) -> u32 {
    of(bytes)
}

/// The CRC-32 of everything that `reader` gives, without holding it in memory.
///
/// # Errors
/// The reader's own.
#[track_usage]
pub fn crc_of_reader<R: Read>(mut reader: R) -> io::Result<u32> {
    let mut crc = Crc::new();
    let mut buffer = [0; 8192];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(crc.sum()),
            read => crc.update(&buffer[..read]),
        }
    }
}

/// The Adler-32 of `bytes`, as in zlib streams.
#[deprecated_tracked(since = "1.2.0", note = "use `crc`", remove_in = "2.0.0")]
#[must_use]
pub fn adler(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521; // the largest prime below 2^16
    let (mut sum, mut sum_of_sums) = (1, 0);
    for &byte in bytes {
        sum = (sum + u32::from(byte)) % MODULUS;
        sum_of_sums = (sum_of_sums + sum) % MODULUS;
    }
    sum_of_sums << 16 | sum
}

/// What the rest of the library calls, so that its own use is not counted as its users'.
pub(crate) fn of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Check sums as people and files write them: eight hexadecimal digits.
pub mod text {
    use headcount::track_usage;

    /// Writes a check sum.
    ///
    /// ```
    /// assert_eq!(counted_library::checksum::text::format(0xbeef), "0000beef");
    /// ```
    #[track_usage]
    #[inline]
    #[must_use]
    pub fn format(sum: u32) -> String {
        format!("{sum:08x}")
    }

    /// Reads a check sum, in either case; `None` for anything but eight hexadecimal digits.
    #[track_usage]
    #[must_use]
    pub fn parse(text: &str) -> Option<u32> {
        let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(text, 16).ok().filter(|_| digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sums_to_what_its_bytes_do() {
        let bytes: Vec<u8> = (0..20_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        assert_eq!(crc_of_reader(bytes.as_slice()).unwrap(), crc(&bytes));
    }

    #[test]
    #[expect(deprecated, reason = "has to work until it is removed")]
    fn adler_agrees_with_published_values() {
        assert_eq!(adler(b""), 1);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler(&vec![0xff; 100_000]), 0x149a_302c);
    }

    #[test]
    fn text_is_eight_digits_and_nothing_else() {
        assert_eq!(text::parse(&text::format(0x00c0_ffee)), Some(0x00c0_ffee));
        assert_eq!(text::parse("00C0FFEE"), Some(0x00c0_ffee));
        for wrong in ["", "c0ffee", "+0c0ffee", "00c0ffeg", "000c0ffee"] {
            assert_eq!(text::parse(wrong), None, "{wrong}");
        }
    }
}
