//! A cache that is older than one seen before, or another with the same number, is a copy of a device (rule 24): the
//! device has to enrol again.

use crate::{
    operations::orders,
    sequencer::{Change, Stop},
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::event::EventKind;
use claviger_protocol::order::Target;
use claviger_storage::{
    Digest,
    sessions::{Device, DeviceState, LogoutTarget},
};

/// How a cache's state stands to what was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The very same.
    Same,
    /// Newer.
    Newer,
    /// Older, or another with the same number.
    RolledBack,
}

/// Compares a reported generation and digest with the last ones.
pub fn compare(device: &Device, generation: u64, digest: Option<&Digest>) -> Seen {
    match generation.cmp(&device.cache_generation) {
        std::cmp::Ordering::Less => Seen::RolledBack,
        std::cmp::Ordering::Greater => Seen::Newer,
        std::cmp::Ordering::Equal => match (digest, &device.cache_digest) {
            (Some(told), Some(known)) if told != known => Seen::RolledBack,
            (Some(_), None) => Seen::Newer,
            _ => Seen::Same,
        },
    }
}

/// Ends the device: it and its copy are told to destroy everything, and reach nothing else.
///
/// # Errors
/// When the tables cannot be written.
pub async fn end(change: &mut Change, device: &Device) -> Result<(), Stop> {
    let now = change.now();
    if device.state == DeviceState::Active {
        change
            .db()
            .set_device_state(device.id, DeviceState::Active, DeviceState::Ending)
            .await?;
    }
    let ended = change
        .db()
        .end_sessions(&LogoutTarget::Device(device.id), now)
        .await?;
    for session in ended {
        change.close_stream(session.id);
    }
    let targets = [(device.id, (device.principal, vec![Target::Everything]))];
    orders::issue_to_copies(change, targets.into()).await?;
    let object = Object {
        device: Some(device.id),
        ..Object::default()
    };
    let mut event = change
        .own_event(EventKind::DeviceChanged)
        .concerning(device.principal)
        .on(object);
    if let (Ok(state), Ok(why)) = (Label::new("ending"), Label::new("cache-rolled-back")) {
        event = event
            .fact("state", Fact::Label(state))
            .fact("why", Fact::Label(why));
    }
    change.record(event);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_model::{
        ids::{DeviceId, PrincipalId},
        name::Name,
        time::Timestamp,
    };

    #[test]
    fn only_what_is_newer_or_the_same_passes() {
        let device = |generation, digest| Device {
            id: DeviceId::from_bytes([1; 16]),
            principal: PrincipalId::from_bytes([2; 16]),
            name: Name::parse("laptop").unwrap(),
            platform: String::new(),
            jkt: [0; 32],
            proof_key: Vec::new(),
            sealing_key: [0; 32],
            state: DeviceState::Active,
            cache_generation: generation,
            cache_digest: digest,
            journal_seq: 0,
            journal_head: None,
            enrolled_at: Timestamp::default(),
            seen_at: Timestamp::default(),
        };
        let (a, b) = ([1; 32], [2; 32]);
        assert_eq!(compare(&device(5, Some(a)), 5, Some(&a)), Seen::Same);
        assert_eq!(compare(&device(5, Some(a)), 5, Some(&b)), Seen::RolledBack);
        assert_eq!(compare(&device(5, Some(a)), 4, Some(&a)), Seen::RolledBack);
        assert_eq!(compare(&device(5, Some(a)), 6, Some(&b)), Seen::Newer);
        assert_eq!(compare(&device(0, None), 0, Some(&a)), Seen::Newer);
        assert_eq!(compare(&device(5, Some(a)), 5, None), Seen::Same);
    }
}
