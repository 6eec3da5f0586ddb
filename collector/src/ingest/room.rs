//! Room in memory for what was sent and is not written yet.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// Bytes of bodies that there is room for, of all requests together, from their arrival until the
/// store has them. Two of the largest manifests, or a queue full of reports of 16 kB each; reports made
/// to need the most memory, taken apart, need thirty times as much.
const ROOM_BYTES: usize = 16 << 20;

/// The room that one collector has. Clones share it.
///
/// A report that is taken apart needs many times its bytes. Were only reports counted and not their
/// bytes, those that wait could take gigabytes.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// Bytes of it that one request has. Who drops this gives them back: for what waits for the store,
/// that is whoever answers it, since it waits there even when the sender has gone.
pub(crate) struct Taken(OwnedSemaphorePermit);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_BYTES)))
    }

    /// Takes so many bytes, if there are.
    pub(crate) fn take(&self, bytes: usize) -> Result<Taken, Error> {
        let bytes = u32::try_from(bytes).map_err(|_| Error::TooLarge)?;
        let taken = Arc::clone(&self.0).try_acquire_many_owned(bytes);
        taken.map(Taken).map_err(|_| Error::Busy)
    }
}

impl Taken {
    /// Takes these, too.
    pub(crate) fn add(&mut self, more: Self) {
        self.0.merge(more.0);
    }
}
