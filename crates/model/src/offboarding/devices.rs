//! The devices of a case.

use crate::{
    ids::{DeviceId, OrderId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A device of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDevice {
    /// The device.
    pub device: DeviceId,
    /// The order to destroy everything.
    pub order: OrderId,
    /// When it was issued.
    pub ordered_at: Timestamp,
    /// When an unmodified client that never calls again has destroyed everything.
    pub leased_until: Timestamp,
    /// When the device's signed word came that it has.
    pub acknowledged_at: Option<Timestamp>,
}

impl CaseDevice {
    /// Whether there is nothing left to wait for.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.acknowledged_at.is_some() || self.leased_until <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_settled_by_its_word_or_by_the_end_of_its_longest_lease() {
        let at = Timestamp::from_millis;
        let device = CaseDevice {
            device: DeviceId::from_bytes([1; 16]),
            order: OrderId::from_bytes([2; 16]),
            ordered_at: at(5),
            leased_until: at(100),
            acknowledged_at: None,
        };
        assert_eq!([99, 100].map(|now| device.is_settled(at(now))), [false, true]);
        let told = CaseDevice {
            acknowledged_at: Some(at(7)),
            ..device
        };
        assert!(told.is_settled(at(8)));
    }
}
