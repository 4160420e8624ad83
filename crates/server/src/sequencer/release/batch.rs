//! One transaction for all calls that wait: read, judge, use their proofs, append, commit.

use super::{
    Call, Committed,
    judge::{Judged, Verdict, judge},
    read::{Reads, read},
    reply::{Ask, Pending, answer, fail},
};
use crate::{
    events::Event,
    sequencer::{
        Desk,
        change::{proof_use, who_of},
    },
};
use claviger_model::event::EventKind;
use claviger_protocol::problem::Code;
use claviger_storage::{
    Locked, StorageError,
    log::{Appended, Draft, Opening},
};
use std::sync::Arc;

/// Settles all calls that wait, and answers each of them.
pub(in crate::sequencer) async fn run(desk: &Desk, asks: Vec<Ask>) {
    let (calls, replies): (Vec<_>, Vec<_>) = asks.into_iter().map(|ask| (ask.call, ask.reply)).unzip();
    match settle(desk, calls).await {
        Ok((pending, commit)) => answer(pending, commit.as_ref(), replies),
        Err(error) => fail(error, replies),
    }
}

async fn settle(
    desk: &Desk,
    calls: Vec<Call>,
) -> Result<(Vec<Pending>, Option<Arc<Committed>>), StorageError> {
    let mut locked = desk.store.locked().await?;
    let reads = read(&mut *locked, &calls).await?;
    desk.entitlements.saw(reads.number);
    let mut verdicts = Vec::with_capacity(calls.len());
    for call in &calls {
        verdicts.push(judge(desk, &mut *locked, &reads, call).await?);
    }
    use_proofs(desk, &mut *locked, &reads, &calls, &mut verdicts).await?;

    let (mut pending, mut drafts, mut openings, mut releases) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut record = |event: Event| {
        let draft: Draft = event.into_draft(desk.organization, &*desk.entropy);
        openings.push(draft.openings.clone());
        drafts.push(draft);
        drafts.len() - 1
    };
    for verdict in verdicts {
        pending.push(match verdict {
            Verdict::Moved => Pending::Moved,
            Verdict::Refused(code, event) => {
                record(*event);
                Pending::Refused(code)
            }
            Verdict::Items(items) => Pending::Items(
                items
                    .into_iter()
                    .map(|item| match item {
                        Judged::Released(event, release) => {
                            releases.push(release);
                            Ok(record(*event))
                        }
                        Judged::Refused(event, problem) => {
                            record(*event);
                            Err(problem)
                        }
                    })
                    .collect(),
            ),
        });
    }
    if drafts.is_empty() {
        return Ok((pending, None));
    }
    let appended = locked.append_releases(drafts, &releases, &*desk.signer).await?;
    locked.commit().await?;
    Ok((pending, Some(Arc::new(committed(appended, openings)))))
}

/// Uses the proofs of all calls that are settled now; a call whose proof was used before is refused.
async fn use_proofs(
    desk: &Desk,
    locked: &mut dyn Locked,
    reads: &Reads,
    calls: &[Call],
    verdicts: &mut [Verdict],
) -> Result<(), StorageError> {
    let settled = |verdict: &Verdict| !matches!(verdict, Verdict::Moved);
    let proofs: Vec<_> = calls
        .iter()
        .zip(verdicts.iter())
        .filter(|(_, verdict)| settled(verdict))
        .map(|(call, _)| proof_use(&call.caller.proof))
        .collect();
    if proofs.is_empty() {
        return Ok(());
    }
    let fresh = locked.use_proofs(&proofs).await?;
    let now_settled = calls
        .iter()
        .zip(verdicts.iter_mut())
        .filter(|(_, verdict)| settled(verdict));
    for ((call, verdict), fresh) in now_settled.zip(fresh) {
        if !fresh {
            let who = who_of(&call.caller, reads.contexts.get(&call.caller.session));
            let event = Event::by(who, EventKind::ReplayDetected, &*desk.entropy).refused(Code::ProofReused);
            *verdict = Verdict::Refused(Code::ProofReused, Box::new(event));
        }
    }
    Ok(())
}

fn committed(appended: Appended, openings: Vec<Vec<Opening>>) -> Committed {
    let tiles = appended.tiles.iter();
    let tiles = tiles.map(|tile| (tile.id, tile.hashes.clone())).collect();
    Committed {
        tiles,
        openings,
        appended,
    }
}
