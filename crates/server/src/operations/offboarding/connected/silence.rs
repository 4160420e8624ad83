//! When a connected system itself does not answer, and that it does again.

use crate::{events::Event, operations::offboarding::case::count_of};
use claviger_connectors::FaultCode;
use claviger_model::{connected::Trying, time::Timestamp};

/// The fact of an event that a system answers again: for how many seconds it had not.
pub const SILENT: &str = "silent";

/// Whether what was said last means that the system does not answer: that it did not tell which accounts are there, whatever the
/// reason; of an account that it told of, what would be said of every other one, too.
pub fn is_silent(said: Option<&str>, asking: bool) -> bool {
    let Some(said) = said else { return false };
    match FaultCode::from_code(said) {
        // It was not asked.
        Some(FaultCode::CameBack) => false,
        Some(code) => asking || code.is_of_the_system(),
        None => asking,
    }
}

/// Says in an event that the system answers again, if it did not before.
pub(super) fn answered(event: Event, before: &Trying, asking: bool, now: Timestamp) -> Event {
    let since = before.since.filter(|_| is_silent(before.said.as_deref(), asking));
    match since.map(|since| usize::try_from(now.since(since).as_secs())) {
        Some(seconds) => count_of(event, SILENT, seconds.unwrap_or(usize::MAX)),
        None => event,
    }
}

/// What is left of failures after the system did something: that it had not answered is over, everything else counts on until all of
/// it is done, so that an account that comes back each time rests longer.
pub(super) fn after(trying: &Trying, now: Timestamp) -> Trying {
    let before = match is_silent(trying.said.as_deref(), false) {
        true => Trying::default(),
        false => trying.clone(),
    };
    Trying {
        next_at: now,
        ..before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_does_ends_its_silence_and_nothing_else() {
        let now = Timestamp::from_millis(9_000);
        let failing = |said: FaultCode| Trying {
            attempts: 7,
            next_at: Timestamp::from_millis(8_000),
            said: Some(said.as_str().to_owned()),
            since: Some(Timestamp::from_millis(1_000)),
        };
        let begun_anew = Trying {
            next_at: now,
            ..Trying::default()
        };
        for said in [
            FaultCode::Unreachable,
            FaultCode::TimedOut,
            FaultCode::RateLimited,
        ] {
            assert_eq!(after(&failing(said), now), begun_anew, "{said}");
        }
        for said in [FaultCode::StillThere, FaultCode::InUse, FaultCode::NotPermitted] {
            let counts_on = Trying {
                next_at: now,
                ..failing(said)
            };
            assert_eq!(after(&failing(said), now), counts_on, "{said}");
        }
    }
}
