//! A counter of the global meter. An exporter that sends nothing stands for a real one.

use std::sync::LazyLock;
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::metrics::Counter;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};

static CALLS: LazyLock<Counter<u64>> =
    LazyLock::new(|| global::meter("library").u64_counter("calls").build());

struct Nowhere;

impl PushMetricExporter for Nowhere {
    async fn export(&self, _: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

/// What a program does that wants to see the counts.
pub fn start() {
    let provider = SdkMeterProvider::builder().with_periodic_exporter(Nowhere).build();
    global::set_meter_provider(provider);
}

#[inline(never)]
pub fn count() {
    CALLS.add(1, &[]);
}
