//! An account is taken away: disabled, cleaned up, looked for again. Each step is written down before the next one begins.

use super::{of_account_itself, round::Round, silence};
use crate::{
    app::Shared,
    connected::System,
    http::Refusal,
    operations::offboarding::case::{effect_of, settle},
    sequencer::{Change, Stop, job},
};
use async_trait::async_trait;
use claviger_connectors::{Connector, Fault, FaultCode, GoOn, Removal};
use claviger_model::{
    connected::{AccountState, CaseAccount, Presence, Trying},
    ids::CaseId,
    offboarding::{Case, EffectKind},
    principal::PrincipalState,
};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// What a system did.
#[derive(Debug, Clone, Copy)]
enum Did {
    Disabled,
    Removed(Option<FaultCode>),
    Verified(Presence),
}

/// Goes on with an account: where it can be used, until it cannot; else until it is settled or something fails.
///
/// # Errors
/// The outer one when the tables cannot be read or written, the inner one when the system did not do it.
pub(super) async fn act(
    app: &Shared,
    round: &mut Round<'_>,
    row: &CaseAccount,
) -> Result<Result<(), Fault>, Refusal> {
    let Some(system) = app.systems.get(&row.system) else {
        return Ok(Err(FaultCode::NotConfigured.into()));
    };
    let mut row = row.clone();
    while !row.state.is_settled() {
        let was = row.state;
        if let Some(why) = untouchable(app, round, system, &row).await? {
            return Ok(Err(why.into()));
        }
        let go = StillAway::of(app, row.case);
        let did = next(&*system.connector, &row, &go).await;
        go.asked()?;
        let did = match did {
            Ok(did) => did,
            Err(fault) => return Ok(Err(fault)),
        };
        match write(app, &row, did).await? {
            Some(written) => row = written,
            None => break,
        }
        if was == AccountState::Found {
            break;
        }
    }
    Ok(Ok(()))
}

/// Why nothing may be done to an account now. Looking at what is left of it is no deed.
async fn untouchable(
    app: &Shared,
    round: &mut Round<'_>,
    system: &System,
    row: &CaseAccount,
) -> Result<Option<FaultCode>, Refusal> {
    if !is_away(app, row.case).await? {
        return Ok(Some(FaultCode::CameBack));
    }
    if !matches!(row.state, AccountState::Found | AccountState::Disabled) {
        return Ok(None);
    }
    let Some(case) = app.store.reader().await?.case(row.case).await? else {
        return Ok(None);
    };
    let of_another = round
        .is_of_another(system, &row.account.name, case.person)
        .await?;
    Ok(of_another.then_some(FaultCode::Ambiguous))
}

/// Whether the leaver is still away. Accounts of somebody who works here again, or may in a moment since a second case of theirs waits
/// for a second pair of eyes, may be new ones: nothing is done to them before an Owner accepts that they stay, or the person leaves
/// once more.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn is_away(app: &Shared, case: CaseId) -> Result<bool, Refusal> {
    let mut reader = app.store.reader().await?;
    let Some(case) = reader.case(case).await? else {
        return Ok(true);
    };
    let person = reader.principal(case.person).await?;
    Ok(person.is_none_or(|person| person.state == PrincipalState::Disabled))
}

/// Lets a connector change something as long as the leaver is away.
struct StillAway<'a> {
    app: &'a Shared,
    case: CaseId,
    /// Whether a call was let through: what it changed is changed.
    begun: AtomicBool,
    /// That it could not be known.
    failed: Mutex<Option<Refusal>>,
}

impl<'a> StillAway<'a> {
    const fn of(app: &'a Shared, case: CaseId) -> Self {
        Self {
            app,
            case,
            begun: AtomicBool::new(false),
            failed: Mutex::new(None),
        }
    }

    /// Whether it could be asked each time.
    fn asked(self) -> Result<(), Refusal> {
        let failed = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), Err)
    }
}

#[async_trait]
impl GoOn for StillAway<'_> {
    async fn go_on(&self) -> Result<(), Fault> {
        match is_away(self.app, self.case).await {
            Ok(true) => {
                self.begun.store(true, Ordering::Relaxed);
                Ok(())
            }
            Ok(false) if self.begun.load(Ordering::Relaxed) => Err(FaultCode::CutShort.into()),
            Ok(false) => Err(FaultCode::CameBack.into()),
            Err(refusal) => {
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                Err(FaultCode::Unreachable.into())
            }
        }
    }
}

async fn next(connector: &dyn Connector, row: &CaseAccount, go: &dyn GoOn) -> Result<Did, Fault> {
    if row.account.places.is_empty() {
        // The list names it, and it was nowhere when the system was asked.
        return Err(FaultCode::NotThere.into());
    }
    match row.state {
        AccountState::Found => connector.disable(&row.account, go).await.map(|()| Did::Disabled),
        AccountState::Disabled => Ok(match connector.remove(&row.account, go).await? {
            Removal::Removed => Did::Removed(None),
            Removal::Kept(why) => Did::Removed(Some(why)),
        }),
        _ => match (connector.verify(&row.account).await?, &row.kept) {
            (Presence::There, _) | (Presence::Disabled, None) => Err(FaultCode::StillThere.into()),
            (left, _) => Ok(Did::Verified(left)),
        },
    }
}

/// Writes down what was done, if the account still stands as it was; else nothing, since somebody else went on with it.
async fn write(app: &Shared, row: &CaseAccount, did: Did) -> Result<Option<CaseAccount>, Refusal> {
    let was = row.clone();
    let written = job::<Option<CaseAccount>, _>(move |change| {
        Box::pin(async move {
            let case = change.db().case(was.case).await?;
            let found = change.db().case_account(was.id).await?;
            let (Some(case), Some(mut account)) = (case, found) else {
                return Ok(None);
            };
            if account.state == AccountState::Accepted {
                too_late(change, &case, account, did).await?;
                return Ok(None);
            }
            if account.state != was.state || account.trying != was.trying {
                return Ok(None);
            }
            let now = change.now();
            account.trying = silence::after(&was.trying, now);
            let state = match did {
                Did::Disabled => {
                    account.state = AccountState::Disabled;
                    account.disabled_at = Some(now);
                    "disabled"
                }
                Did::Removed(kept) => {
                    account.state = AccountState::Removed;
                    account.kept = kept.map(|code| code.as_str().to_owned());
                    // What stays was not removed, and is never said to be.
                    account.removed_at = kept.is_none().then_some(now);
                    if kept.is_none() { "removed" } else { "kept" }
                }
                Did::Verified(left) => {
                    account.state = AccountState::Verified;
                    account.left = Some(left);
                    account.verified_at = Some(now);
                    account.trying = Trying {
                        next_at: now,
                        ..Trying::default()
                    };
                    match left {
                        Presence::Gone => "verified-gone",
                        _ => "verified-disabled",
                    }
                }
            };
            change.db().update_case_account(&account).await?;
            let event = of_account_itself(change, &case, &account, state);
            change.record(silence::answered(event, &was.trying, false, now));
            if account.state == AccountState::Verified {
                let effect = effect_of(&case, EffectKind::ConnectedAccount, *account.id.as_bytes(), now);
                change.db().insert_effects(&[effect]).await?;
                settle::settle(change, case).await?;
            }
            Ok(Some(account))
        })
    });
    app.sequencer.change(written).await
}

/// An Owner accepted that an account stays while it was being taken away: what was done to it is told all the same.
async fn too_late(change: &mut Change, case: &Case, mut account: CaseAccount, did: Did) -> Result<(), Stop> {
    let now = change.now();
    let state = match did {
        Did::Disabled if account.disabled_at.is_none() => {
            account.disabled_at = Some(now);
            "disabled"
        }
        Did::Removed(None) if account.removed_at.is_none() => {
            account.removed_at = Some(now);
            "removed"
        }
        _ => return Ok(()),
    };
    change.db().update_case_account(&account).await?;
    let event = of_account_itself(change, case, &account, state);
    change.record(event);
    Ok(())
}
