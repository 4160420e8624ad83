//! How moments and spans are written in a report: in UTC, so that it reads the same everywhere.

use claviger_model::time::Timestamp;

/// `2026-11-27 18:00:04 UTC`.
pub fn moment(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.millis()) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} ms", at.millis()),
    }
}

/// `3 ms`, `1.25 s`, `4 min`, `2 h 5 min`.
pub fn span(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        60_000..3_600_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_in_words() {
        let spans = [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 7_500_000].map(span);
        assert_eq!(
            spans,
            [
                "0 ms",
                "999 ms",
                "1.00 s",
                "59.99 s",
                "1 min",
                "59 min",
                "1 h 0 min",
                "2 h 5 min"
            ]
        );
        assert_eq!(
            moment(Timestamp::from_millis(1_795_888_804_321)),
            "2026-11-28 18:00:04 UTC"
        );
    }
}
