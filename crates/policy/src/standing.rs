//! Whether a grant counts here and now: its times, its conditions, and who holds it.

use crate::{
    hours::hours_at,
    question::{Caller, Circumstances},
};
use claviger_model::{
    conditions::{Conditions, GrantConditions},
    grant::Grant,
    role::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A condition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmet {
    /// A multi-factor sign-in at most this many seconds old is needed.
    MultiFactor(u32),
    /// The call comes from elsewhere.
    Network,
    /// The device is not enrolled.
    EnrolledDevice,
    /// It is another hour; they begin at this moment.
    Hours(Option<Timestamp>),
    /// The conditions cannot be read by this program.
    Unreadable,
}

/// How a grant stands to the present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    Counts,
    /// It begins at this moment.
    NotYet(Timestamp),
    /// Its time is over.
    Expired(Timestamp),
    /// It was ended before its time.
    Ended(Timestamp),
    /// Its role is not known.
    UnknownRole,
    /// Its role cannot be held by a principal of this kind.
    NotForThisKind,
    /// Some of its conditions do not hold.
    Unmet(Vec<Unmet>),
}

/// How a grant of a role to the caller or a team of theirs stands.
pub fn standing(
    grant: &Grant,
    role: Option<&Role>,
    caller: &Caller,
    circumstances: &Circumstances,
) -> Standing {
    let now = circumstances.now;
    let Some(role) = role.filter(|role| role.id == grant.role) else {
        return Standing::UnknownRole;
    };
    if !role.may_be_held_by(caller.nature.kind()) {
        return Standing::NotForThisKind;
    }
    if let Some(ended) = &grant.ended {
        return Standing::Ended(ended.at);
    }
    if let Some(end) = grant.expires_at.filter(|end| *end <= now) {
        return Standing::Expired(end);
    }
    if let Some(start) = grant.not_before.filter(|start| *start > now) {
        return Standing::NotYet(start);
    }
    if !grant.active_at(now) {
        return Standing::Ended(now);
    }
    let unmet = match &grant.conditions {
        GrantConditions::Unreadable(_) => vec![Unmet::Unreadable],
        GrantConditions::Known(conditions) => unmet(conditions, circumstances),
    };
    if unmet.is_empty() {
        Standing::Counts
    } else {
        Standing::Unmet(unmet)
    }
}

/// The first moment at which the clock alone may change how a grant stands.
pub(crate) fn boundary(grant: &Grant, circumstances: &Circumstances) -> Option<Timestamp> {
    let now = circumstances.now;
    let conditions = grant.conditions.known();
    let sign_in = conditions.and_then(|conditions| conditions.multi_factor_within);
    let sign_in = sign_in.zip(circumstances.multi_factor_at);
    // One millisecond after the last at which it is fresh enough.
    let stale = sign_in.map(|(within, at)| at.plus(seconds(within)).plus(Duration::from_millis(1)));
    let hour = conditions.and_then(|conditions| conditions.hours.as_ref());
    let hour = hour
        .and_then(|hours| hours_at(hours, now))
        .and_then(|hours| hours.boundary);
    [
        grant.next_boundary(now),
        stale.filter(|moment| *moment > now),
        hour,
    ]
    .into_iter()
    .flatten()
    .min()
}

fn unmet(conditions: &Conditions, circumstances: &Circumstances) -> Vec<Unmet> {
    let Conditions {
        multi_factor_within,
        networks,
        enrolled_device,
        hours,
        // Whoever holds it may use it; what it gives is less (`slice`).
        emergency: _,
    } = conditions;
    let mut unmet = Vec::new();
    if let Some(within) = multi_factor_within {
        let age = circumstances
            .multi_factor_at
            .map(|at| circumstances.now.since(at));
        if age.is_none_or(|age| age > seconds(*within)) {
            unmet.push(Unmet::MultiFactor(*within));
        }
    }
    if !networks.is_empty() {
        let inside = |source| networks.iter().any(|network| network.contains(source));
        if !circumstances.source.is_some_and(inside) {
            unmet.push(Unmet::Network);
        }
    }
    if *enrolled_device && !circumstances.enrolled_device {
        unmet.push(Unmet::EnrolledDevice);
    }
    if let Some(hours) = hours {
        match hours_at(hours, circumstances.now) {
            Some(here) if here.within => {}
            here => unmet.push(Unmet::Hours(here.and_then(|here| here.boundary))),
        }
    }
    unmet
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}
