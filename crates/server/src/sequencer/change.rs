//! Changes under the lock: one transaction each.
//!
//! A job gets a [`Change`]. It admits its caller, decides, writes, and records events; the sequencer appends them,
//! signs and commits. A job that stops with [`Stop::Refused`] leaves nothing behind but the event of its refusal: the
//! transaction is rolled back first, and the event goes into one of its own.

use super::Desk;
use crate::{
    caller::{Caller, DeviceCaller, Proof},
    entitlement::{Answer, Circumstances, Entitlements, Place},
    events::{Event, Who},
    http::Refusal,
    keys::ServerKeys,
    stream::Audience,
};
use claviger_crypto::bytes::sha256;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    entropy::Entropy,
    event::EventKind,
    ids::{DeviceId, OrganizationId, PrincipalId, ScopeId, SessionId},
    principal::{PrincipalKind, PrincipalState},
    time::Timestamp,
};
use claviger_protocol::{problem::Code, proof::LEEWAY_SECONDS, stream::Hint};
use claviger_storage::{
    Locked, StorageError,
    log::Draft,
    principals::Principal,
    sessions::{Device, DeviceState, SessionContext, SessionState},
    sign_in::ProofUse,
};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Why a change ends without being made.
pub enum Stop {
    /// It failed; nothing is kept, and no event says so.
    Failed(Refusal),
    /// It was refused; nothing is kept but this event.
    Refused(Refusal, Box<Event>),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Self::Failed(refusal.into())
    }
}

/// A signed-in caller, read again under the lock.
#[derive(Debug, Clone)]
pub struct Acting {
    /// For the events.
    pub who: Who,
    /// The person or service.
    pub principal: Principal,
    /// Their device.
    pub device: Device,
    /// What decisions depend on besides grants.
    pub circumstances: Circumstances,
}

/// The transaction of one change.
pub struct Change {
    locked: Box<dyn Locked>,
    drafts: Vec<Draft>,
    proof: Option<ProofUse>,
    hints: Vec<(Audience, Hint)>,
    purged: Vec<DeviceId>,
    closed: Vec<SessionId>,
    keys: Arc<ServerKeys>,
    entitlements: Arc<Entitlements>,
    organization: OrganizationId,
    entropy: Arc<dyn Entropy>,
}

impl Change {
    async fn begin(desk: &Desk) -> Result<Self, StorageError> {
        Ok(Self {
            locked: desk.store.locked().await?,
            drafts: Vec::new(),
            proof: None,
            hints: Vec::new(),
            purged: Vec::new(),
            closed: Vec::new(),
            keys: Arc::clone(&desk.keys),
            entitlements: Arc::clone(&desk.entitlements),
            organization: desk.organization,
            entropy: Arc::clone(&desk.entropy),
        })
    }

    /// The transaction.
    pub fn db(&mut self) -> &mut dyn Locked {
        &mut *self.locked
    }

    /// The time that counts.
    pub fn now(&self) -> Timestamp {
        self.locked.now()
    }

    /// Randomness.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// The organization.
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The decisions of this process.
    pub fn entitlements(&self) -> Arc<Entitlements> {
        Arc::clone(&self.entitlements)
    }

    /// An event that somebody causes, to be completed and recorded.
    pub fn event(&self, who: Who, kind: EventKind) -> Event {
        Event::by(who, kind, &*self.entropy)
    }

    /// An event that the server causes by itself.
    pub fn own_event(&self, kind: EventKind) -> Event {
        Event::of_the_server(kind, &*self.entropy)
    }

    /// Puts an event into the log with this transaction.
    pub fn record(&mut self, event: Event) {
        self.drafts
            .push(event.into_draft(self.organization, &*self.entropy));
    }

    /// The keys of the server, for signing orders.
    pub fn keys(&self) -> &ServerKeys {
        &self.keys
    }

    /// A device destroys what it holds: after the commit its sessions get a fresh encapsulation (rule 28).
    pub fn purged(&mut self, device: DeviceId) {
        self.purged.push(device);
    }

    /// Closes the stream of a session that was ended, after the commit.
    pub fn close_stream(&mut self, session: SessionId) {
        self.closed.push(session);
    }

    /// Tells devices after the commit.
    pub fn hint(&mut self, audience: Audience, hint: Hint) {
        self.hints.push((audience, hint));
    }

    /// Reads a signed-in caller again and uses up their proof; every change by a person begins with it.
    ///
    /// # Errors
    /// When session, device or person do not stand any more, or the proof was used before; both are events.
    pub async fn admit(&mut self, caller: &Caller, kind: EventKind) -> Result<Acting, Stop> {
        let now = self.now();
        let context = self
            .locked
            .session_contexts(&[caller.session])
            .await?
            .into_iter()
            .next();
        let who = who_of(caller, context.as_ref());
        if !self.use_proof(&caller.proof).await? {
            return Err(self.refuse(self.event(who, EventKind::ReplayDetected), Code::ProofReused));
        }
        match standing(caller, context, now) {
            Ok(context) => Ok(acting(caller, who, context, now)),
            Err(code) => Err(self.refuse(self.event(who, kind), code)),
        }
    }

    /// Reads a device without a session again and uses up its proof.
    ///
    /// # Errors
    /// When the device is ended, or the proof was used before; both are events.
    pub async fn admit_device(
        &mut self,
        caller: &DeviceCaller,
        kind: EventKind,
    ) -> Result<(Who, Device), Stop> {
        let device = self.locked.device(caller.device).await?;
        let who = Who {
            principal: caller.principal,
            service: false,
            session: None,
            device: Some(caller.device),
            call: caller.call.id,
            address: caller.call.address,
            device_time: Some(device_time(&caller.proof)),
        };
        if !self.use_proof(&caller.proof).await? {
            return Err(self.refuse(self.event(who, EventKind::ReplayDetected), Code::ProofReused));
        }
        match device
            .filter(|device| device.state != DeviceState::Ended && device.principal == caller.principal)
        {
            Some(device) => Ok((who, device)),
            None => Err(self.refuse(self.event(who, kind), Code::DeviceEnded)),
        }
    }

    async fn use_proof(&mut self, proof: &Proof) -> Result<bool, StorageError> {
        let used = proof_use(proof);
        let fresh = self.locked.use_proof(&used).await?;
        if fresh {
            self.proof = Some(used);
        }
        Ok(fresh)
    }

    /// A place as it stands in this transaction; none when it does not exist.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(&mut self, scope: ScopeId) -> Result<Option<Arc<Place>>, StorageError> {
        let entitlements = self.entitlements();
        entitlements.place(&mut *self.locked, scope).await
    }

    /// Asks the one function that decides.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn decide(
        &mut self,
        acting: &Acting,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        let entitlements = self.entitlements();
        entitlements
            .decide(
                &mut *self.locked,
                &acting.principal,
                &acting.circumstances,
                action,
                place,
            )
            .await
    }

    /// Demands a right at a place. Whoever may not know of the place's secrets (`known_by`) is told "not found", in an
    /// event that does not name it; others are told "forbidden".
    ///
    /// # Errors
    /// The refusal.
    pub async fn demand(&mut self, acting: &Acting, demand: Demand<'_>) -> Result<Answer, Stop> {
        let answer = self.decide(acting, demand.action, demand.place).await?;
        if answer.decision.allowed {
            return Ok(answer);
        }
        let known = self
            .decide(acting, demand.known_by, demand.place)
            .await?
            .decision
            .allowed;
        let event = self.event(acting.who, demand.kind).decided_by(answer.policies());
        Err(if known {
            self.refuse(event.on(demand.object), Code::Forbidden)
        } else {
            self.unknown(acting, demand.kind, demand.asked)
        })
    }

    /// A refusal that is recorded.
    pub fn refuse(&self, event: Event, code: Code) -> Stop {
        Stop::Refused(Refusal::new(code), Box::new(event.refused(code)))
    }

    /// The refusal of something that does not exist or that the caller may not know of: the same in every byte, in the
    /// reply and in the leaf, which only commits to what was asked.
    pub fn unknown(&self, acting: &Acting, kind: EventKind, asked: impl ToString) -> Stop {
        let event = self.event(acting.who, kind).commit(
            crate::events::ASKED,
            asked.to_string(),
            Some(acting.who.principal),
        );
        self.refuse(event, Code::NotFound)
    }

    async fn commit(mut self, desk: &Desk) -> Result<(), StorageError> {
        if !self.drafts.is_empty() {
            self.locked
                .append(std::mem::take(&mut self.drafts), &*desk.signer)
                .await?;
        }
        self.locked.commit().await?;
        for device in self.purged {
            desk.encapsulations.forget_device(device);
        }
        for session in self.closed {
            desk.encapsulations.forget_session(session);
            desk.hints.end_session(session);
        }
        for (audience, hint) in self.hints {
            desk.hints.hint(audience, hint);
        }
        Ok(())
    }
}

/// A right that is needed.
pub struct Demand<'a> {
    /// What is to be done.
    pub action: Action,
    /// Where.
    pub place: &'a Place,
    /// The event that it would be.
    pub kind: EventKind,
    /// The right that lets one know of the object.
    pub known_by: Action,
    /// What is named in the event when the caller may know of it.
    pub object: Object,
    /// What the caller asked for.
    pub asked: &'a (dyn std::fmt::Display + Sync),
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(refusal) => write!(f, "Failed({refusal:?})"),
            Self::Refused(refusal, _) => write!(f, "Refused({refusal:?})"),
        }
    }
}

/// Whether a caller may still act, now that the lock is held (rule 10).
///
/// # Errors
/// The code of the first thing that does not stand.
pub fn standing(
    caller: &Caller,
    context: Option<SessionContext>,
    now: Timestamp,
) -> Result<SessionContext, Code> {
    let context = context.ok_or(Code::SessionEnded)?;
    let session = &context.session;
    if session.principal != caller.principal || session.device != caller.device {
        return Err(Code::SessionEnded);
    }
    match session.state {
        SessionState::Active => {}
        SessionState::Suspended | SessionState::Ended => return Err(Code::SessionEnded),
    }
    if session.ends_at <= now {
        return Err(Code::SessionEnded);
    }
    if caller.token_ends_at <= now {
        return Err(Code::Unauthenticated);
    }
    if context.device.state != DeviceState::Active {
        return Err(Code::DeviceEnded);
    }
    match context.principal.state {
        PrincipalState::Active => Ok(context),
        _ => Err(Code::Disabled),
    }
}

/// Who a caller is, for the events.
pub fn who_of(caller: &Caller, context: Option<&SessionContext>) -> Who {
    Who {
        principal: caller.principal,
        service: context.is_some_and(|context| context.principal.kind() == PrincipalKind::Service),
        session: Some(caller.session),
        device: Some(caller.device),
        call: caller.call.id,
        address: caller.call.address,
        device_time: Some(device_time(&caller.proof)),
    }
}

/// What the device's clock said when it made its proof, to the second.
fn device_time(proof: &Proof) -> Timestamp {
    proof
        .expires_at
        .minus(std::time::Duration::from_secs(LEEWAY_SECONDS.unsigned_abs() + 1))
}

/// What decisions depend on besides grants.
pub fn circumstances(caller: &Caller, context: &SessionContext, now: Timestamp) -> Circumstances {
    let strong = context
        .session
        .amr
        .iter()
        .any(|method| MULTI_FACTOR.contains(&method.as_str()));
    Circumstances {
        now,
        multi_factor_at: context.session.auth_time.filter(|_| strong),
        enrolled_device: context.device.state == DeviceState::Active,
        source: Some(caller.call.address),
    }
}

/// Methods of RFC 8176 that say that more than one factor was used, or that a second one was.
const MULTI_FACTOR: &[&str] = &["mfa", "otp", "hwk", "swk", "fpt", "sms"];

fn acting(caller: &Caller, who: Who, context: SessionContext, now: Timestamp) -> Acting {
    let circumstances = circumstances(caller, &context, now);
    Acting {
        who,
        principal: context.principal,
        device: context.device,
        circumstances,
    }
}

/// The row of a proof; its own id is hashed, so that its length does not matter.
pub fn proof_use(proof: &Proof) -> ProofUse {
    ProofUse {
        jkt: *proof.jkt.as_bytes(),
        jti: sha256(proof.jti.as_bytes()).to_vec(),
        expires_at: proof.expires_at,
    }
}

/// Everyone whose entitlement changes with a principal's: themselves, or a team's members.
///
/// # Errors
/// When the tables cannot be read.
pub async fn people_of(db: &mut dyn Locked, principal: PrincipalId) -> Result<Vec<Principal>, StorageError> {
    let Some(first) = db.principal(principal).await? else {
        return Ok(Vec::new());
    };
    if first.kind() != PrincipalKind::Team {
        return Ok(vec![first]);
    }
    let members = db.members_closure(principal).await?;
    let all = db.principals(&members).await?;
    Ok(all
        .into_iter()
        .filter(|member| member.kind() != PrincipalKind::Team)
        .collect())
}

/// Tells the compiler that a closure is a job.
pub fn job<T, F>(job: F) -> F
where
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send + 'static,
{
    job
}

/// A job in the queue.
pub(super) trait Run: Send {
    /// Runs it and answers its caller.
    fn run<'a>(self: Box<Self>, desk: &'a Desk) -> BoxFuture<'a, ()>
    where
        Self: 'a;
}

/// A job with the place to put its answer.
pub(super) struct Job<T, F> {
    pub(super) job: F,
    pub(super) reply: oneshot::Sender<Result<T, Refusal>>,
}

impl<T, F> Run for Job<T, F>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send + 'static,
{
    fn run<'a>(self: Box<Self>, desk: &'a Desk) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Job { job, reply } = *self;
            // Whoever does not wait any more is no reason to stop.
            let _ = reply.send(attempt(desk, job).await);
        })
    }
}

async fn attempt<T, F>(desk: &Desk, job: F) -> Result<T, Refusal>
where
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send,
{
    let mut change = Change::begin(desk).await?;
    let (refusal, event) = match job(&mut change).await {
        Ok(value) => {
            change.commit(desk).await?;
            return Ok(value);
        }
        Err(Stop::Failed(refusal)) => return Err(refusal),
        Err(Stop::Refused(refusal, event)) => (refusal, event),
    };
    let proof = change.proof.take();
    drop(change);
    let mut record = Change::begin(desk).await?;
    if let Some(proof) = proof {
        record.locked.use_proof(&proof).await?;
    }
    record.record(*event);
    record.commit(desk).await?;
    Err(refusal)
}
