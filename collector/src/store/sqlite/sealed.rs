//! Bytes in a column that tell whether they are whole.
//!
//! A format byte, a value in postcard's wire format, and a CRC-32 of both.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first byte.
const FORMAT: u8 = 1;

/// Why bytes are not a sealed value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SealError {
    /// They are too few, or their check sum is not theirs.
    #[error("its check sum is wrong")]
    CheckSum,
    /// Another version of the collector wrote them.
    #[error("its format {0} is unknown")]
    Format(u8),
    /// They say something else.
    #[error("its bytes do not say what they should")]
    Malformed,
}

/// The bytes of a value.
///
/// # Panics
/// When a field of the value refuses to be written; none in a store does.
pub(super) fn seal(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = postcard::to_extend(value, vec![FORMAT]).expect("a value can be written");
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// The value of some bytes.
///
/// # Errors
/// When they are not what [`seal`] writes.
pub(super) fn open<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SealError> {
    let (body, sum) = bytes.split_last_chunk().ok_or(SealError::CheckSum)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err(SealError::CheckSum);
    }
    let (format, body) = body.split_first().ok_or(SealError::Malformed)?;
    if *format != FORMAT {
        return Err(SealError::Format(*format));
    }
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        _ => Err(SealError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    proptest! {
        #[test]
        fn one_wrong_byte_is_noticed(value: Vec<u64>, place: Index, by in 1..=255_u8) {
            let mut bytes = seal(&value);
            prop_assert_eq!(open::<Vec<u64>>(&bytes).unwrap(), value);
            *place.get_mut(&mut bytes) ^= by;
            prop_assert!(open::<Vec<u64>>(&bytes).is_err());
        }
    }

    #[test]
    fn another_format_is_named() {
        let mut bytes = vec![FORMAT + 1];
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        assert_eq!(open::<u64>(&bytes), Err(SealError::Format(FORMAT + 1)));
    }

    #[test]
    fn more_than_the_value_is_refused() {
        assert_eq!(open::<u8>(&seal(&(1_u8, 2_u8))), Err(SealError::Malformed));
    }
}
