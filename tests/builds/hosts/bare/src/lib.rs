//! A counted library without the standard one, with and without an allocator.

#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings)]

#[cfg(feature = "alloc")]
extern crate alloc;

headcount::library!();

#[headcount::track_usage]
pub fn double(value: u32) -> u32 {
    value * 2
}

/// Nobody calls it.
#[headcount::track_usage]
pub fn unused(value: u32) -> u32 {
    value * 3
}

/// A type.
pub struct Buffer<const N: usize>(pub [u8; N]);

#[headcount::track_usage]
impl<const N: usize> Buffer<N> {
    pub fn sum(&self) -> u32 {
        self.0.iter().copied().map(u32::from).sum()
    }

    #[cfg(feature = "alloc")]
    pub fn boxed(&self) -> alloc::boxed::Box<[u8]> {
        headcount::used!("boxed");
        self.0.as_slice().into()
    }
}
