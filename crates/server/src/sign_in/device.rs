//! The device that signs in: enrolled at its first sign-in, known by its key afterwards.

use crate::{
    caller::KeyCaller,
    http::Refusal,
    sequencer::{Change, Stop},
};
use claviger_crypto::sealing::SealingPublicKey;
use claviger_model::{
    ids::{DeviceId, PrincipalId},
    name::Name,
    principal::Principal,
};
use claviger_protocol::{problem::Code, sign_in::DeviceDescription};
use claviger_storage::sessions::{Device, DeviceState};

/// How many characters of the platform count.
const MAX_PLATFORM: usize = 100;

/// A device, and whether this sign-in enrolled it.
pub struct Enrolled {
    /// As it is now.
    pub device: Device,
    /// Whether it is new here.
    pub new: bool,
}

/// Enrols the device, or writes down what it says of itself now.
pub async fn enrol(
    change: &mut Change,
    caller: &KeyCaller,
    person: PrincipalId,
    description: &DeviceDescription,
    sealing_key: SealingPublicKey,
) -> Result<Enrolled, Stop> {
    let now = change.now();
    let name = match Principal::name_from_provider(&description.name) {
        Some(name) => name,
        None => Name::parse("Device").map_err(Refusal::internal)?,
    };
    let platform: String = description
        .platform
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_PLATFORM)
        .collect();
    let known = change.db().device_by_jkt(caller.proof.jkt.as_bytes()).await?;
    if let Some(mut device) = known {
        // A key belongs to one person, and an ended device never comes back under its old key.
        if device.principal != person || device.state != DeviceState::Active {
            return Err(Code::DeviceEnded.into());
        }
        (device.name, device.platform) = (name, platform);
        device.sealing_key = *sealing_key.as_bytes();
        device.seen_at = now;
        change.db().update_device(&device).await?;
        return Ok(Enrolled { device, new: false });
    }
    let device = Device {
        id: DeviceId::random(&*change.entropy()),
        principal: person,
        name,
        platform,
        jkt: *caller.proof.jkt.as_bytes(),
        proof_key: caller.key.to_point().to_vec(),
        sealing_key: *sealing_key.as_bytes(),
        state: DeviceState::Active,
        cache_generation: 0,
        cache_digest: None,
        journal_seq: 0,
        journal_head: None,
        enrolled_at: now,
        seen_at: now,
    };
    change.db().insert_device(&device).await?;
    Ok(Enrolled { device, new: true })
}
