//! An account is taken away: disabled, cleaned up, looked for again. Each step is written down before the next one begins.

use super::told;
use crate::{
    app::Shared,
    http::Refusal,
    operations::offboarding::case::{effect_of, settle},
    sequencer::job,
};
use claviger_connectors::{Connector, Fault, FaultCode, Removal};
use claviger_model::{
    connected::{AccountState, CaseAccount, Presence, Trying},
    ids::CaseId,
    offboarding::EffectKind,
    principal::PrincipalState,
};

/// What a system did.
#[derive(Debug, Clone, Copy)]
enum Did {
    Disabled,
    Removed(Option<FaultCode>),
    Verified(Presence),
}

/// Goes on with an account until it is settled or something fails.
///
/// # Errors
/// The outer one when the tables cannot be read or written, the inner one when the system did not do it.
pub(super) async fn act(app: &Shared, row: &CaseAccount) -> Result<Result<(), Fault>, Refusal> {
    let Some(system) = app.systems.get(&row.system) else {
        return Ok(Err(FaultCode::NotConfigured.into()));
    };
    let mut row = row.clone();
    while !row.state.is_settled() {
        if is_back(app, row.case).await? {
            return Ok(Err(FaultCode::CameBack.into()));
        }
        let did = match next(&*system.connector, &row).await {
            Ok(did) => did,
            Err(fault) => return Ok(Err(fault)),
        };
        match write(app, &row, did).await? {
            Some(written) => row = written,
            None => break,
        }
    }
    Ok(Ok(()))
}

/// Whether somebody works here again. Their accounts may be new ones then: nothing is done to them before an Owner accepts that they
/// stay, or the person leaves once more.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn is_back(app: &Shared, case: CaseId) -> Result<bool, Refusal> {
    let mut reader = app.store.reader().await?;
    let Some(case) = reader.case(case).await? else {
        return Ok(false);
    };
    let person = reader.principal(case.person).await?;
    Ok(person.is_some_and(|person| person.state == PrincipalState::Active))
}

async fn next(connector: &dyn Connector, row: &CaseAccount) -> Result<Did, Fault> {
    if row.account.places.is_empty() {
        // The list names it, and it was nowhere when the system was asked.
        return Err(FaultCode::NotThere.into());
    }
    match row.state {
        AccountState::Found => connector.disable(&row.account).await.map(|()| Did::Disabled),
        AccountState::Disabled => Ok(match connector.remove(&row.account).await? {
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
            let same = found.filter(|now| now.state == was.state && now.trying == was.trying);
            let (Some(case), Some(mut account)) = (case, same) else {
                return Ok(None);
            };
            let now = change.now();
            // What failed before is forgotten only when all of it is done: an account that comes back each time rests longer.
            account.trying.next_at = now;
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
            told(change, &case, &account, state);
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
