//! Offboarding: what waits for a second pair of eyes, what keeps failing, what is done, and the rotations that a case asks for.

use super::Done;
use crate::telling::{Ground, found::Found, leavers};
use claviger_model::{
    event::EventKind,
    ids::CaseId,
    notice::NoticeKind,
    offboarding::{Rotation, RotationState, StepKind, StepState},
};
use claviger_storage::{StorageError, requests::Request};

/// After so many tries of a step somebody has to look at it.
pub const TRIES: u32 = 5;
/// Rotations of one read.
const ROWS: u32 = 1_000;

/// Whatever happens with a case.
///
/// # Errors
/// When the tables cannot be read.
pub async fn happened(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let Some(case) = case_of(event) else {
        return Ok(());
    };
    match event.kind {
        EventKind::PrincipalChanged if event.label("brake").is_some() => {
            tell(ground, event, NoticeKind::CaseBraked, found).await
        }
        // Let go on or called off: it waits for nobody any more.
        EventKind::OffboardingAnswered | EventKind::OffboardingBegun => {
            found.settle(event.settles(*case.as_bytes(), None, None));
            Ok(())
        }
        EventKind::OffboardingStepFailed => failed(ground, event, case, found).await,
        EventKind::OffboardingStepDone if event.label("step") == Some(StepKind::Rotations.code()) => {
            let rotations = open_rotations(ground, case).await?;
            let news = (
                NoticeKind::RotationNeeded,
                event.leaf.at,
                event.leaf.event.as_bytes().as_slice(),
            );
            leavers::tell(ground, news, &rotations, found).await
        }
        EventKind::OffboardingStepDone if event.label("step") == Some(StepKind::Teams.code()) => {
            let left = ground.reader.teams_left(case, ROWS).await?.len();
            if left == 0 {
                return Ok(());
            }
            let mut news = event.news(NoticeKind::TeamsLeft);
            news.about.count = u32::try_from(left).ok();
            conducting(ground, event, case, news, found).await
        }
        EventKind::OffboardingDone => tell(ground, event, NoticeKind::CaseDone, found).await,
        _ => Ok(()),
    }
}

/// A request that a case made after its rotations had been told of: a value came back that the person holds. Those before are told
/// together, when all of them are queued.
///
/// # Errors
/// When the tables cannot be read.
pub async fn requested(
    ground: &mut Ground<'_>,
    event: &Done,
    rotation: Rotation,
    found: &mut Found,
) -> Result<(), StorageError> {
    let steps = ground.reader.case_steps(rotation.case).await?;
    let told_at = steps
        .iter()
        .find(|step| step.kind == StepKind::Rotations)
        .and_then(|step| step.done_at);
    let together = event.kind == EventKind::RequestMade && told_at.is_none_or(|told| event.leaf.at <= told);
    if together || rotation.state != RotationState::Open {
        return Ok(());
    }
    let news = (
        NoticeKind::RotationNeeded,
        event.leaf.at,
        event.leaf.event.as_bytes().as_slice(),
    );
    leavers::tell(ground, news, &[rotation], found).await
}

/// The rotation of a case that a request asks for; none for requests of people and after an emergency.
///
/// # Errors
/// When the tables cannot be read.
pub async fn rotation_of(
    ground: &mut Ground<'_>,
    request: &Request,
) -> Result<Option<Rotation>, StorageError> {
    ground.reader.rotation_asked_by(request.id).await
}

/// Once for each step and each code that it fails with.
async fn failed(
    ground: &mut Ground<'_>,
    event: &Done,
    case: CaseId,
    found: &mut Found,
) -> Result<(), StorageError> {
    let (Some(step), Some(said)) = (event.label("step"), event.label("said")) else {
        return Ok(());
    };
    let steps = ground.reader.case_steps(case).await?;
    let fails = steps.iter().any(|one| {
        one.kind.code() == step
            && one.state == StepState::Failing
            && one.attempts >= TRIES
            && one.said == said
    });
    if !fails {
        return Ok(());
    }
    let mut news = event.news(NoticeKind::CaseFailing);
    news.source = [case.as_bytes().as_slice(), step.as_bytes(), b"/", said.as_bytes()].concat();
    conducting(ground, event, case, news, found).await
}

async fn tell(
    ground: &mut Ground<'_>,
    event: &Done,
    kind: NoticeKind,
    found: &mut Found,
) -> Result<(), StorageError> {
    match case_of(event) {
        Some(case) => conducting(ground, event, case, event.news(kind), found).await,
        None => Ok(()),
    }
}

/// Everybody who conducts offboarding, but who leaves.
async fn conducting(
    ground: &mut Ground<'_>,
    event: &Done,
    case: CaseId,
    mut news: crate::telling::found::News,
    found: &mut Found,
) -> Result<(), StorageError> {
    let leaver = event.leaf.object.principal;
    (news.about.case, news.about.of) = (Some(case), leaver);
    let mut people = ground.conducting().await?;
    people.retain(|person| Some(*person) != leaver);
    found.tell_all(&news, people);
    Ok(())
}

async fn open_rotations(ground: &mut Ground<'_>, case: CaseId) -> Result<Vec<Rotation>, StorageError> {
    let (mut open, mut after) = (Vec::new(), None);
    loop {
        let page = ground.reader.case_rotations(case, after, ROWS).await?;
        let full = page.len() >= ROWS as usize;
        after = page.last().map(|last| (last.risk.number(), last.secret));
        open.extend(page.into_iter().filter(|one| one.state == RotationState::Open));
        if !full {
            return Ok(open);
        }
    }
}

/// The case that an event names.
pub(super) fn case_of(event: &Done) -> Option<CaseId> {
    event.label("case")?.strip_prefix("case-")?.parse().ok()
}
