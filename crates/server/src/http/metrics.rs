//! Numbers for Prometheus (`GET /metrics`), off unless configured. They come from the tables, so that every replica says the same; they
//! name nobody.

use super::{Handled, Refusal, handle};
use crate::app::Shared;
use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use claviger_connectors::FaultCode;
use claviger_model::time::Timestamp;
use claviger_protocol::{offboarding::cases::Times, problem::Code, route};
use claviger_storage::{connected::Waiting, offboarding::Span};
use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
    time::Duration,
};

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
    let mut waiting = reader.connected_waiting().await?;
    drop(reader);
    for (system, connected) in &app.systems {
        // That nothing waits is said, too.
        for asking in [true, false] {
            waiting.push(Waiting {
                system: system.clone(),
                kind: connected.connector.kind(),
                asking,
                said: None,
                number: 0,
                since: None,
            });
        }
    }
    connected(&mut text, &waiting);
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

/// What waits for connected systems. The values of labels are those of the configuration and of codes.
fn connected(text: &mut String, waiting: &[Waiting]) {
    let mut numbers: BTreeMap<(bool, String), u64> = BTreeMap::new();
    let mut failing: BTreeMap<String, (u64, Option<Timestamp>)> = BTreeMap::new();
    for one in waiting {
        let (system, kind) = (&one.system, one.kind.code());
        let labels = format!("{{system=\"{system}\",kind=\"{kind}\"}}");
        let number = numbers.entry((one.asking, labels)).or_default();
        *number = number.saturating_add(one.number);
        if let Some(said) = &one.said {
            let said = FaultCode::from_code(said).map_or("unknown", FaultCode::as_str);
            let labels = format!("{{system=\"{system}\",kind=\"{kind}\",said=\"{said}\"}}");
            let (number, since) = failing.entry(labels).or_default();
            *number = number.saturating_add(one.number);
            *since = [*since, one.since].into_iter().flatten().min();
        }
    }
    for (asking, name, help) in [
        (
            false,
            "claviger_connected_accounts_waiting",
            "Accounts of leavers that are not taken away and verified yet.",
        ),
        (
            true,
            "claviger_connected_cases_unasked",
            "Cases to which a connected system has not told yet which accounts are there.",
        ),
    ] {
        let of_it = numbers.iter().filter(|((which, _), _)| *which == asking);
        gauge(
            text,
            name,
            help,
            of_it.map(|((_, labels), number)| (labels, number)),
        );
    }
    gauge(
        text,
        "claviger_connected_failing",
        "Of both, those that failed when they were tried last, by what was said.",
        failing.iter().map(|(labels, (number, _))| (labels, number)),
    );
    let since = failing.iter().filter_map(|(labels, (_, since))| {
        let seconds = (*since)?.millis().div_euclid(1_000);
        Some((labels, seconds))
    });
    gauge(
        text,
        "claviger_connected_failing_since_seconds",
        "Since when the first of them fails without a break, in seconds of 1970.",
        since,
    );
}

fn gauge<'a, N: Display>(
    text: &mut String,
    name: &str,
    help: &str,
    lines: impl Iterator<Item = (&'a String, N)>,
) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, number) in lines {
        let _ = writeln!(text, "{name}{labels} {number}");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::connected::{SystemKind, SystemName};

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

    #[test]
    fn what_fails_both_ways_fails_since_the_earlier_of_the_two() {
        let waiting = |asking, seconds: i64| Waiting {
            system: SystemName::parse("code").unwrap(),
            kind: SystemKind::Github,
            asking,
            said: Some("unreachable".to_owned()),
            number: 1,
            since: Some(Timestamp::from_millis(seconds * 1_000)),
        };
        for (account, case) in [(100, 200), (200, 100)] {
            let mut text = String::new();
            connected(&mut text, &[waiting(false, account), waiting(true, case)]);
            let labels = "{system=\"code\",kind=\"github\",said=\"unreachable\"}";
            let lines: Vec<_> = text.lines().filter(|line| line.contains(labels)).collect();
            assert_eq!(
                lines,
                [
                    format!("claviger_connected_failing{labels} 2"),
                    format!("claviger_connected_failing_since_seconds{labels} 100"),
                ]
            );
        }
    }
}
