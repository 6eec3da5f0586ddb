//! Items of every kind that can be counted, in a crate that shadows what it can.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

headcount::library!(collector = "https://headcount.example.org", dependencies = ["libc"]);

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use headcount::{deprecated_tracked, track_usage};

/// Uses of an attribute inside a block only.
mod imports {
    use headcount::{deprecated_tracked, track_usage};

    /// A type.
    pub struct Inner;

    #[headcount::track_usage]
    impl Inner {
        /// Is left out.
        #[track_usage(skip)]
        pub fn skipped(&self) {}

        /// Is old.
        #[deprecated_tracked]
        pub fn old(&self) {}
    }
}

/// A name that an unqualified expansion would trip over.
#[allow(non_camel_case_types)]
pub struct u8;
/// Another.
#[allow(non_camel_case_types)]
pub struct str;
/// And another.
pub struct Some;

/// Shadows the crate.
#[allow(unused)]
mod core {}

#[track_usage]
fn free() -> i32 {
    #![allow(clippy::items_after_statements)]
    use std::ops::Add;
    const ONE: i32 = 1;
    ONE.add(1)
}

#[track_usage]
fn generic<T: ?Sized + Display, const N: usize>(value: &T) -> [String; N]
where
    T: Sync,
{
    std::array::from_fn(|_| value.to_string())
}

#[track_usage]
fn argument(values: impl IntoIterator<Item = i32>) -> impl Iterator<Item = i32> {
    values.into_iter().map(|value| value + 1)
}

#[track_usage]
async fn asynchronous(value: i32) -> i32 {
    std::future::ready(value).await
}

#[track_usage]
#[inline]
extern "C" fn foreign(value: i32) -> i32 {
    value
}

#[deprecated_tracked(since = "1.2.0", note = "say \"free\" \\ instead", remove_in = "2.0.0")]
fn old() {}

#[deprecated_tracked]
fn older() {}

#[track_usage]
fn r#type() {}

fn nested() -> i32 {
    #[track_usage(name = "nested::inner")]
    fn inner() -> i32 {
        1
    }
    inner()
}

/// A type with parameters.
pub struct Client<'a, T, const N: usize>(pub &'a [T; N]);

#[track_usage]
impl<'a, T: Display, const N: usize> Client<'a, T, N> {
    /// A constant.
    pub const LENGTH: usize = { N };

    /// Sends.
    #[must_use]
    pub fn send(&self) -> String {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Is left out.
    #[track_usage(skip)]
    #[must_use]
    pub const fn new(items: &'a [T; N]) -> Self {
        Self(items)
    }

    /// Is old.
    #[deprecated_tracked(note = "use `send`")]
    pub fn post(&self) {
        let _ = self.private();
    }

    /// Has a name of its own.
    #[track_usage(name = "Client::poll")]
    #[must_use]
    pub fn poll_pinned(self: Pin<&mut Self>) -> usize {
        N
    }

    fn private(&self) -> usize {
        self.0.len()
    }
}

/// A trait.
#[track_usage]
pub trait Codec {
    /// A type.
    type Output;
    /// Has no body.
    fn name(&self) -> String;
    /// Has one.
    fn describe(&self) -> String {
        self.name()
    }
}

/// A codec.
pub struct Zip;

#[track_usage]
impl Codec for &Zip {
    type Output = ();

    fn name(&self) -> String {
        headcount::used!("codec::zip");
        "zip".to_owned()
    }
}

impl Default for Zip {
    #[track_usage(name = "Zip::default")]
    fn default() -> Self {
        Self
    }
}

#[track_usage(marked)]
impl Zip {
    /// Is not counted.
    pub const fn ignored(&self) {}

    /// Is.
    #[track_usage]
    pub fn taken(&self, deep: bool) -> i32 {
        match deep {
            true => {
                headcount::used!("zip::deep");
                1
            }
            false => {
                headcount::used!("zip::flat");
                2
            }
        }
    }
}

#[allow(deprecated)]
fn main() {
    assert_eq!(free(), 2);
    let [one, two] = generic::<_, 2>("x");
    assert_eq!(one, two);
    assert_eq!(argument([1, 2]).sum::<i32>(), 5);
    let mut future = Box::pin(asynchronous(3));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(future.as_mut().poll(&mut context), std::task::Poll::Ready(3));
    assert_eq!(foreign(4), 4);
    old();
    older();
    r#type();
    assert_eq!(nested(), 1);
    let mut client = Client::new(&[5, 6]);
    assert_eq!(client.send(), "56");
    client.post();
    assert_eq!(Pin::new(&mut client).poll_pinned(), 2);
    let zip = Zip::default();
    assert_eq!((&&zip).describe(), "zip");
    assert_eq!(zip.taken(true), 1);

    let counts: std::collections::BTreeMap<_, _> =
        headcount::snapshot().map(|count| (count.path, count.hits)).collect();
    let expected = [
        ("<&Zip as Codec>::name", 1),
        ("Client::poll", 1),
        ("Client::post", 1),
        ("Client::send", 1),
        ("Codec::describe", 1),
        ("Zip::default", 1),
        ("Zip::taken", 1),
        ("argument", 1),
        ("asynchronous", 1),
        ("codec::zip", 1),
        ("foreign", 1),
        ("free", 1),
        ("generic", 1),
        ("nested::inner", 1),
        ("old", 1),
        ("older", 1),
        ("type", 1),
        ("zip::deep", 1),
    ];
    assert_eq!(counts, expected.into());
}
