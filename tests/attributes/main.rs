//! Attribute macros that authors have beside ours, above it and below it.
//!
//! Whichever stands above expands first. The names are the same either way. An `async fn` counts when
//! it is first polled; below `#[async_trait]` ours sees a function that returns a boxed future, and
//! counts when that is called.

#![deny(warnings, clippy::pedantic)]
#![expect(unreachable_pub, reason = "blocks count their `pub` functions")]

headcount::library!();

use std::collections::BTreeMap;

use async_trait::async_trait;
use headcount::track_usage;
use tracing::instrument;

#[track_usage]
#[async_trait]
trait Above {
    async fn read(&self) -> u32;
    async fn twice(&self) -> u32 {
        self.read().await * 2
    }
}

#[async_trait]
#[track_usage]
trait Below {
    async fn read(&self) -> u32;
    async fn twice(&self) -> u32 {
        self.read().await * 2
    }
}

struct Disk<T>(T);

#[track_usage]
#[async_trait]
impl<T: Copy + Into<u32> + Sync> Above for Disk<T> {
    #[instrument(skip(self))]
    async fn read(&self) -> u32 {
        let Self(it) = self;
        (*it).into()
    }
}

#[async_trait]
#[track_usage]
impl<T: Copy + Into<u32> + Sync> Below for Disk<T> {
    #[instrument(skip(self))]
    async fn read(&self) -> u32 {
        let Self(it) = self;
        (*it).into()
    }
}

struct Memory(u32);

#[async_trait]
impl Above for Memory {
    #[track_usage(name = "Memory::read")]
    async fn read(&self) -> u32 {
        self.0
    }
}

#[track_usage]
impl Memory {
    #[instrument(skip_all, ret)]
    pub fn size(&self) -> u32 {
        self.0 + 1
    }

    #[instrument(skip_all)]
    pub async fn fill(&mut self, with: u32) -> u32 {
        self.0 = std::future::ready(with).await;
        self.0
    }
}

mod spans {
    use super::{instrument, track_usage};

    #[track_usage]
    #[instrument(err)]
    pub(super) fn above(value: u32) -> Result<u32, String> {
        value.checked_add(1).ok_or_else(|| "too much".to_owned())
    }

    #[instrument(err)]
    #[track_usage]
    pub(super) fn below(value: u32) -> Result<u32, String> {
        value.checked_add(1).ok_or_else(|| "too much".to_owned())
    }

    #[track_usage]
    #[instrument]
    pub(super) async fn above_async(value: u32) -> u32 {
        std::future::ready(value).await
    }

    #[instrument]
    #[track_usage]
    pub(super) async fn below_async(value: u32) -> u32 {
        std::future::ready(value).await
    }
}

#[track_usage]
#[tokio::main(flavor = "current_thread")]
async fn enters_above() -> u32 {
    let memory = &mut Memory(5);
    Above::twice(&Disk(3_u8)).await
        + Below::twice(&Disk(3_u8)).await
        + memory.read().await
        + memory.size()
        + memory.fill(1).await
}

#[tokio::main(flavor = "current_thread")]
#[track_usage]
async fn enters_below() -> u32 {
    let _never_polled = (Above::read(&Disk(3_u8)), Below::read(&Disk(3_u8)));
    spans::above_async(1).await + spans::below_async(2).await
}

#[track_usage]
#[tokio::test]
async fn test_above() {
    assert_eq!(std::future::ready(1).await, 1);
}

#[tokio::test]
#[track_usage]
async fn test_below() {
    assert_eq!(std::future::ready(1).await, 1);
}

#[test]
fn sites_and_names_are_right_in_either_order() {
    assert_eq!((enters_above(), enters_below()), (24, 3));
    assert_eq!((spans::above(1), spans::below(1)), (Ok(2), Ok(2)));
    test_above();
    test_below();
    let (of_tests, counts): (BTreeMap<_, _>, BTreeMap<_, _>) = headcount::snapshot()
        .map(|count| (count.path, count.hits))
        .partition(|(path, _)| path.starts_with("test_"));
    let expected = [
        ("<Disk as Above>::read", 1),
        ("<Disk as Below>::read", 2),
        ("Above::twice", 1),
        ("Below::twice", 1),
        ("Memory::fill", 1),
        ("Memory::read", 1),
        ("Memory::size", 1),
        ("enters_above", 1),
        ("enters_below", 1),
        ("spans::above", 1),
        ("spans::above_async", 1),
        ("spans::below", 1),
        ("spans::below_async", 1),
    ];
    assert_eq!(counts, expected.into());
    // The harness may have run these, too.
    assert_eq!(of_tests.into_keys().collect::<Vec<_>>(), ["test_above", "test_below"]);
}
