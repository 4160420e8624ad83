//! Conditions of a grant as a form says them.

use super::names::problem;
use crate::view::{
    giving::{GiveConditions, GiveHours},
    problem::Problem,
};
use claviger_model::{
    conditions::{Conditions, DayTime, Hours, Weekday},
    network::Network,
};

const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Reads a form.
///
/// # Errors
/// Names what is wrong.
pub(super) fn wanted(form: &GiveConditions) -> Result<Conditions, Problem> {
    let networks = form
        .networks
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty());
    let networks: Result<_, _> = networks.map(Network::parse).collect();
    Ok(Conditions {
        multi_factor_within: form
            .multi_factor_minutes
            .map(|minutes| minutes.saturating_mul(60)),
        networks: networks.map_err(|error| {
            problem(
                "networkInvalid",
                "This is not a network range.",
                Some(error.to_string()),
            )
        })?,
        enrolled_device: form.enrolled_device,
        hours: form.hours.as_ref().map(hours).transpose()?,
        emergency: false,
    })
}

fn hours(form: &GiveHours) -> Result<Hours, Problem> {
    let time = |text: &str| {
        text.parse::<DayTime>().map_err(|error| {
            problem(
                "hoursInvalid",
                "These are not hours of the day.",
                Some(error.to_string()),
            )
        })
    };
    let days = form.days.iter().map(|day| DAYS.get(usize::from(*day)).copied());
    let days = days.collect::<Option<_>>();
    let hours = Hours {
        zone: form.zone.clone(),
        days: days.ok_or_else(|| problem("hoursInvalid", "There is no such day.", None))?,
        from: time(&form.from)?,
        until: time(&form.until)?,
    };
    if jiff::tz::TimeZone::get(&hours.zone).is_err() {
        let detail = Some(format!("`{}` is not known here", hours.zone));
        return Err(problem("hoursInvalid", "This time zone is not known.", detail));
    }
    Ok(hours)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at_work() -> GiveHours {
        GiveHours {
            zone: "Europe/Berlin".to_owned(),
            days: vec![0, 4],
            from: "08:00".to_owned(),
            until: "18:30".to_owned(),
        }
    }

    #[test]
    fn a_form_becomes_conditions() {
        assert!(wanted(&GiveConditions::default()).unwrap().is_empty());
        let form = GiveConditions {
            multi_factor_minutes: Some(15),
            enrolled_device: true,
            networks: vec![" 10.0.0.0/8 ".to_owned(), String::new()],
            hours: Some(at_work()),
        };
        let read = wanted(&form).unwrap();
        assert_eq!(read.multi_factor_within, Some(900));
        assert_eq!(read.networks.len(), 1);
        assert_eq!(
            read.hours.unwrap().days,
            [Weekday::Monday, Weekday::Friday].into()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let code = |form: GiveConditions| wanted(&form).unwrap_err().code;
        let networks = GiveConditions {
            networks: vec!["10.0.0.1/8".to_owned()],
            ..GiveConditions::default()
        };
        assert_eq!(code(networks), "networkInvalid");
        let at = |hours: GiveHours| GiveConditions {
            hours: Some(hours),
            ..GiveConditions::default()
        };
        let zone = GiveHours {
            zone: "Mars/Base".to_owned(),
            ..at_work()
        };
        let day = GiveHours {
            days: vec![7],
            ..at_work()
        };
        let time = GiveHours {
            from: "8:00".to_owned(),
            ..at_work()
        };
        for wrong in [zone, day, time] {
            assert_eq!(code(at(wrong)), "hoursInvalid");
        }
    }
}
