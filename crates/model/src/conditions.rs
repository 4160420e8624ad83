//! Conditions of a grant: when they do not hold, the grant does not count.

use crate::network::Network;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What must hold besides the grant itself; nothing by default. A field that this program does not know is an
/// error, never ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The multi-factor sign-in is at most this many seconds old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_factor_within: Option<u32>,
    /// The call comes from one of these ranges; empty means from anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// The call comes from an enrolled device, which is any that is signed in: the door lets no other one call (decision 9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub enrolled_device: bool,
    /// Only at these hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Drawn in an emergency (rule 14): it gives no power over access, and no value under it is leased. No person sets this.
    #[serde(default, skip_serializing_if = "is_false")]
    pub emergency: bool,
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Conditions {
    /// Whether they depend on the place or the hour of the call, so that no value under them can be leased (rule 21); nor can
    /// one that is read in an emergency (rule 14).
    pub const fn hinders_lease(&self) -> bool {
        !self.networks.is_empty() || self.hours.is_some() || self.emergency
    }

    /// What is left when everything that a caller could fulfil is fulfilled.
    pub fn fulfilled(&self) -> Self {
        Self {
            emergency: self.emergency,
            ..Self::default()
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Conditions as they were stored. What cannot be read, perhaps since a newer program wrote it, never holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GrantConditions {
    /// Read and understood.
    Known(Conditions),
    /// Kept as it was found.
    Unreadable(String),
}

impl GrantConditions {
    /// Reads the stored JSON.
    pub fn from_stored(text: &str) -> Self {
        // Most grants have none; lists read thousands of them.
        if text == "{}" {
            return Self::default();
        }
        // A sequence would be read as the fields in their order, so the object is asked for by name.
        let object = serde_json::from_str::<serde_json::Map<_, _>>(text);
        match object.and_then(|fields| serde_json::from_value(fields.into())) {
            Ok(conditions) => Self::Known(conditions),
            Err(_) => Self::Unreadable(text.to_owned()),
        }
    }

    /// The JSON to store; what could not be read goes back as it came.
    ///
    /// # Errors
    /// When JSON cannot hold it, which no value of these types causes.
    pub fn to_stored(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Known(conditions) => serde_json::to_string(conditions),
            Self::Unreadable(text) => Ok(text.clone()),
        }
    }

    /// Whether it is known that they are those of emergency access.
    pub const fn is_emergency(&self) -> bool {
        matches!(self, Self::Known(known) if known.emergency)
    }

    /// What is known of them; none when they cannot be read.
    pub const fn known(&self) -> Option<&Conditions> {
        match self {
            Self::Known(conditions) => Some(conditions),
            Self::Unreadable(_) => None,
        }
    }
}

impl Default for GrantConditions {
    fn default() -> Self {
        Self::Known(Conditions::default())
    }
}

impl From<Conditions> for GrantConditions {
    fn from(conditions: Conditions) -> Self {
        Self::Known(conditions)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Hours of the day in a time zone. They begin on each of the days at `from` and last until `until`, which is on
/// the next day when it is not after `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// A name of the IANA time zone database, such as `Europe/Berlin`.
    pub zone: String,
    /// On which days they begin; empty means every day.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub days: BTreeSet<Weekday>,
    /// The first minute.
    pub from: DayTime,
    /// The first minute that is outside.
    pub until: DayTime,
}

/// A minute of the day, `00:00` to `24:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayTime(u16);

/// A text that is no time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of the day such as `08:30`")]
pub struct DayTimeError(String);

impl DayTime {
    /// Minutes since midnight, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for DayTime {
    type Err = DayTimeError;
    fn from_str(text: &str) -> Result<Self, DayTimeError> {
        let two_digits = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if digits { part.parse::<u16>().ok() } else { None }
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some((two_digits(hour)?, two_digits(minute)?)))
            .filter(|(hour, minute)| *minute < 60 && hour * 60 + minute <= 24 * 60)
            .map(|(hour, minute)| Self(hour * 60 + minute))
            .ok_or_else(|| DayTimeError(text.chars().take(64).collect()))
    }
}

impl TryFrom<String> for DayTime {
    type Error = DayTimeError;
    fn try_from(text: String) -> Result<Self, DayTimeError> {
        text.parse()
    }
}

impl From<DayTime> for String {
    fn from(time: DayTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FULL: &str = concat!(
        r#"{"multi_factor_within":600,"networks":["10.0.0.0/8","2001:db8::/32"],"enrolled_device":true,"#,
        r#""hours":{"zone":"Europe/Berlin","days":["monday","friday"],"from":"08:00","until":"18:30"}}"#
    );

    #[test]
    fn the_stored_form_is_fixed() {
        let stored = GrantConditions::from_stored(FULL);
        assert!(stored.known().unwrap().hinders_lease());
        assert_eq!(stored.to_stored().unwrap(), FULL);
        assert_eq!(GrantConditions::from_stored("{}"), GrantConditions::default());
        assert_eq!(GrantConditions::default().to_stored().unwrap(), "{}");
        let emergency = GrantConditions::from_stored(r#"{"emergency":true}"#);
        assert!(emergency.is_emergency() && emergency.known().unwrap().hinders_lease());
        assert_eq!(emergency.to_stored().unwrap(), r#"{"emergency":true}"#);
        assert!(!stored.is_emergency() && stored.known().unwrap().fulfilled().is_empty());
        assert!(emergency.known().unwrap().fulfilled().emergency);
    }

    #[test]
    fn what_is_not_understood_is_kept_and_never_known() {
        for text in [
            r#"{"moon":"full"}"#,
            r#"{"networks":["everywhere"]}"#,
            r#"{"multi_factor_within":-1}"#,
            r#"{"hours":{"zone":"UTC","from":"08:00","until":"25:00"}}"#,
            r#"{"hours":{"zone":"UTC","from":"08:00","until":"18:00","holidays":true}}"#,
            "",
            "null",
            "[]",
        ] {
            let stored = GrantConditions::from_stored(text);
            assert_eq!(stored.known(), None, "{text}");
            assert_eq!(stored.to_stored().unwrap(), text);
        }
    }

    #[test]
    fn times_of_the_day_parse() {
        assert_eq!("24:00".parse::<DayTime>().unwrap().minutes(), 1440);
        for text in ["24:01", "8:00", "08:60", "0800", "+8:00", "08:00:00", ""] {
            assert!(text.parse::<DayTime>().is_err(), "{text}");
        }
    }
}
