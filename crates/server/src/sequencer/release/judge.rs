//! The decision on each item of a call, as the tables stand under the lock.

use super::{Call, Item, Sealed, action, lease, read::Reads};
use crate::{
    caller::Caller,
    entitlement::{Answer, Circumstances, Place},
    events::{ASKED, Event, Who},
    sequencer::{
        Desk,
        change::{circumstances, stands_still, who_of},
    },
};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{DeviceId, GrantId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_protocol::{
    problem::{Code, Problem},
    release::Purpose,
};
use claviger_storage::{
    Locked, StorageError, principals::Principal, releases::Release, sessions::SessionContext,
};
use std::time::Duration;

/// What was decided for a call, before anything is written.
pub(super) enum Verdict {
    Moved,
    Refused(Code, Box<Event>),
    Items(Vec<Judged>),
}

pub(super) enum Judged {
    Released(Box<Event>, Release, Option<GrantId>),
    Refused(Box<Event>, Problem),
}

pub(super) async fn judge(
    desk: &Desk,
    locked: &mut dyn Locked,
    reads: &Reads,
    call: &Call,
) -> Result<Verdict, StorageError> {
    let context = reads.contexts.get(&call.caller.session);
    if call.caller.remembered && !as_remembered(&call.caller, context, reads.now) {
        return Ok(Verdict::Moved);
    }
    let who = who_of(&call.caller, context);
    let stands = |context| stands_still(&call.caller, context, reads.now).map(|()| context);
    let context = match context.ok_or(Code::SessionEnded).and_then(stands) {
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
        circumstances: circumstances(&call.caller, context, reads.now),
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

/// Whether the rows say what was remembered of a caller, as far as the verification of the call relied on it.
fn as_remembered(caller: &Caller, context: Option<&SessionContext>, now: Timestamp) -> bool {
    let Some(context) = context else { return false };
    let remembered = &caller.context;
    context.session.access_hash == remembered.session.access_hash
        && context.session.access_expires_at == remembered.session.access_expires_at
        && context.device.jkt == remembered.device.jkt
        && context.device.sealing_key == remembered.device.sealing_key
        && stands_still(caller, context, now).is_ok()
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
        let Some(current) = self.reads.current.get(&item.secret) else {
            return Ok(Some(self.unknown(item)));
        };
        let scope = current.scope;
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
                let (action, reads) = (action(item.purpose), self.reads);
                let max_age = entitlements
                    .step_up_at(
                        locked,
                        reads.epoch,
                        self.principal,
                        &self.circumstances,
                        (action, &place),
                        &answer,
                    )
                    .await?;
                match max_age {
                    Some(max_age) => self.stepping_up(item, &place, &answer, max_age),
                    None => self.forbidden(item, &place, &answer),
                }
            } else {
                self.unknown(item)
            }));
        }
        let wanted = item.version.unwrap_or(current.version);
        let Some(sealed) = &item.sealed else {
            // A version that is not there, or a refusal that was foreseen wrongly.
            let missing = item
                .version
                .is_some_and(|version| version == 0 || version > current.version);
            return Ok(missing.then(|| self.unknown(item)));
        };
        let moved = sealed.cursor.is_some_and(|cursor| cursor != current.cursor);
        if moved || sealed.version != wanted || sealed.scope != scope {
            return Ok(None);
        }
        // A service asks each time: nothing of it is kept on a machine whose end nobody would notice.
        let max_age = match self.principal.kind() {
            PrincipalKind::Service => Duration::ZERO,
            PrincipalKind::Person | PrincipalKind::Team => lease(&answer, &place, self.reads.now),
        };
        if item.purpose == Purpose::Lease && max_age.is_zero() {
            return Ok(Some(self.forbidden(item, &place, &answer)));
        }
        let path = place.path_of(&current.name);
        Ok(Some(self.released(item, sealed, path, max_age, &answer)))
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

    fn released(
        &self,
        item: &Item,
        sealed: &Sealed,
        path: String,
        max_age: Duration,
        answer: &Answer,
    ) -> Judged {
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
            .commit(NAME, path, None);
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
        Judged::Released(Box::new(event), release, answer.decision.emergency)
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

    fn stepping_up(&self, item: &Item, place: &Place, answer: &Answer, max_age: u32) -> Judged {
        let object = Object {
            secret: Some(item.secret),
            scope: Some(place.id()),
            ..Object::default()
        };
        let event = self
            .event(item)
            .on(object)
            .decided_by(answer.policies())
            .refused(Code::StepUp);
        Judged::Refused(Box::new(event), Problem::step_up(max_age))
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
