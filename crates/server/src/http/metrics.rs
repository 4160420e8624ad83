//! Numbers for Prometheus (`GET /metrics`), off unless configured. They come from the tables, so that every replica says the same; they
//! name nobody.

use super::{Handled, Refusal, handle};
use crate::app::Shared;
use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use claviger_protocol::{offboarding::cases::Times, problem::Code, route};
use claviger_storage::offboarding::Span;
use std::{fmt::Write as _, time::Duration};

/// What is measured lies in the last 30 days.
const WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most cases or devices that are looked at, the newest.
const MOST: u32 = 10_000;
/// The text form of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::METRICS, metrics)]
}

async fn metrics(State(app): State<Shared>) -> Result<Response, Refusal> {
    if !app.config.metrics {
        return Err(Code::NotFound.into());
    }
    let since = app.clock.now().minus(WINDOW);
    let mut reader = app.store.reader().await?;
    let refused = times(reader.refusals_measured(since, MOST).await?);
    let purged = times(reader.purges_measured(since, MOST).await?);
    let mut text = String::new();
    summary(
        &mut text,
        "claviger_offboarding_refused_seconds",
        "From asking for an offboarding until the decision that refuses everything of the person, in 30 days.",
        refused,
    );
    summary(
        &mut text,
        "claviger_offboarding_acknowledged_seconds",
        "From asking for an offboarding until a device's signed word that it destroyed everything, in 30 days.",
        purged,
    );
    Ok(([(CONTENT_TYPE, TEXT)], text).into_response())
}

fn times(spans: Vec<Span>) -> Times {
    let millis = |span: Span| u64::try_from(span.until.since(span.from).as_millis()).unwrap_or(u64::MAX);
    Times::of(spans.into_iter().map(millis).collect())
}

fn summary(text: &mut String, name: &str, help: &str, times: Times) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} summary");
    for (quantile, millis) in [("0.5", times.p50_ms), ("0.99", times.p99_ms)] {
        if let Some(millis) = millis {
            let (seconds, rest) = (millis / 1_000, millis % 1_000);
            let _ = writeln!(text, "{name}{{quantile=\"{quantile}\"}} {seconds}.{rest:03}");
        }
    }
    let _ = writeln!(text, "{name}_count {}", times.count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_form_of_prometheus() {
        let mut text = String::new();
        summary(&mut text, "x_seconds", "What.", Times::of(vec![5, 1_250]));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "# HELP x_seconds What.",
                "# TYPE x_seconds summary",
                "x_seconds{quantile=\"0.5\"} 0.005",
                "x_seconds{quantile=\"0.99\"} 1.250",
                "x_seconds_count 2",
            ]
        );
    }
}
