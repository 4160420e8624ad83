//! Hours of the day in a time zone, daylight saving included.
//!
//! The zone database is the one compiled in, so that every replica decides alike and nothing reads files.

use claviger_model::{
    conditions::{DayTime, Hours, Weekday},
    time::Timestamp,
};
use jiff::{civil, tz::TimeZone, tz::TimeZoneDatabase};

/// Where the present stands to the hours of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoursNow {
    /// Whether it is within them.
    pub within: bool,
    /// When they begin or end next; none beyond the calendar.
    pub boundary: Option<Timestamp>,
}

/// Compares a moment with hours; none when the zone is not known or the moment is beyond the calendar.
pub fn hours_at(hours: &Hours, now: Timestamp) -> Option<HoursNow> {
    let zone = TimeZoneDatabase::bundled().get(&hours.zone).ok()?;
    let today = jiff::Timestamp::from_millisecond(now.millis())
        .ok()?
        .to_zoned(zone.clone())
        .date();
    let mut within = false;
    let mut boundary: Option<Timestamp> = None;
    // From yesterday, whose hours may reach past midnight, to the same weekday of the next week and the day after it.
    for ahead in -1..=8 {
        let Ok(day) = today.checked_add(jiff::Span::new().days(ahead)) else {
            continue;
        };
        if !hours.days.is_empty() && !hours.days.contains(&weekday(day)) {
            continue;
        }
        let last = if hours.until > hours.from {
            Some(day)
        } else {
            day.tomorrow().ok()
        };
        let Some((start, end)) =
            Some(moment(day, hours.from, &zone)?).zip(last.and_then(|last| moment(last, hours.until, &zone)))
        else {
            continue;
        };
        within |= start <= now && now < end;
        let next = [start, end].into_iter().filter(|moment| *moment > now).min();
        boundary = boundary.into_iter().chain(next).min();
    }
    Some(HoursNow { within, boundary })
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    /// The zone of this name, case aside, in the database's spelling; none when it is not known.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        zone.iana_name().map(|name| Self(name.to_owned()))
    }

    /// Its name, such as `Europe/Berlin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the zone's name is known.
pub fn zone_is_known(name: &str) -> bool {
    TimeZoneDatabase::bundled().get(name).is_ok()
}

// A time that the clock skips or shows twice: as RFC 5545 has it (jiff's "compatible").
fn moment(day: civil::Date, time: DayTime, zone: &TimeZone) -> Option<Timestamp> {
    let (day, minutes) = match time.minutes() {
        1440 => (day.tomorrow().ok()?, 0),
        minutes => (day, minutes),
    };
    let hour = i8::try_from(minutes / 60).ok()?;
    let minute = i8::try_from(minutes % 60).ok()?;
    let zoned = day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

fn weekday(day: civil::Date) -> Weekday {
    match day.weekday() {
        civil::Weekday::Monday => Weekday::Monday,
        civil::Weekday::Tuesday => Weekday::Tuesday,
        civil::Weekday::Wednesday => Weekday::Wednesday,
        civil::Weekday::Thursday => Weekday::Thursday,
        civil::Weekday::Friday => Weekday::Friday,
        civil::Weekday::Saturday => Weekday::Saturday,
        civil::Weekday::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn hours(zone: &str, days: &[Weekday], from: &str, until: &str) -> Hours {
        let days = days.iter().copied().collect();
        Hours {
            zone: zone.to_owned(),
            days,
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn office_hours_follow_daylight_saving() {
        let office = hours("Europe/Berlin", &[], "08:00", "18:00");
        let check = |now: &str| hours_at(&office, at(now)).unwrap();
        // Winter is UTC+1, summer UTC+2; the clocks change on 2026-03-29.
        assert_eq!(
            check("2026-03-28T06:59:59Z"),
            HoursNow {
                within: false,
                boundary: Some(at("2026-03-28T07:00:00Z"))
            }
        );
        assert_eq!(
            check("2026-03-28T07:00:00Z"),
            HoursNow {
                within: true,
                boundary: Some(at("2026-03-28T17:00:00Z"))
            }
        );
        assert_eq!(
            check("2026-03-28T17:00:00Z"),
            HoursNow {
                within: false,
                boundary: Some(at("2026-03-29T06:00:00Z"))
            }
        );
        assert!(check("2026-03-29T06:00:00Z").within);
    }

    #[test]
    fn night_hours_belong_to_the_day_on_which_they_begin() {
        let night = hours("UTC", &[Weekday::Friday], "22:00", "06:00");
        let within = |now: &str| hours_at(&night, at(now)).unwrap().within;
        // 2026-01-02 is a Friday.
        assert!(!within("2026-01-02T05:00:00Z"));
        assert!(within("2026-01-02T22:00:00Z"));
        assert!(within("2026-01-03T05:59:59Z"));
        assert!(!within("2026-01-03T06:00:00Z"));
        assert!(!within("2026-01-03T22:00:00Z"));
        assert_eq!(
            hours_at(&night, at("2026-01-03T06:00:00Z")).unwrap().boundary,
            Some(at("2026-01-09T22:00:00Z"))
        );
    }

    #[test]
    fn an_unknown_zone_has_no_hours() {
        assert_eq!(
            hours_at(
                &hours("Moon/Tranquility", &[], "00:00", "24:00"),
                at("2026-01-01T00:00:00Z")
            ),
            None
        );
        assert!(!zone_is_known("Moon/Tranquility"));
        assert!(zone_is_known("Europe/Berlin"));
    }

    proptest! {
        #[test]
        fn nothing_changes_before_the_boundary(
            minutes in 0i64..(3 * 366 * 1440), from in 0u16..=1440, until in 0u16..=1440, day in 0usize..8,
            zone in prop::sample::select(&["America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]),
        ) {
            let text = |time: u16| format!("{:02}:{:02}", time / 60, time % 60);
            let days = [Weekday::Monday, Weekday::Wednesday, Weekday::Sunday];
            let hours = hours(zone, days.get(..day.min(3)).unwrap(), &text(from), &text(until));
            let now = at("2026-01-01T00:00:00Z").plus(std::time::Duration::from_secs(60 * minutes.unsigned_abs()));
            let here = hours_at(&hours, now).unwrap();
            let boundary = here.boundary.unwrap();
            prop_assert!(boundary > now);
            for share in 1..=7 {
                let moment = now.millis() + (boundary.millis() - now.millis() - 1) * share / 7;
                let there = hours_at(&hours, Timestamp::from_millis(moment)).unwrap();
                prop_assert_eq!(there.within, here.within);
            }
        }
    }

    #[test]
    fn zones_are_those_of_the_database_in_its_spelling() {
        let named = |name| Zone::named(name).map(|zone| zone.as_str().to_owned());
        assert_eq!(named("Europe/Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(named("america/new_york").as_deref(), Some("America/New_York"));
        for unknown in [
            "",
            "Mars/Olympus",
            "Etc/Unknown",
            "+02:00",
            "CET-1CEST",
            "Europe/Berlin\0",
            "../zone",
        ] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
    }
}
