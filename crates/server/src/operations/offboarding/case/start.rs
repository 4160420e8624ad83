//! When a planned case begins: a time on the clocks of a zone.

use crate::http::Refusal;
use claviger_model::{offboarding::Start, time::Timestamp};
use claviger_protocol::{offboarding::cases::StartAt, problem::Code};
use jiff::{civil::DateTime, tz::TimeZoneDatabase};
use std::time::Duration;

/// The furthest that a case can be planned ahead.
const FURTHEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The moment that a local time means, as RFC 5545 has it where the clock skips or shows it twice; none when it is over, which
/// means at once.
///
/// # Errors
/// When time or zone are not known, or it is more than a year ahead.
pub fn moment(said: &StartAt, now: Timestamp) -> Result<Option<Start>, Refusal> {
    let bad = |words: &'static str| Refusal::new(Code::BadRequest).detail(words);
    let zone = TimeZoneDatabase::bundled()
        .get(&said.zone)
        .map_err(|_| bad("the time zone is not known"))?;
    let local: DateTime = said
        .local
        .parse()
        .map_err(|_| bad("a time is written like 2026-11-27T18:00:00"))?;
    let zoned = local
        .to_zoned(zone)
        .map_err(|_| bad("the time is beyond the calendar"))?;
    let at = Timestamp::from_millis(zoned.timestamp().as_millisecond());
    if at.since(now) > FURTHEST {
        return Err(bad("a case can be planned a year ahead at most"));
    }
    Ok((at > now).then(|| Start {
        at,
        local: local.to_string(),
        zone: said.zone.clone(),
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(local: &str, zone: &str, now: i64) -> Result<Option<i64>, Refusal> {
        let said = StartAt {
            local: local.to_owned(),
            zone: zone.to_owned(),
        };
        moment(&said, Timestamp::from_millis(now)).map(|start| start.map(|start| start.at.millis()))
    }

    #[test]
    fn the_last_day_at_six_is_six_where_they_are() {
        let day = 1_795_737_600_000; // 2026-11-27T00:00:00Z
        assert_eq!(
            of("2026-11-27T18:00:00", "Europe/Berlin", day).unwrap(),
            Some(day + 17 * 3_600_000)
        );
        assert_eq!(
            of("2026-11-27T18:00", "America/New_York", day).unwrap(),
            Some(day + 23 * 3_600_000)
        );
        assert_eq!(
            of("2026-11-26T18:00", "Europe/Berlin", day).unwrap(),
            None,
            "over"
        );
        for (local, zone) in [
            ("tomorrow", "Europe/Berlin"),
            ("2026-11-27T18:00", "Europe/Atlantis"),
            ("2028-11-27T18:00", "Europe/Berlin"),
        ] {
            assert!(of(local, zone, day).is_err(), "{local} {zone}");
        }
    }

    #[test]
    fn a_time_that_the_clock_skips_or_shows_twice_is_one_moment() {
        let before = 1_774_000_000_000; // 2026-03-20
        // 2026-03-29, 02:30 does not exist in Berlin: 03:30 summer time is meant.
        assert_eq!(
            of("2026-03-29T02:30", "Europe/Berlin", before).unwrap(),
            Some(1_774_747_800_000)
        );
        // 2026-10-25, 02:30 comes twice: the first time is meant.
        assert_eq!(
            of("2026-10-25T02:30", "Europe/Berlin", before).unwrap(),
            Some(1_792_888_200_000)
        );
    }
}
