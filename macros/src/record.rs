//! The bytes of a record whose text is known here, as `headcount`'s own `const fn` makes them.
//!
//! An application's graph is too long for constant evaluation, so this crate makes its record.

const MAGIC: [u8; 12] = [0x6e, 0x97, 0x72, 0xba, 0x23, 0x7d, 0x10, 0xa9, 0xe4, 0xa7, 0x6a, 0xeb];
const FORMAT: u8 = 1;

/// The record of an application's graph.
pub(crate) fn of_graph(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut body = vec![FORMAT, b'A'];
    body.extend(length);
    body.extend(text.as_bytes());
    let sum = fnv1a_32(&body).to_le_bytes();
    [&MAGIC, body.as_slice(), &sum].concat()
}

fn fnv1a_32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
