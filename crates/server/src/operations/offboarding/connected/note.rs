//! That something failed: its code, since when, and when it is tried again. An event for each code, not for each attempt: a system
//! that is down for weeks is tried thousands of times.

use super::{of_account, of_system, silence};
use crate::{app::Shared, http::Refusal, operations::offboarding::case::label_of, sequencer::job};
use claviger_connectors::{Fault, FaultCode};
use claviger_model::{
    connected::{AccountState, AskedState, CaseAccount, CaseSystem, Trying},
    event::EventKind,
    offboarding::rest_after,
    time::Timestamp,
};

/// A system did not tell.
///
/// # Errors
/// When the tables cannot be read or written.
pub(super) async fn system_failed(app: &Shared, was: CaseSystem, fault: Fault) -> Result<(), Refusal> {
    let note = job::<(), _>(move |change| {
        Box::pin(async move {
            let case = change.db().case(was.case).await?;
            let now = change.db().case_system(was.case, &was.system).await?;
            let (Some(case), Some(mut row)) = (case, now.filter(|now| *now == was)) else {
                return Ok(());
            };
            if row.state != AskedState::Open {
                return Ok(());
            }
            let news = failed(&mut row.trying, fault, change.now(), true);
            change.db().update_case_system(&row).await?;
            if news {
                let event = change.own_event(EventKind::OffboardingAccount);
                let event = of_system(event, &case, &row.system, "failing");
                change.record(label_of(event, "said", fault.code.as_str()));
            }
            Ok(())
        })
    });
    app.sequencer.change(note).await
}

/// An account could not be taken away, or is still there.
///
/// # Errors
/// As [`system_failed`].
pub(super) async fn account_failed(app: &Shared, was: CaseAccount, fault: Fault) -> Result<(), Refusal> {
    let note = job::<(), _>(move |change| {
        Box::pin(async move {
            let case = change.db().case(was.case).await?;
            let now = change.db().case_account(was.id).await?;
            // It may have gone on before it failed; another process may have, too.
            let untouched =
                now.filter(|now| !now.state.is_settled() && now.trying.attempts <= was.trying.attempts);
            let (Some(case), Some(mut row)) = (case, untouched) else {
                return Ok(());
            };
            // That part of it was done stays said, also when nothing more is tried.
            let fault = match (row.trying.said.as_deref(), fault.code) {
                (Some(said), FaultCode::CameBack) if said == FaultCode::CutShort.as_str() => {
                    FaultCode::CutShort.into()
                }
                _ => fault,
            };
            if row.state == AccountState::Removed && fault.code == FaultCode::StillThere {
                // From the beginning: somebody may have let it in again.
                row.state = AccountState::Found;
            }
            let before = row.trying.clone();
            let news = failed(&mut row.trying, fault, change.now(), false);
            change.db().update_case_account(&row).await?;
            if news {
                let event = change.own_event(EventKind::OffboardingAccount);
                let mut event = of_account(event, &case, &row, "failing");
                // It says no more than that, but it says it; these two are known without it.
                let unasked = matches!(fault.code, FaultCode::CameBack | FaultCode::Ambiguous);
                if !unasked && !silence::is_silent(Some(fault.code.as_str()), false) {
                    event = silence::answered(event, &before, false, change.now());
                }
                change.record(label_of(event, "said", fault.code.as_str()));
            }
            Ok(())
        })
    });
    app.sequencer.change(note).await
}

/// Notes a failure; whether the code is another one than before. A system that does not answer, and one that answers and does not do
/// it, fail each since a moment of its own.
fn failed(trying: &mut Trying, fault: Fault, now: Timestamp, asking: bool) -> bool {
    let code = fault.code.as_str();
    let said = trying.said.as_deref();
    let news = said != Some(code);
    if silence::is_silent(said, asking) != silence::is_silent(Some(code), asking) {
        trying.since = None;
    }
    trying.attempts = trying.attempts.saturating_add(1);
    let rest = rest_after(trying.attempts).max(fault.retry_after.unwrap_or_default());
    trying.next_at = now.plus(rest);
    trying.said = Some(code.to_owned());
    trying.since = trying.since.or(Some(now));
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_system_that_is_down_for_weeks_rests_longer_and_says_since_when() {
        let (mut trying, mut now) = (Trying::default(), Timestamp::from_millis(1_000));
        let down = Fault::from(FaultCode::Unreachable);
        let mut news = 0;
        let mut rests = Vec::new();
        for _ in 0..10_000 {
            news += u32::from(failed(&mut trying, down, now, false));
            rests.push(trying.next_at.since(now).as_secs());
            now = trying.next_at;
        }
        assert_eq!(
            rests.get(..10),
            Some(&[1, 2, 4, 8, 16, 32, 64, 128, 256, 256][..])
        );
        assert_eq!((news, trying.since), (1, Some(Timestamp::from_millis(1_000))));
        assert!(now.since(Timestamp::from_millis(0)) > Duration::from_secs(28 * 24 * 3600));
        let limited = Fault {
            code: FaultCode::RateLimited,
            retry_after: Some(Duration::from_secs(3_000)),
        };
        assert!(failed(&mut trying, limited, now, false));
        assert_eq!(trying.next_at.since(now), Duration::from_secs(3_000));
        assert_eq!(trying.since, Some(Timestamp::from_millis(1_000)));
        // It answers, and does not do it: that began now.
        assert!(failed(&mut trying, FaultCode::InUse.into(), now, false));
        assert_eq!(trying.since, Some(now));
    }
}
