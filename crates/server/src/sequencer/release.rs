//! Releases under the lock: decide, append, commit, and only then answer (rules 9, 10, 21).
//!
//! All calls that wait share one transaction: one read of their sessions, one of the current versions, one insert of
//! their proofs, one append, one checkpoint. Values were sealed before; a value whose secret moved on since then is not
//! released, and its call is told to begin again.

use super::{
    Desk,
    change::{circumstances, proof_use, standing, who_of},
};
use crate::{
    caller::Caller,
    entitlement::{Answer, Circumstances, Epoch, Place},
    events::{ASKED, Event, Who},
    http::Refusal,
};
use claviger_ledger::{
    edge::{Edge, TileId},
    leaf::{NAME, Object},
    lease::CiphertextHash,
};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{DeviceId, EventId, ScopeId, SecretId, SessionId},
    time::Timestamp,
};
use claviger_protocol::{
    problem::{Code, Problem},
    release::Purpose,
};
use claviger_storage::{
    Locked, StorageError,
    log::{Appended, Draft, Opening},
    principals::Principal,
    releases::Release,
    sessions::SessionContext,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;

/// A call for values, prepared outside the lock.
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// What for.
    pub items: Vec<Item>,
}

/// One value that is wanted.
pub struct Item {
    /// Which secret was asked for.
    pub secret: SecretId,
    /// What for.
    pub purpose: Purpose,
    /// The version that was asked for; none for the current one.
    pub version: Option<u64>,
    /// The value, sealed to the device; none where it is not there or a refusal was foreseen.
    pub sealed: Option<Sealed>,
}

/// What the leaf says of a sealed value.
pub struct Sealed {
    /// The event that its key was exported for.
    pub event: EventId,
    /// The version that was sealed.
    pub version: u64,
    /// Where the secret stood.
    pub scope: ScopeId,
    /// What it was called, with its path.
    pub path: String,
    /// The hash of the sealed bytes.
    pub ciphertext: CiphertextHash,
}

/// How a call was settled.
pub enum Settled {
    /// Something changed since the values were sealed: seal anew and ask again.
    Moved,
    /// Decided and committed.
    Done(Done),
}

/// A committed call.
pub struct Done {
    /// The commit that it was in.
    pub commit: Arc<Committed>,
    /// For each item: its place among the commit's events, or why it was refused.
    pub items: Vec<Result<usize, Problem>>,
}

/// What a commit put into the log; enough to prove each of its leaves.
pub struct Committed {
    /// The events and the checkpoint.
    pub appended: Appended,
    /// The tree's edge after it.
    pub edge: Edge,
    /// Tiles that it completed.
    pub tiles: HashMap<TileId, Vec<u8>>,
    /// The openings of each event.
    pub openings: Vec<Vec<Opening>>,
}

pub(super) struct Ask {
    pub(super) call: Call,
    pub(super) reply: oneshot::Sender<Result<Settled, Refusal>>,
}

/// What was decided for a call, before anything is written.
enum Verdict {
    Moved,
    Refused(Code, Box<Event>),
    Items(Vec<Judged>),
}

enum Judged {
    Released(Box<Event>, Release),
    Refused(Box<Event>, Problem),
}

/// How a call is answered once the commit stands.
enum Pending {
    Moved,
    Refused(Code),
    Items(Vec<Result<usize, Problem>>),
}

/// What is read once for the whole batch.
struct Reads {
    now: Timestamp,
    epoch: Epoch,
    number: u64,
    contexts: HashMap<SessionId, SessionContext>,
    current: HashMap<SecretId, (ScopeId, u64)>,
}

pub(super) async fn run(desk: &Desk, asks: Vec<Ask>) {
    let (calls, replies): (Vec<_>, Vec<_>) = asks.into_iter().map(|ask| (ask.call, ask.reply)).unzip();
    match settle(desk, calls).await {
        Ok((pending, commit)) => {
            for (pending, reply) in pending.into_iter().zip(replies) {
                let answer = match (pending, &commit) {
                    (Pending::Moved, _) => Ok(Settled::Moved),
                    (Pending::Refused(code), _) => Err(Refusal::new(code)),
                    (Pending::Items(items), Some(commit)) => Ok(Settled::Done(Done {
                        commit: Arc::clone(commit),
                        items,
                    })),
                    (Pending::Items(_), None) => Err(Refusal::internal("a release without a commit")),
                };
                let _ = reply.send(answer);
            }
        }
        Err(error) => {
            let first = Refusal::from(error);
            let code = first.code();
            let rest = std::iter::repeat_with(|| Refusal::new(code));
            for (reply, refusal) in replies.into_iter().zip(std::iter::once(first).chain(rest)) {
                let _ = reply.send(Err(refusal));
            }
        }
    }
}

async fn settle(
    desk: &Desk,
    calls: Vec<Call>,
) -> Result<(Vec<Pending>, Option<Arc<Committed>>), StorageError> {
    let mut locked = desk.store.locked().await?;
    let reads = read(&mut *locked, &calls).await?;
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
    let appended = locked.append(drafts, &*desk.signer).await?;
    if !releases.is_empty() {
        locked.insert_releases(&releases).await?;
    }
    locked.commit().await?;
    Ok((pending, Some(Arc::new(committed(appended, openings)?))))
}

async fn read(locked: &mut dyn Locked, calls: &[Call]) -> Result<Reads, StorageError> {
    let sessions: BTreeSet<_> = calls.iter().map(|call| call.caller.session).collect();
    let secrets: BTreeSet<_> = calls
        .iter()
        .flat_map(|call| &call.items)
        .map(|item| item.secret)
        .collect();
    let contexts = locked
        .session_contexts(&sessions.into_iter().collect::<Vec<_>>())
        .await?;
    let current = locked
        .current_numbers(&secrets.into_iter().collect::<Vec<_>>())
        .await?;
    let number = locked.head().epoch;
    Ok(Reads {
        now: locked.now(),
        epoch: Epoch::Committed(number),
        number,
        contexts: contexts
            .into_iter()
            .map(|context| (context.session.id, context))
            .collect(),
        current: current
            .into_iter()
            .map(|(secret, scope, version)| (secret, (scope, version)))
            .collect(),
    })
}

async fn judge(
    desk: &Desk,
    locked: &mut dyn Locked,
    reads: &Reads,
    call: &Call,
) -> Result<Verdict, StorageError> {
    let context = reads.contexts.get(&call.caller.session);
    let who = who_of(&call.caller, context);
    let context = match standing(&call.caller, context.cloned(), reads.now) {
        Ok(context) => context,
        Err(code) => {
            let kind = call
                .items
                .first()
                .map_or(EventKind::SecretUsed, |item| item.purpose.event());
            return Ok(Verdict::Refused(
                code,
                Box::new(Event::by(who, kind, &*desk.entropy).refused(code)),
            ));
        }
    };
    let judge = Judge {
        desk,
        reads,
        who,
        device: call.caller.device,
        principal: &context.principal,
        circumstances: circumstances(&call.caller, &context, reads.now),
    };
    let mut items = Vec::with_capacity(call.items.len());
    for item in &call.items {
        match judge.item(locked, item).await? {
            Some(judged) => items.push(judged),
            None => return Ok(Verdict::Moved),
        }
    }
    Ok(Verdict::Items(items))
}

struct Judge<'a> {
    desk: &'a Desk,
    reads: &'a Reads,
    who: Who,
    device: DeviceId,
    principal: &'a Principal,
    circumstances: Circumstances,
}

impl Judge<'_> {
    /// None when the item has to be sealed anew.
    async fn item(&self, locked: &mut dyn Locked, item: &Item) -> Result<Option<Judged>, StorageError> {
        let entitlements = &self.desk.entitlements;
        let Some(&(scope, current)) = self.reads.current.get(&item.secret) else {
            return Ok(Some(self.unknown(item)));
        };
        let Some(place) = entitlements.place_at(locked, self.reads.epoch, scope).await? else {
            return Ok(Some(self.unknown(item)));
        };
        let answer = self.decide(locked, action(item.purpose), &place).await?;
        if !answer.decision.allowed {
            let known = self
                .decide(locked, Action::SecretView, &place)
                .await?
                .decision
                .allowed;
            return Ok(Some(if known {
                self.forbidden(item, &place, &answer)
            } else {
                self.unknown(item)
            }));
        }
        let wanted = item.version.unwrap_or(current);
        let Some(sealed) = &item.sealed else {
            // A version that is not there, or a refusal that was foreseen wrongly.
            let missing = item
                .version
                .is_some_and(|version| version == 0 || version > current);
            return Ok(missing.then(|| self.unknown(item)));
        };
        if sealed.version != wanted || sealed.scope != scope {
            return Ok(None);
        }
        let max_age = lease(&answer, &place, self.reads.now);
        if item.purpose == Purpose::Lease && max_age.is_zero() {
            return Ok(Some(self.forbidden(item, &place, &answer)));
        }
        Ok(Some(self.released(item, sealed, max_age, &answer)))
    }

    async fn decide(
        &self,
        locked: &mut dyn Locked,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        let entitlements = &self.desk.entitlements;
        entitlements
            .decide_at(
                locked,
                self.reads.epoch,
                self.principal,
                &self.circumstances,
                action,
                place,
            )
            .await
    }

    fn released(&self, item: &Item, sealed: &Sealed, max_age: Duration, answer: &Answer) -> Judged {
        let max_age_ms = u64::try_from(max_age.as_millis()).unwrap_or(0);
        let object = Object {
            secret: Some(item.secret),
            version: Some(sealed.version),
            scope: Some(sealed.scope),
            ..Object::default()
        };
        let event = self
            .event(item)
            .with_id(sealed.event)
            .on(object)
            .decided_by(answer.policies())
            .leased(sealed.ciphertext, max_age_ms, self.reads.number)
            .commit(NAME, sealed.path.clone(), None);
        let release = Release {
            event: sealed.event,
            principal: self.who.principal,
            device: self.device,
            secret: item.secret,
            version: sealed.version,
            ciphertext_sha256: *sealed.ciphertext.as_bytes(),
            issued_at: self.reads.now,
            max_age_ms,
            ended_at: None,
        };
        Judged::Released(Box::new(event), release)
    }

    fn forbidden(&self, item: &Item, place: &Place, answer: &Answer) -> Judged {
        let object = Object {
            secret: Some(item.secret),
            scope: Some(place.id()),
            ..Object::default()
        };
        let event = self
            .event(item)
            .on(object)
            .decided_by(answer.policies())
            .refused(Code::Forbidden);
        let problem = Problem::new(Code::Forbidden);
        let problem = if answer.decision.allowed {
            problem.with_detail("Values here may not be kept offline.")
        } else {
            problem
        };
        Judged::Refused(Box::new(event), problem)
    }

    /// The same whether the secret is missing or not to be known of.
    fn unknown(&self, item: &Item) -> Judged {
        let event = self
            .event(item)
            .commit(ASKED, item.secret.to_string(), Some(self.who.principal))
            .refused(Code::NotFound);
        Judged::Refused(Box::new(event), Problem::new(Code::NotFound))
    }

    fn event(&self, item: &Item) -> Event {
        Event::by(self.who, item.purpose.event(), &*self.desk.entropy)
    }
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

fn committed(appended: Appended, openings: Vec<Vec<Opening>>) -> Result<Committed, StorageError> {
    let edge = Edge::from_bytes(&appended.edge).map_err(|error| StorageError::Corrupt {
        column: "edge".to_owned(),
        source: Box::new(error),
    })?;
    let tiles = appended.tiles.iter();
    let tiles = tiles.map(|tile| (tile.id, tile.hashes.clone())).collect();
    Ok(Committed {
        edge,
        tiles,
        openings,
        appended,
    })
}

/// The right that a purpose needs (rule 31: copying needs the right to reveal).
pub const fn action(purpose: Purpose) -> Action {
    match purpose {
        Purpose::Use | Purpose::Lease => Action::SecretUse,
        Purpose::Copy | Purpose::Reveal => Action::SecretReveal,
    }
}

/// How long a value may be kept (rule 21): the scope's setting, never beyond the right itself; not at all where the
/// right depends on place or hour.
pub fn lease(answer: &Answer, place: &Place, now: Timestamp) -> Duration {
    if !answer.decision.leasable {
        return Duration::ZERO;
    }
    let left = answer
        .decision
        .valid_until
        .map_or(Duration::MAX, |end| end.since(now));
    place.lease.min(left)
}
