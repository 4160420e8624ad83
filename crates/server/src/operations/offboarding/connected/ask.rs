//! A system is asked which accounts a leaver has there; what it tells is written down before anything is done to it.

use super::{act::is_away, of_account_itself, of_system, silence};
use crate::{
    app::Shared,
    connected::rules::Known,
    http::Refusal,
    operations::offboarding::case::{count_of, settle},
    sequencer::job,
};
use claviger_connectors::{Fault, FaultCode};
use claviger_model::{
    connected::{Account, AccountState, AskedState, CaseAccount, CaseSystem, Trying},
    event::EventKind,
    ids::AccountId,
};
use std::time::Duration;
use tokio::time::Instant;

/// Nobody waits longer for the names of teams, by which nothing is decided.
const FOR_TEAMS: Duration = Duration::from_secs(3);

/// Asks and writes down.
///
/// # Errors
/// The outer one when the tables cannot be read or written, the inner one when the system did not tell.
pub(super) async fn ask(app: &Shared, row: &CaseSystem) -> Result<Result<(), Fault>, Refusal> {
    let Some(system) = app.systems.get(&row.system) else {
        return Ok(Err(FaultCode::NotConfigured.into()));
    };
    if !is_away(app, row.case).await? {
        return Ok(Err(FaultCode::CameBack.into()));
    }
    let mut reader = app.store.reader().await?;
    let Some(case) = reader.case(row.case).await? else {
        return Ok(Ok(()));
    };
    let known = Known::since(&mut *reader, &case).await?;
    drop(reader);
    match system.accounts_of(&known).await {
        Ok(mut found) => {
            system.name_teams(&mut found, Instant::now() + FOR_TEAMS).await;
            write(app, row, found).await.map(Ok)
        }
        Err(fault) => Ok(Err(fault)),
    }
}

async fn write(app: &Shared, row: &CaseSystem, found: Vec<Account>) -> Result<(), Refusal> {
    let row = row.clone();
    let written = job::<(), _>(move |change| {
        Box::pin(async move {
            let Some(case) = change.db().case(row.case).await? else {
                return Ok(());
            };
            let before = change.db().case_system(row.case, &row.system).await?;
            let Some(mut system) = before.filter(|system| system.state == AskedState::Open) else {
                return Ok(());
            };
            let now = change.now();
            let event = change.own_event(EventKind::OffboardingAccount);
            let event = of_system(event, &case, &row.system, "asked");
            let event = count_of(event, "accounts", found.len());
            change.record(silence::answered(event, &system.trying, true, now));
            for account in found {
                let account = CaseAccount {
                    id: AccountId::random(&*change.entropy()),
                    case: row.case,
                    system: row.system.clone(),
                    account,
                    state: AccountState::Found,
                    left: None,
                    kept: None,
                    trying: Trying {
                        next_at: now,
                        ..Trying::default()
                    },
                    found_at: now,
                    disabled_at: None,
                    removed_at: None,
                    verified_at: None,
                    accepted: None,
                };
                if change.db().insert_case_account(&account).await? {
                    let event = of_account_itself(change, &case, &account, "found");
                    change.record(event);
                }
            }
            system.state = AskedState::Asked;
            system.asked_at = Some(now);
            system.trying = Trying {
                next_at: now,
                ..Trying::default()
            };
            change.db().update_case_system(&system).await?;
            settle::settle(change, case).await
        })
    });
    app.sequencer.change(written).await
}
