//! Offline time (rule 22): a mark that only rises, from the server's time and the machine's own running time.

use crate::boot::BootTime;
use claviger_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far the wall clock may stand behind the mark before offline use locks.
pub const TOLERANCE: Duration = Duration::from_secs(120);

/// The wall clock was set back behind what is known to have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock of this computer stands {} minutes behind the time that is known to have passed", .behind.as_secs() / 60)]
pub struct ClockSetBack {
    /// By how much.
    pub behind: Duration,
}

impl ClockSetBack {
    /// What happened and what to do, for the person.
    pub const fn words(&self) -> &'static str {
        "The clock of this computer was set back, so nothing can be used offline. Set the clock right, or connect to \
         the server."
    }
}

/// The sealed mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HighWater {
    mark: i64,
    taken: Option<BootTime>,
    contact: i64,
}

impl HighWater {
    /// The first mark, at the first contact with the server.
    pub(crate) const fn first(server: Timestamp, boot: Option<BootTime>) -> Self {
        Self {
            mark: server.millis(),
            taken: boot,
            contact: server.millis(),
        }
    }

    /// The mark after a contact with the server.
    pub(crate) fn contact(self, server: Timestamp, boot: Option<BootTime>) -> Self {
        let mark = self.at(boot).millis().max(server.millis());
        Self {
            mark,
            taken: boot,
            contact: mark,
        }
    }

    /// The mark as it stands now: the previous one and the time that the machine ran since.
    pub(crate) fn at(self, boot: Option<BootTime>) -> Timestamp {
        let ran = match (self.taken, boot) {
            (Some(then), Some(now)) if then.boot == now.boot => now.millis.saturating_sub(then.millis),
            _ => 0,
        };
        Timestamp::from_millis(self.mark).plus(Duration::from_millis(ran))
    }

    /// The mark moved up to now, to be sealed again.
    pub(crate) fn advanced(self, boot: Option<BootTime>) -> Self {
        Self {
            mark: self.at(boot).millis(),
            taken: boot.or(self.taken),
            contact: self.contact,
        }
    }

    /// max(wall clock, mark).
    pub(crate) fn now(self, wall: Timestamp, boot: Option<BootTime>) -> Timestamp {
        wall.max(self.at(boot))
    }

    /// Whether the wall clock is right enough for offline use.
    pub(crate) fn check(self, wall: Timestamp, boot: Option<BootTime>) -> Result<(), ClockSetBack> {
        let behind = self.at(boot).since(wall);
        if behind > TOLERANCE {
            Err(ClockSetBack { behind })
        } else {
            Ok(())
        }
    }

    /// When the server was last heard of, on the mark's own scale.
    pub(crate) const fn last_contact(self) -> Timestamp {
        Timestamp::from_millis(self.contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn boot(id: u8, millis: u64) -> Option<BootTime> {
        Some(BootTime {
            boot: [id; 16],
            millis,
        })
    }

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn running_time_counts_and_a_restart_does_not_lower_the_mark() {
        let mark = HighWater::first(at(1_000_000), boot(1, 500));
        assert_eq!(mark.at(boot(1, 10_500)), at(1_010_000));
        let sealed = mark.advanced(boot(1, 10_500));
        assert_eq!(
            sealed.at(boot(2, 3)),
            at(1_010_000),
            "another start of the machine says nothing"
        );
        assert_eq!(sealed.now(at(5), boot(2, 3)), at(1_010_000));
        assert_eq!(sealed.now(at(9_000_000), boot(2, 3)), at(9_000_000));
        assert_eq!(sealed.last_contact(), at(1_000_000));
    }

    #[test]
    fn a_wall_clock_that_is_set_back_locks() {
        let mark = HighWater::first(at(10_000_000), boot(1, 0));
        assert_eq!(mark.check(at(10_000_000 - 120_000), boot(1, 0)), Ok(()));
        assert!(mark.check(at(10_000_000 - 120_001), boot(1, 0)).is_err());
        assert!(
            mark.check(at(10_000_000), boot(1, 120_001)).is_err(),
            "it stood still while the machine ran"
        );
    }

    proptest! {
        #[test]
        fn the_mark_never_falls(
            steps in proptest::collection::vec((0_u8..3, 0_u64..1_000_000, proptest::option::of(0_i64..2_000_000)), 1..20),
        ) {
            let mut water = HighWater::first(at(1_000_000), boot(0, 0));
            for (id, millis, server) in steps {
                let before = water.at(boot(id, millis));
                water = match server {
                    Some(server) => water.contact(at(server), boot(id, millis)),
                    None => water.advanced(boot(id, millis)),
                };
                prop_assert!(water.at(boot(id, millis)) >= before);
                prop_assert!(before >= at(1_000_000));
            }
        }
    }
}
