//! What every handler shares.

use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderName;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::ingest::Writer;
use crate::ingest::room::Room;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};

/// A running collector: its store, the one thread that writes to it, its clock. Clones share it.
#[derive(Clone)]
pub struct Collector(Arc<Shared>);

/// What they share.
pub struct Shared {
    store: Arc<dyn Store>,
    pub(crate) writer: Writer,
    pub(crate) room: Room,
    pub(crate) clock: Clock,
    pub(crate) publish_at: NonZeroU64,
    pub(crate) proxy_header: Option<HeaderName>,
    pub(crate) metrics: Metrics,
}

impl Collector {
    /// Starts the writer on a store. It ends when the last clone of this is dropped.
    ///
    /// # Errors
    /// When the store cannot be read, or the system has no thread or no random bits.
    pub fn start(store: Arc<dyn Store>, clock: Clock, config: &Config) -> Result<Self, StoreError> {
        let writer = Writer::start(Arc::clone(&store), clock.clone(), config)?;
        let metrics = Metrics::new();
        Ok(Self(Arc::new(Shared {
            store,
            writer,
            room: Room::new(),
            clock,
            publish_at: config.publish_at,
            proxy_header: config.proxy_header.clone(),
            metrics,
        })))
    }

    /// Reads the store on a thread where blocking is allowed.
    pub(crate) async fn read<T: Send + 'static, E: Into<Error> + Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || question(&*store)).await {
            Ok(answer) => answer.map_err(Into::into),
            Err(_) => Err(Error::Stopping),
        }
    }
}

impl Deref for Collector {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
