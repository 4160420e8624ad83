//! Grants: a role given to a principal at a scope, for a reason and usually for a time.

use crate::{
    conditions::GrantConditions,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The longest reason, in bytes.
pub const MAX_REASON_BYTES: usize = 1024;

/// How a grant came to its end before its time. It never counts again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// Why.
    pub reason: String,
}

/// A role given to a principal at a scope and all that lies below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its own id.
    pub id: GrantId,
    /// To whom: a person, a team with all its members, or a service identity.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub granted_by: PrincipalId,
    /// When it was given.
    pub granted_at: Timestamp,
    /// From when it counts; none = at once.
    pub not_before: Option<Timestamp>,
    /// From when it counts no more; none = without end.
    pub expires_at: Option<Timestamp>,
    /// What must hold besides.
    #[serde(default)]
    pub conditions: GrantConditions,
    /// Ended before its time.
    pub ended: Option<Ended>,
}

impl Grant {
    /// Whether it counts at this moment, its conditions aside.
    pub fn active_at(&self, now: Timestamp) -> bool {
        self.ended.is_none()
            && self.not_before.is_none_or(|start| start <= now)
            && self.expires_at.is_none_or(|end| now < end)
    }

    /// The next moment at which [`Grant::active_at`] can change by itself.
    pub fn next_boundary(&self, now: Timestamp) -> Option<Timestamp> {
        if self.ended.is_some() || self.expires_at.is_some_and(|end| end <= now) {
            return None;
        }
        [self.not_before, self.expires_at]
            .into_iter()
            .flatten()
            .filter(|moment| *moment > now)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{option, prelude::*};

    fn grant(not_before: Option<i64>, expires_at: Option<i64>, ended: bool) -> Grant {
        let somebody = PrincipalId::from_bytes([1; 16]);
        let at = Timestamp::from_millis(0);
        Grant {
            id: GrantId::from_bytes([2; 16]),
            principal: somebody,
            role: RoleId::from_bytes([3; 16]),
            scope: ScopeId::from_bytes([4; 16]),
            reason: "on call".to_owned(),
            granted_by: somebody,
            granted_at: at,
            not_before: not_before.map(Timestamp::from_millis),
            expires_at: expires_at.map(Timestamp::from_millis),
            conditions: GrantConditions::default(),
            ended: ended.then(|| Ended {
                at,
                by: somebody,
                reason: "left".to_owned(),
            }),
        }
    }

    #[test]
    fn it_counts_from_its_start_until_just_before_its_end() {
        let grant = grant(Some(10), Some(20), false);
        let active = |millis| grant.active_at(Timestamp::from_millis(millis));
        assert_eq!([9, 10, 19, 20].map(active), [false, true, true, false]);
    }

    proptest! {
        #[test]
        fn nothing_changes_before_the_next_boundary(
            start in option::of(0i64..20), end in option::of(0i64..20), now in 0i64..25, ended: bool,
        ) {
            let grant = grant(start, end, ended);
            let now = Timestamp::from_millis(now);
            let last = grant.next_boundary(now).map_or(30, |moment| moment.millis() - 1);
            for millis in now.millis()..=last {
                prop_assert_eq!(grant.active_at(Timestamp::from_millis(millis)), grant.active_at(now));
            }
            prop_assert!(!ended || !grant.active_at(now));
        }
    }
}
