//! Orders of the server and their acknowledgements (rule 26).

use crate::{cache::Cache, error::CacheError};
use claviger_crypto::signing::ServerPublicKey;
use claviger_model::ids::{OrderId, SecretId};
use claviger_protocol::signed::Signed;

/// An order that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Which.
    pub order: OrderId,
    /// To be sent; remembered until [`Cache::acknowledged`].
    pub acknowledgement: Signed,
    /// Secrets whose lease was destroyed now.
    pub leases: Vec<SecretId>,
    /// Secrets whose names went now.
    pub names: Vec<SecretId>,
    /// Everything went: after the acknowledgement and the journal are delivered, sign out, [`Cache::close`], [`Cache::erase`], and delete
    /// the device's and the session's item.
    pub everything: bool,
}

/// An acknowledgement that the server has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingAcknowledgement {
    /// Of which order.
    pub order: OrderId,
    /// To be sent.
    pub acknowledgement: Signed,
}

/// Why an order is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Not signed by the server, or no order.
    #[error("the order is not signed by this server")]
    NotAuthentic,
    /// For another device or organization.
    #[error("the order is for another device")]
    NotForUs,
    /// Orders before it are missing; ask again after [`Cache::last_order`].
    #[error("an order before number {0} is missing")]
    Gap(u64),
    /// The acknowledgement could not be signed.
    #[error("the acknowledgement could not be signed")]
    Sign,
    /// The cache failed; the order was not carried out, or will be at the next call.
    #[error("the cache failed")]
    Cache(#[from] CacheError),
}

impl Cache {
    /// The number of the last order that was carried out; 0 for none.
    pub async fn last_order(&self) -> Result<u64, CacheError> {
        todo!()
    }

    /// Verifies an order and carries it out. Again is no harm.
    pub async fn execute(
        &self,
        order: &Signed,
        orders_key: &ServerPublicKey,
    ) -> Result<Executed, OrderError> {
        todo!()
    }

    /// Acknowledgements that the server has not confirmed.
    pub async fn acknowledgements(&self) -> Result<Vec<PendingAcknowledgement>, CacheError> {
        todo!()
    }

    /// Forgets acknowledgements that the server confirmed.
    pub async fn acknowledged(&self, orders: &[OrderId]) -> Result<(), CacheError> {
        todo!()
    }
}
