//! What a report claims, beside what the log says.

use super::{connected, whole};
use crate::operations::offboarding::case::{AS_HEIR, MEMBER_ADDED, MEMBER_LEFT, NOBODY_LEFT};
use claviger_ledger::leaf::{Fact, Leaf, Outcome, REASON};
use claviger_model::{
    blast::How,
    event::EventKind,
    ids::{
        AccountId, DeviceId, EmergencyId, GrantId, KeyId, OrderId, PrincipalId, ProposalId, RequestId,
        SecretId, SessionId,
    },
    offboarding::{CaseState, EffectKind, RotationState},
};
use claviger_protocol::{
    offboarding::{
        cases::CaseDeviceRecord,
        report::{EffectLine, Report},
    },
    wire::Bytes,
};

/// The leaves of a report, parsed and proved to be in the log.
#[derive(Debug)]
pub struct Leaves {
    /// Those that concern the person since the case was opened.
    pub history: Vec<Leaf>,
    /// Those by which values came.
    pub reads: Vec<Leaf>,
}

/// How many claims have a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proved {
    /// Leaves about the person, without a hole.
    pub leaves: usize,
    /// Things that were taken away.
    pub effects: usize,
    /// Devices that were ordered to destroy everything.
    pub devices: usize,
    /// Those of them whose signed word is there.
    pub acknowledged: usize,
    /// Values that changed or were accepted.
    pub settled: usize,
    /// Accounts in connected systems that are gone, of no use or accepted, and systems that told.
    pub accounts: usize,
    /// Reads.
    pub reads: usize,
}

/// Looks for the leaf of each claim.
///
/// # Errors
/// The first claim without one, in words.
pub fn proved(report: &Report, leaves: &Leaves) -> Result<Proved, String> {
    let case = &report.case;
    let log = Log {
        leaves: &leaves.history,
        case: format!("case-{}", case.id),
    };
    let begun = case.begun.as_ref().ok_or("it says nothing of when it began")?;
    let opened = log.of_case(EventKind::OffboardingOpened);
    let opened = opened
        .iter()
        .find(|leaf| leaf.at == case.opened_at && leaf.actor.map(|actor| actor.principal) == case.opened_by);
    let opened = opened.ok_or("who opened the case, and when")?;
    reason(report, opened)?;
    let began = log.of_case(EventKind::OffboardingBegun);
    if !began.iter().any(|leaf| leaf.at == begun.at) {
        return Err("when everything was refused from".to_owned());
    }
    if case.state == CaseState::Done {
        let at = case.closed.as_ref().map(|closed| closed.at);
        let done = log.of_case(EventKind::OffboardingDone);
        if !done.iter().any(|leaf| Some(leaf.at) == at) {
            return Err("that the case is done".to_owned());
        }
    }
    let mut found = Proved {
        leaves: leaves.history.len(),
        ..Proved::default()
    };
    for effect in &report.effects {
        log.tells(effect, &case.devices)?;
        found.effects += 1;
    }
    for device in &case.devices {
        let order = Some(device.order);
        if !log.any(EventKind::OrderIssued, |leaf| leaf.object.order == order)
            && device.ordered_at >= case.opened_at
        {
            return Err(format!("the order to device {}", device.device));
        }
        found.devices += 1;
        if let Some(at) = device.acknowledged_at {
            let told = |leaf: &Leaf| leaf.object.order == order && leaf.at == at;
            if !log.any(EventKind::OrderAcknowledged, told) {
                return Err(format!("the word of device {}", device.device));
            }
            found.acknowledged += 1;
        }
    }
    found.settled = settled(report, &log)?;
    found.accounts = connected::proved(report, &log)?;
    found.reads = reads(report, leaves)?;
    whole::nothing_is_left_out(report, &log)?;
    Ok(found)
}

/// The reason of the case is the one that the leaf commits to, unless it was erased.
fn reason(report: &Report, opened: &Leaf) -> Result<(), String> {
    let entry = report
        .history
        .iter()
        .find(|entry| Leaf::parse(&entry.leaf.0).is_ok_and(|leaf| leaf.event == opened.event));
    let told = entry.and_then(|entry| entry.openings.iter().find(|opening| opening.field == REASON));
    match told {
        Some(opening) if opening.value != report.case.reason => Err("why the case was opened".to_owned()),
        _ => Ok(()),
    }
}

fn settled(report: &Report, log: &Log<'_>) -> Result<usize, String> {
    let mut found = 0;
    for rotation in &report.rotations {
        let state = match rotation.state {
            RotationState::Open => continue,
            RotationState::Changed => "changed",
            RotationState::Accepted => "accepted",
            RotationState::Gone => "gone",
        };
        let told = |leaf: &&&Leaf| {
            leaf.object.secret == Some(rotation.secret)
                && label(leaf, "state") == Some(state)
                && rotation.settled.as_ref().map(|settled| settled.at) == Some(leaf.at)
        };
        let leaves = log.of_case(EventKind::OffboardingRotationSettled);
        if !leaves.iter().any(|leaf| told(&leaf)) {
            return Err(format!("what became of the value of secret {}", rotation.secret));
        }
        found += 1;
    }
    Ok(found)
}

/// Every read in the report is a release of a value that the report lists, to this person.
fn reads(report: &Report, leaves: &Leaves) -> Result<usize, String> {
    for leaf in &leaves.reads {
        let listed = report.rotations.iter().any(|rotation| {
            leaf.object.secret == Some(rotation.secret) && leaf.object.version == Some(rotation.version)
        });
        let read = leaf.kind.as_kind().and_then(How::of).is_some();
        if !(listed && read && leaf.outcome == Outcome::Allowed) {
            return Err(format!("that event {} is a read of a listed value", leaf.event));
        }
    }
    Ok(leaves.reads.len())
}

/// The leaves about the person, and the case.
pub(super) struct Log<'a> {
    leaves: &'a [Leaf],
    case: String,
}

impl<'a> Log<'a> {
    fn any(&self, kind: EventKind, fits: impl Fn(&Leaf) -> bool) -> bool {
        self.leaves
            .iter()
            .any(|leaf| leaf.kind.as_kind() == Some(kind) && leaf.outcome == Outcome::Allowed && fits(leaf))
    }

    pub(super) fn of_case(&self, kind: EventKind) -> Vec<&'a Leaf> {
        self.all_of_case()
            .filter(|leaf| leaf.kind.as_kind() == Some(kind))
            .collect()
    }

    /// Whether a leaf tells of something that was done, at that moment.
    fn tells(&self, effect: &EffectLine, devices: &[CaseDeviceRecord]) -> Result<(), String> {
        let id = effect
            .object
            .array::<16>()
            .ok_or("an effect on something without an id")?;
        let told = self
            .leaves
            .iter()
            .any(|leaf| leaf.at == effect.at && is_of(leaf, effect));
        let told = match effect.kind {
            EffectKind::Device => {
                let order = effect.detail.as_ref().and_then(Bytes::array);
                let line = (DeviceId::from_bytes(id), order.map(OrderId::from_bytes));
                // One that was ending already has no leaf of this case; its signed order was checked before.
                let before = !self.leaves.iter().any(|leaf| is_of(leaf, effect));
                devices
                    .iter()
                    .any(|device| (device.device, Some(device.order)) == line)
                    && (told || before)
            }
            _ => told,
        };
        if told {
            Ok(())
        } else {
            Err(format!("that {} was taken away", name(effect.kind)))
        }
    }

    /// Everything that the log says of the case.
    pub(super) fn all_of_case(&self) -> impl Iterator<Item = &'a Leaf> {
        let of = |leaf: &&Leaf| leaf.outcome == Outcome::Allowed && label(leaf, "case") == Some(&self.case);
        self.leaves.iter().filter(of)
    }
}

/// Whether a leaf is about the thing that an effect took away, and says that it went, whenever that was.
pub(super) fn is_of(leaf: &Leaf, effect: &EffectLine) -> bool {
    let Some(id) = effect.object.array::<16>() else {
        return false;
    };
    let is = |kind| leaf.kind.as_kind() == Some(kind) && leaf.outcome == Outcome::Allowed;
    let object = &leaf.object;
    match effect.kind {
        EffectKind::Session => {
            is(EventKind::SessionEnded) && object.session == Some(SessionId::from_bytes(id))
        }
        EffectKind::ServiceKey => is(EventKind::ServiceKeyEnded) && object.key == Some(KeyId::from_bytes(id)),
        EffectKind::Device => is(EventKind::DeviceChanged) && object.device == Some(DeviceId::from_bytes(id)),
        EffectKind::Grant => is(EventKind::GrantEnded) && object.grant == Some(GrantId::from_bytes(id)),
        EffectKind::LocalTeam | EffectKind::ProviderTeam => is_team(leaf, id, MEMBER_LEFT),
        EffectKind::TeamLeft => is_team(leaf, id, NOBODY_LEFT),
        EffectKind::HeirTeam => is_team(leaf, id, MEMBER_ADDED) && label(leaf, "as") == Some(AS_HEIR),
        EffectKind::Request => {
            is(EventKind::RequestAnswered) && object.request == Some(RequestId::from_bytes(id))
        }
        EffectKind::SecretOwner => {
            is(EventKind::SecretEdited) && object.secret == Some(SecretId::from_bytes(id))
        }
        EffectKind::Approval => {
            is(EventKind::RequestAnswered)
                && object.request == Some(RequestId::from_bytes(id))
                && label(leaf, "state") == Some("approval-withdrawn")
        }
        EffectKind::EmergencyRight => {
            let right = format!("right-{}", EmergencyId::from_bytes(id));
            is(EventKind::EmergencyEnded) && label(leaf, "right") == Some(&right)
        }
        EffectKind::ConnectedAccount => {
            let account = format!("account-{}", AccountId::from_bytes(id));
            is(EventKind::OffboardingAccount)
                && label(leaf, "id") == Some(&account)
                && matches!(label(leaf, "state"), Some("verified-gone" | "verified-disabled"))
        }
        EffectKind::Proposal => {
            let proposal = format!("proposal-{}", ProposalId::from_bytes(id));
            is(EventKind::ProposalAnswered) && label(leaf, "proposal") == Some(&proposal)
        }
    }
}

/// Whether a leaf tells of this change of a team.
fn is_team(leaf: &Leaf, team: [u8; 16], change: &str) -> bool {
    leaf.kind.as_kind() == Some(EventKind::TeamChanged)
        && leaf.outcome == Outcome::Allowed
        && leaf.object.principal == Some(PrincipalId::from_bytes(team))
        && label(leaf, "change") == Some(change)
}

pub(super) fn number(leaf: &Leaf, name: &str) -> Option<i64> {
    let (_, fact) = leaf.facts.iter().find(|(field, _)| field.as_str() == name)?;
    match fact {
        Fact::Number(number) => Some(*number),
        Fact::Flag(_) | Fact::Label(_) => None,
    }
}

pub(super) fn label<'a>(leaf: &'a Leaf, name: &str) -> Option<&'a str> {
    let (_, fact) = leaf.facts.iter().find(|(field, _)| field.as_str() == name)?;
    match fact {
        Fact::Label(label) => Some(label.as_str()),
        Fact::Flag(_) | Fact::Number(_) => None,
    }
}

/// In words, one of them.
pub const fn name(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Session => "a session",
        EffectKind::ServiceKey => "a key of a service",
        EffectKind::Device => "a device",
        EffectKind::Grant => "a grant",
        EffectKind::EmergencyRight => "a right to emergency access",
        EffectKind::LocalTeam => "a place in a team",
        EffectKind::ProviderTeam => "a place in a team of the identity provider",
        EffectKind::HeirTeam => "a place in a team for the heir",
        EffectKind::TeamLeft => "the last one in a team",
        EffectKind::Request => "a request",
        EffectKind::Approval => "an approval",
        EffectKind::Proposal => "a proposal",
        EffectKind::SecretOwner => "the ownership of a secret",
        EffectKind::ConnectedAccount => "an account in a connected system",
    }
}
