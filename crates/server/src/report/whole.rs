//! What the log says of a case, beside what its report leaves out.

use super::claims::{Log, is_of, label, name, number};
use crate::operations::offboarding::case::{AS_HEIR, MEMBER_ADDED, MEMBER_LEFT, NOBODY_LEFT};
use claviger_ledger::leaf::Leaf;
use claviger_model::{event::EventKind, offboarding::EffectKind};
use claviger_protocol::offboarding::report::{EffectLine, Report};

/// Looks in the report for everything that the log says of the case.
///
/// # Errors
/// The first thing that is not there, in words.
pub(super) fn nothing_is_left_out(report: &Report, log: &Log<'_>) -> Result<(), String> {
    for leaf in log.all_of_case() {
        let Some(kind) = leaf.kind.as_kind() else {
            continue;
        };
        went(report, kind, leaf)?;
        match kind {
            EventKind::OffboardingBegun => counts(report, leaf)?,
            EventKind::OffboardingAccount => account(report, leaf)?,
            EventKind::RequestMade | EventKind::OffboardingRotationSettled => {
                let of_it = |secret| leaf.object.secret == Some(secret);
                if !report.rotations.iter().any(|rotation| of_it(rotation.secret)) {
                    return Err("that no other value had to change".to_owned());
                }
            }
            _ => {}
        }
    }
    let mut ended = of(report, EffectKind::Grant);
    let told = |id: [u8; 16]| report.grants.iter().any(|ended| *ended.grant.id.as_bytes() == id);
    if !ended.all(|effect| effect.object.array().is_some_and(told)) {
        return Err("what each of the ended grants allowed".to_owned());
    }
    Ok(())
}

/// What a leaf says to have gone is listed.
fn went(report: &Report, kind: EventKind, leaf: &Leaf) -> Result<(), String> {
    let gone: &[EffectKind] = match kind {
        EventKind::SessionEnded => &[EffectKind::Session],
        EventKind::ServiceKeyEnded => &[EffectKind::ServiceKey],
        EventKind::DeviceChanged => &[EffectKind::Device],
        EventKind::GrantEnded => &[EffectKind::Grant],
        EventKind::EmergencyEnded => &[EffectKind::EmergencyRight],
        EventKind::SecretEdited => &[EffectKind::SecretOwner],
        EventKind::ProposalAnswered => &[EffectKind::Proposal],
        EventKind::RequestAnswered => &[EffectKind::Request, EffectKind::Approval],
        EventKind::TeamChanged => match label(leaf, "change") {
            Some(MEMBER_LEFT) => &[EffectKind::LocalTeam, EffectKind::ProviderTeam],
            Some(NOBODY_LEFT) => &[EffectKind::TeamLeft],
            Some(MEMBER_ADDED) if label(leaf, "as") == Some(AS_HEIR) => &[EffectKind::HeirTeam],
            // The others tell of a team that was given back.
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let mut listed = gone.iter().flat_map(|kind| of(report, *kind));
    if listed.any(|effect| is_of(leaf, effect)) {
        return Ok(());
    }
    let what = gone.first().map_or("", |kind| name(*kind));
    Err(format!("that nothing else was taken away: {what} is not listed"))
}

/// As many sessions, keys and devices as the leaf says that the case began with.
fn counts(report: &Report, begun: &Leaf) -> Result<(), String> {
    let devices = report.case.devices.len();
    for (field, listed) in [
        ("sessions", of(report, EffectKind::Session).count()),
        ("keys", of(report, EffectKind::ServiceKey).count()),
        ("devices", devices.min(of(report, EffectKind::Device).count())),
    ] {
        if number(begun, field).is_none_or(|said| i64::try_from(listed).is_ok_and(|listed| listed < said)) {
            return Err(format!("that these are all its {field}"));
        }
    }
    Ok(())
}

/// The system, and the account where the leaf is about one.
fn account(report: &Report, leaf: &Leaf) -> Result<(), String> {
    let named = |system: &str| label(leaf, "system") == Some(system);
    let system = report
        .case
        .connected
        .iter()
        .find(|one| named(one.system.as_str()));
    let system = system.ok_or("that no other system was connected")?;
    let Some(id) = label(leaf, "id") else {
        return Ok(());
    };
    let listed = system
        .accounts
        .iter()
        .any(|account| format!("account-{}", account.id) == id);
    if listed {
        Ok(())
    } else {
        Err(format!("that there was no other account in {}", system.system))
    }
}

fn of(report: &Report, kind: EffectKind) -> impl Iterator<Item = &EffectLine> {
    report.effects.iter().filter(move |effect| effect.kind == kind)
}
