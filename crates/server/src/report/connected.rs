//! Accounts in connected systems: what a report says of them, drawn, and beside what the log says.

use super::{
    claims::{Log, label},
    format::moment,
};
use crate::operations::offboarding::connected::ACCOUNT;
use claviger_ledger::leaf::Leaf;
use claviger_model::{
    connected::{AccountState, AskedState, Presence},
    event::EventKind,
    time::Timestamp,
};
use claviger_protocol::offboarding::{
    connected::{CaseAccountRecord, CaseSystemRecord},
    report::Report,
};
use maud::{Markup, html};

/// Looks for the leaf of each claim; how many there are.
///
/// # Errors
/// The first claim without one, in words.
pub(super) fn proved(report: &Report, log: &Log<'_>) -> Result<usize, String> {
    let leaves = log.of_case(EventKind::OffboardingAccount);
    let mut found = 0;
    for system in &report.case.connected {
        let state = match system.state {
            AskedState::Open => None,
            AskedState::Asked => Some(("asked", system.asked_at)),
            AskedState::Accepted => Some(("accepted", accepted(&system.accepted))),
        };
        if let Some((state, at)) = state {
            let told = |leaf: &&&Leaf| {
                label(leaf, "system") == Some(system.system.as_str())
                    && label(leaf, "id").is_none()
                    && label(leaf, "state") == Some(state)
                    && at == Some(leaf.at)
            };
            if !leaves.iter().any(|leaf| told(&leaf)) {
                return Err(format!("that system {} was asked", system.system));
            }
            found += 1;
        }
        for account in &system.accounts {
            found += of_account(report, &leaves, system, account)?;
        }
    }
    Ok(found)
}

fn of_account(
    report: &Report,
    leaves: &[&Leaf],
    system: &CaseSystemRecord,
    account: &CaseAccountRecord,
) -> Result<usize, String> {
    let id = format!("account-{}", account.id);
    let verified = match account.left {
        Some(Presence::Gone) => "verified-gone",
        _ => "verified-disabled",
    };
    let claims: [(&str, Option<Timestamp>); 5] = [
        ("found", Some(account.found_at)),
        ("disabled", account.disabled_at),
        ("removed", account.removed_at),
        (verified, account.verified_at),
        ("accepted", accepted(&account.accepted)),
    ];
    // What is settled has to say how.
    let settled = match account.state {
        AccountState::Verified => account.verified_at.is_some() && account.left != Some(Presence::There),
        AccountState::Accepted => account.accepted.is_some(),
        _ => true,
    };
    if !settled {
        return Err(format!("what became of account {}", account.id));
    }
    for (state, at) in claims {
        let Some(at) = at else { continue };
        let told = |leaf: &&&Leaf| {
            label(leaf, "id") == Some(&id)
                && label(leaf, "system") == Some(system.system.as_str())
                && label(leaf, "state") == Some(state)
                && leaf.at == at
        };
        let Some(leaf) = leaves.iter().find(told) else {
            return Err(format!("that account {} was {state}", account.id));
        };
        if !is_called(report, leaf, account) {
            return Err(format!("what account {} is called", account.id));
        }
    }
    Ok(1)
}

/// The account's name is the one that the leaf commits to, unless that was erased.
fn is_called(report: &Report, leaf: &Leaf, account: &CaseAccountRecord) -> bool {
    let entry = report
        .history
        .iter()
        .find(|entry| Leaf::parse(&entry.leaf.0).is_ok_and(|other| other.event == leaf.event));
    let told = entry.and_then(|entry| entry.openings.iter().find(|opening| opening.field == ACCOUNT));
    told.is_none_or(|opening| opening.value == account.account.name.as_str())
}

fn accepted(accepted: &Option<claviger_model::connected::AcceptedAs>) -> Option<Timestamp> {
    accepted.as_ref().map(|accepted| accepted.at)
}

/// The section of the page.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Connected systems" }
            @if report.case.connected.is_empty() {
                p.none { "None was connected." }
            } @else {
                p { "“Gone” and “of no use” are what the system itself said when it was asked again afterwards." }
                table {
                    thead { tr { th { "System" } th { "Account" } th { "Found" } th { "Of no use from" } th { "Looked for again" } th { "What became of it" } } }
                    tbody {
                        @for system in &report.case.connected {
                            @if system.accounts.is_empty() { (bare(system)) }
                            @for account in &system.accounts { (line(system, account)) }
                        }
                    }
                }
            }
        }
    }
}

fn bare(system: &CaseSystemRecord) -> Markup {
    html! {
        tr {
            td { (system.system.as_str()) }
            td { "–" }
            td { (at(system.asked_at)) }
            td { "–" }
            td { "–" }
            td {
                @match (system.state, &system.accepted) {
                    (AskedState::Asked, _) => "no account was found",
                    (AskedState::Accepted, Some(accepted)) => { "accepted " (moment(accepted.at)) ", without being asked: “" (accepted.reason) "”" },
                    _ => strong { "not asked" @if let Some(said) = &system.trying.said { ": " (said) } },
                }
            }
        }
    }
}

fn line(system: &CaseSystemRecord, account: &CaseAccountRecord) -> Markup {
    html! {
        tr {
            td { (system.system.as_str()) }
            td.path { (account.account.name.as_str()) }
            td { (moment(account.found_at)) }
            td { (at(account.disabled_at)) }
            td { (at(account.verified_at)) }
            td {
                @match (account.state, account.left, &account.accepted) {
                    (AccountState::Verified, Some(Presence::Gone), _) => "gone",
                    (AccountState::Verified, _, _) => {
                        "of no use, and not removed"
                        @if let Some(kept) = &account.kept { ": " (kept) }
                    },
                    (AccountState::Accepted, _, Some(accepted)) => {
                        @match account.removed_at.or(account.disabled_at).filter(|at| *at >= accepted.at) {
                            Some(_) if account.removed_at.is_some() => strong { "removed at the moment at which it was accepted " },
                            Some(_) => strong { "of no use from the moment at which it was accepted " },
                            None => "stays, accepted ",
                        }
                        (moment(accepted.at)) ": “" (accepted.reason) "”"
                    },
                    _ => strong { "not verified" @if let Some(said) = &account.trying.said { ": " (said) } },
                }
            }
        }
    }
}

fn at(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "not yet".to_owned(), moment)
}
