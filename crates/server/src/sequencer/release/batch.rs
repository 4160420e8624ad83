//! One transaction for all calls that wait: read, judge, use their proofs, append, commit.

use super::{
    Call, Committed,
    emergency::{self, Read},
    judge::{Judged, Verdict, judge},
    read::{Reads, read},
    reply::{Ask, Pending, answer, fail},
};
use crate::{
    events::Event,
    http::Refusal,
    sequencer::{Desk, change::who_of},
    stream::Audience,
};
use claviger_model::event::EventKind;
use claviger_protocol::{problem::Code, stream::Hint};
use claviger_storage::{
    Digest,
    log::{Appended, Draft, Opening},
    sign_in::ProofUse,
};
use std::{collections::HashSet, sync::Arc};

/// Settles all calls that wait, and answers each of them.
pub(in crate::sequencer) async fn run(desk: &Desk, asks: Vec<Ask>) {
    let (calls, replies): (Vec<_>, Vec<_>) = asks.into_iter().map(|ask| (ask.call, ask.reply)).unzip();
    match settle(desk, calls).await {
        Ok((pending, commit)) => answer(pending, commit.as_ref(), replies),
        Err(error) => fail(error, replies),
    }
}

async fn settle(desk: &Desk, calls: Vec<Call>) -> Result<(Vec<Pending>, Option<Arc<Committed>>), Refusal> {
    let (mut locked, keys) = desk.keys.lock(&desk.store).await?;
    let mut reads = read(&mut *locked, &calls).await?;
    let used = std::mem::take(&mut reads.used);
    let proofs = std::mem::take(&mut reads.proofs);
    desk.entitlements.saw(reads.number);
    let mut verdicts = Vec::with_capacity(calls.len());
    for call in &calls {
        verdicts.push(judge(desk, &mut *locked, &reads, call).await?);
    }
    let proofs = use_proofs(desk, &reads, &calls, &mut verdicts, (proofs, used));

    let (mut pending, mut drafts, mut openings, mut releases) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut read = Vec::new();
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
                        Judged::Released(event, release, emergency) => {
                            let at = record(*event);
                            read.extend(emergency.map(|grant| Read::of(grant, &release)));
                            releases.push(release);
                            Ok(at)
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
    let followed = emergency::queue(desk, &mut *locked, read).await?;
    for event in followed.events {
        record(event);
    }
    if drafts.is_empty() {
        return Ok((pending, None));
    }
    let appended = locked.append_releases(drafts, &releases, &proofs, &*keys).await?;
    locked.commit().await?;
    if followed.hint {
        desk.hints.hint(Audience::Everyone, Hint::Sync);
    }
    Ok((pending, Some(Arc::new(committed(appended, openings)))))
}

/// The proofs of all calls that are settled now, to be used with their leaves; a call whose proof was used before, or
/// by another call of the batch, is refused.
fn use_proofs(
    desk: &Desk,
    reads: &Reads,
    calls: &[Call],
    verdicts: &mut [Verdict],
    (proofs, used): (Vec<ProofUse>, HashSet<(Digest, Vec<u8>)>),
) -> Vec<ProofUse> {
    let mut taken = used;
    let mut fresh = Vec::with_capacity(proofs.len());
    for ((call, verdict), proof) in calls.iter().zip(verdicts).zip(proofs) {
        if matches!(verdict, Verdict::Moved) {
            continue;
        }
        if taken.insert((proof.jkt, proof.jti.clone())) {
            fresh.push(proof);
            continue;
        }
        let who = who_of(&call.caller, reads.contexts.get(&call.caller.session));
        let event = Event::by(who, EventKind::ReplayDetected, &*desk.entropy).refused(Code::ProofReused);
        *verdict = Verdict::Refused(Code::ProofReused, Box::new(event));
    }
    fresh
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
