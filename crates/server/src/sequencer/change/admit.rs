//! Who makes a change: callers are read again under the lock, and their proofs are used up.

use super::{Change, Stop, circumstances, standing};
use crate::{
    caller::{Caller, DeviceCaller, Proof},
    entitlement::Circumstances,
    events::Who,
};
use claviger_crypto::bytes::sha256;
use claviger_model::{event::EventKind, principal::PrincipalKind, time::Timestamp};
use claviger_protocol::{problem::Code, proof::LEEWAY_SECONDS};
use claviger_storage::{
    StorageError,
    principals::Principal,
    sessions::{Device, DeviceState, SessionContext},
    sign_in::ProofUse,
};
use std::time::Duration;

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

impl Change {
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
}

fn acting(caller: &Caller, who: Who, context: SessionContext, now: Timestamp) -> Acting {
    let circumstances = circumstances(caller, &context, now);
    Acting {
        who,
        principal: context.principal,
        device: context.device,
        circumstances,
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
        .minus(Duration::from_secs(LEEWAY_SECONDS.unsigned_abs() + 1))
}

/// The row of a proof; its own id is hashed, so that its length does not matter.
pub fn proof_use(proof: &Proof) -> ProofUse {
    ProofUse {
        jkt: *proof.jkt.as_bytes(),
        jti: sha256(proof.jti.as_bytes()).to_vec(),
        expires_at: proof.expires_at,
    }
}
