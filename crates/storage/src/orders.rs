//! Signed instructions to devices, and their acknowledgements (rule 26).

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, OrderId},
    time::Timestamp,
};

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// To which device.
    pub device: DeviceId,
    /// Counted from 1 for each device.
    pub seq: u64,
    /// What is to be destroyed, as in the signed bytes.
    pub targets: serde_json::Value,
    /// The signed order, verbatim.
    pub signed: Vec<u8>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The generation of the device's cache as it was known then.
    pub known_generation: u64,
    /// How far the device's journal was known then.
    pub known_journal_seq: u64,
    /// The device's word.
    pub acknowledged: Option<Acknowledged>,
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// When it came.
    pub at: Timestamp,
    /// The signed acknowledgement, verbatim.
    pub signed: Vec<u8>,
}

/// Reads of orders.
#[async_trait]
pub trait OrderReads {
    /// One order.
    async fn order(&mut self, id: OrderId) -> Result<Option<Order>>;
    /// A device's orders that it has not acknowledged, in order.
    async fn pending_orders(&mut self, device: DeviceId) -> Result<Vec<Order>>;
    /// Orders of all devices that were not acknowledged, by id, after one of them.
    async fn unacknowledged_orders(&mut self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>>;
    /// A device's orders, newest first.
    async fn orders_of(&mut self, device: DeviceId, limit: u32) -> Result<Vec<Order>>;
}

/// Writes of orders.
#[async_trait]
pub trait OrderWrites {
    /// The number that a device's next order gets; under the lock it is certain.
    async fn next_order_seq(&mut self, device: DeviceId) -> Result<u64>;
    /// Issues orders in one statement.
    async fn insert_orders(&mut self, orders: &[Order]) -> Result<()>;
    /// Puts another signature on an order that was not acknowledged; [`crate::Conflict::Changed`] when it was.
    async fn resign_order(&mut self, id: OrderId, signed: &[u8]) -> Result<()>;
    /// Notes an acknowledgement; false when it was noted before; [`crate::Conflict::Missing`] for an unknown order.
    async fn acknowledge_order(&mut self, id: OrderId, acknowledged: &Acknowledged) -> Result<bool>;
}
