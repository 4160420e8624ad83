//! Why a person may use a secret: the grants that reach its place, and what they ask for.

use super::names;
use crate::{
    state::book::Book,
    view::secret::{Condition, Why},
};
use claviger_model::{
    conditions::{Conditions, GrantConditions, Hours, Weekday},
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use jiff::{Zoned, tz::TimeZone};

const MINUTES_OF_DAY: u16 = 24 * 60;

/// The living grants that reach a place, the nearest first.
pub(super) fn why(book: &Book, me: PrincipalId, place: ScopeId, now: Timestamp) -> Vec<Why> {
    let Some(entitlement) = &book.entitlement else {
        return Vec::new();
    };
    let reaching = entitlement
        .grants
        .iter()
        .filter(|grant| grant.active_at(now) && book.places.is_within(place, grant.scope));
    let mut grants: Vec<&Grant> = reaching.collect();
    grants.sort_by_key(|grant| (std::cmp::Reverse(book.places.path(grant.scope).len()), grant.id));
    let role = |grant: &Grant| {
        let known = entitlement.roles.iter().find(|role| role.id == grant.role);
        known.map_or_else(|| "A role".to_owned(), |role| role.name.clone())
    };
    let card = |grant: &Grant| Why {
        grant: grant.id.to_string(),
        role: role(grant),
        scope: book.places.path(grant.scope).to_owned(),
        through_team: (grant.principal != me).then(|| names::name(book, grant.principal)),
        given_by: names::name(book, grant.granted_by),
        given_at: grant.granted_at.millis(),
        reason: Some(grant.reason.clone()).filter(|reason| !reason.is_empty()),
        ends_at: grant.expires_at.map(Timestamp::millis),
        conditions: conditions(book, &grant.conditions, now),
    };
    grants.into_iter().map(card).collect()
}

pub(super) fn conditions(book: &Book, stored: &GrantConditions, now: Timestamp) -> Vec<Condition> {
    match stored {
        GrantConditions::Known(conditions) => known(book, conditions, now),
        GrantConditions::Unreadable(_) => vec![Condition {
            words: "It has a condition that this version of Claviger does not know, so it does not count."
                .to_owned(),
            met: false,
        }],
    }
}

fn known(book: &Book, conditions: &Conditions, now: Timestamp) -> Vec<Condition> {
    let signed_in = book.me.as_ref().map(|me| me.session.started_at);
    let factor = conditions.multi_factor_within.map(|seconds| Condition {
        words: format!("Asks for a multi-factor sign-in in the last {}.", span(seconds)),
        met: signed_in.is_some_and(|at| now.since(at).as_secs() <= u64::from(seconds)),
    });
    let networks = (!conditions.networks.is_empty()).then(|| {
        let ranges: Vec<_> = conditions.networks.iter().map(ToString::to_string).collect();
        Condition {
            words: format!(
                "Counts from these networks only, as the server sees you: {}.",
                ranges.join(", ")
            ),
            met: true,
        }
    });
    let device = conditions.enrolled_device.then(|| Condition {
        words: "Enrolled device: any that is signed in.".to_owned(),
        met: true,
    });
    let hours = conditions.hours.as_ref().map(|hours| Condition {
        words: format!(
            "Counts from {} to {} ({}){}.",
            hours.from,
            hours.until,
            hours.zone,
            days(hours)
        ),
        met: TimeZone::get(&hours.zone).is_ok_and(|zone| holds(hours, zone, now)),
    });
    [factor, networks, device, hours].into_iter().flatten().collect()
}

fn span(seconds: u32) -> String {
    match seconds {
        3600 => "hour".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{} hours", seconds / 3600),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn days(hours: &Hours) -> String {
    if hours.days.is_empty() {
        return String::new();
    }
    let names: Vec<_> = hours.days.iter().map(|day| format!("{day:?}")).collect();
    format!(" on {}", names.join(", "))
}

/// Whether a moment lies in the hours, which begin on one of the days and may last into the next.
fn holds(hours: &Hours, zone: TimeZone, now: Timestamp) -> bool {
    let Ok(now) = jiff::Timestamp::from_millisecond(now.millis()) else {
        return false;
    };
    let now: Zoned = now.to_zoned(zone);
    let minute =
        u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(MINUTES_OF_DAY);
    let begins = |day: jiff::civil::Weekday| hours.days.is_empty() || hours.days.contains(&weekday(day));
    let (from, until, today) = (hours.from.minutes(), hours.until.minutes(), now.weekday());
    if from < until {
        return begins(today) && (from..until).contains(&minute);
    }
    (begins(today) && minute >= from) || (begins(today.previous()) && minute < until)
}

const fn weekday(day: jiff::civil::Weekday) -> Weekday {
    use jiff::civil::Weekday as Civil;
    match day {
        Civil::Monday => Weekday::Monday,
        Civil::Tuesday => Weekday::Tuesday,
        Civil::Wednesday => Weekday::Wednesday,
        Civil::Thursday => Weekday::Thursday,
        Civil::Friday => Weekday::Friday,
        Civil::Saturday => Weekday::Saturday,
        Civil::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};

    #[test]
    fn grants_of_a_team_name_it_and_ended_ones_are_no_reason() {
        let mut sample = Sample::new();
        let prod = sample.scope("shop/prod");
        sample.grant(sample.team, "shop", None);
        sample.grant(sample.me, "shop/prod", Some(50));
        sample.grant(sample.me, "bank/prod", None);
        let cards = why(&sample.book, sample.me, prod, at(10));
        let told: Vec<_> = cards
            .iter()
            .map(|card| (card.scope.as_str(), card.through_team.as_deref()))
            .collect();
        assert_eq!(told, [("shop/prod", None), ("shop", Some("Platform Team"))]);
        assert_eq!(
            (cards[0].role.as_str(), cards[0].given_by.as_str()),
            ("Reader", "Mara Okafor")
        );
        assert_eq!(cards[0].ends_at, Some(at(50).millis()));
        assert_eq!(why(&sample.book, sample.me, prod, at(50)).len(), 1);
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
        let hours = Hours {
            zone: "UTC".to_owned(),
            days: [Weekday::Friday].into(),
            from: "22:00".parse().unwrap(),
            until: "06:00".parse().unwrap(),
        };
        // 2026-01-09 is a Friday.
        let moment =
            |text: &str| Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let on = |text| holds(&hours, TimeZone::UTC, moment(text));
        assert!(on("2026-01-09T22:00:00Z") && on("2026-01-10T05:59:00Z"));
        assert!(!on("2026-01-09T05:00:00Z") && !on("2026-01-10T06:00:00Z") && !on("2026-01-10T23:00:00Z"));
    }

    #[test]
    fn what_is_not_understood_is_said_not_to_count() {
        let sample = Sample::new();
        let strange = GrantConditions::from_stored(r#"{"moon":"full"}"#);
        assert!(
            conditions(&sample.book, &strange, at(0))
                .iter()
                .all(|condition| !condition.met)
        );
        assert_eq!(
            (span(3600), span(7200), span(90)),
            ("hour".into(), "2 hours".into(), "2 minutes".into())
        );
    }
}
