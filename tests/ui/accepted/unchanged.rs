//! An item behaves as it did without its attribute.

headcount::library!();

use std::panic::Location;
use std::sync::Mutex;

use headcount::{deprecated_tracked, track_usage};

#[track_usage]
fn panics(index: usize) -> u8 {
    [1, 2, 3][index]
}

#[track_usage]
#[track_caller]
fn caller() -> &'static Location<'static> {
    Location::caller()
}

/// Temporaries of the last expression live as long as they did.
#[track_usage]
fn length(text: &Mutex<String>) -> usize {
    text.lock().unwrap().len()
}

#[cfg_attr(all(), track_usage)]
#[cfg_attr(any(), deprecated_tracked)]
#[inline]
fn conditional() {}

#[cfg(any())]
#[track_usage]
fn absent() -> Missing {}

#[track_usage]
fn early(stop: bool) -> Option<u8> {
    if stop {
        return None;
    }
    let value = Some(1)?;
    Some(value)
}

#[track_usage]
#[unsafe(no_mangle)]
pub extern "C" fn headcount_ui_unmangled(value: i32) -> i32 {
    value
}

/// Only its record is kept: it never counts as called.
#[track_usage(linked)]
#[inline]
fn tiny(value: u32) -> u32 {
    value.wrapping_mul(3) ^ value >> 1
}

pub struct Pixel(pub u8);

#[track_usage(linked)]
impl Pixel {
    pub fn value(&self) -> u8 {
        self.0
    }

    #[deprecated_tracked(linked, note = "use `value`")]
    pub fn get(&self) -> u8 {
        self.0
    }
}

mod crate_names {
    // Names that generated code might have meant.
    #[allow(non_camel_case_types, unused)]
    type u8 = ();
    #[allow(unused)]
    mod core {}
    #[allow(unused)]
    mod headcount {}
    #[allow(unused)]
    type Result = ();
    #[allow(unused)]
    macro_rules! concat {
        () => {};
    }

    #[::headcount::track_usage]
    pub fn shadowed() {}
}

#[allow(deprecated)]
fn main() {
    std::panic::set_hook(Box::new(|info| {
        let location = info.location().unwrap();
        assert_eq!((location.line(), location.column()), (12, 5));
    }));
    assert!(std::panic::catch_unwind(|| panics(3)).is_err());
    let _ = std::panic::take_hook();
    assert_eq!(caller().line(), line!());
    assert_eq!(length(&Mutex::new("four".to_owned())), 4);
    conditional();
    assert_eq!((early(true), early(false)), (None, Some(1)));
    assert_eq!(headcount_ui_unmangled(5), 5);
    assert_eq!((0..4).map(tiny).sum::<u32>(), 18);
    assert_eq!(Pixel(1).value() + Pixel(2).get(), 3);
    crate_names::shadowed();

    let mut paths: Vec<_> = headcount::snapshot().map(|count| (count.path, count.hits)).collect();
    paths.sort_unstable();
    let expected = [
        ("caller", 1),
        ("conditional", 1),
        ("crate_names::shadowed", 1),
        ("early", 2),
        ("headcount_ui_unmangled", 1),
        ("length", 1),
        ("panics", 1),
    ];
    assert_eq!(paths, expected);
}
