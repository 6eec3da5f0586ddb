//! A counter of the global recorder.

use metrics_exporter_prometheus::PrometheusBuilder;

/// What a program does that wants to see the counts.
pub fn start() {
    PrometheusBuilder::new().install_recorder().expect("the first recorder");
}

#[inline(never)]
pub fn count() {
    metrics::counter!("calls").increment(1);
}
