//! Orders of the server and their acknowledgements (rule 26).

mod targets;

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents::{self, json},
    error::CacheError,
    state::State,
};
use claviger_crypto::{bytes::sha256, signing::ServerPublicKey};
use claviger_model::ids::{OrderId, SecretId};
use claviger_protocol::{
    order::{Acknowledgement, Order, Target},
    signed::{Signed, canonical, parse},
};

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
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn last_order(&self) -> Result<u64, CacheError> {
        self.detached(|mut state| async move { state.last_order().await })
            .await
    }

    /// Whether an order to destroy everything was carried out, by a call that somebody still waits for or not.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn everything_destroyed(&self) -> Result<bool, CacheError> {
        self.detached(
            |mut state| async move { Ok(state.read(documents::EVERYTHING).await?.unwrap_or(false)) },
        )
        .await
    }

    /// Verifies an order and carries it out. Again is no harm.
    ///
    /// # Errors
    /// When the order is not for this device, or could not be carried out.
    pub async fn execute(
        &self,
        order: &Signed,
        orders_key: &ServerPublicKey,
    ) -> Result<Executed, OrderError> {
        orders_key
            .verify(&order.body.0, &order.signature.0)
            .map_err(|_| OrderError::NotAuthentic)?;
        let parsed: Order = parse(&order.body.0).map_err(|_| OrderError::NotAuthentic)?;
        let digest = sha256(&order.body.0);
        self.detached(move |mut state| async move { state.execute(parsed, digest).await })
            .await
    }

    /// Acknowledgements that the server has not confirmed.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn acknowledgements(&self) -> Result<Vec<PendingAcknowledgement>, CacheError> {
        self.detached(|mut state| async move {
            let mut found = Vec::new();
            let see = |id, bytes: &[u8]| {
                let acknowledgement = serde_json::from_slice(bytes).ok();
                let order = OrderId::from_bytes(id);
                found.extend(acknowledgement.map(|acknowledgement| PendingAcknowledgement {
                    order,
                    acknowledgement,
                }));
            };
            state.visit(Book::Acknowledgements, see).await?;
            Ok(found)
        })
        .await
    }

    /// Forgets acknowledgements that the server confirmed.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn acknowledged(&self, orders: &[OrderId]) -> Result<(), CacheError> {
        let mut edits = Edits::default();
        for order in orders {
            edits.remove(Book::Acknowledgements, *order.as_bytes());
        }
        self.detached(move |mut state| async move { state.commit(edits).await })
            .await
    }
}

impl State {
    async fn last_order(&mut self) -> Result<u64, CacheError> {
        Ok(self.read(documents::LAST_ORDER).await?.unwrap_or(0))
    }

    async fn execute(&mut self, order: Order, digest: [u8; 32]) -> Result<Executed, OrderError> {
        if order.organization != self.device.organization || order.device != self.device.id {
            return Err(OrderError::NotForUs);
        }
        let expected = self.last_order().await?.saturating_add(1);
        if order.seq > expected {
            return Err(OrderError::Gap(expected));
        }
        // First the keys go, then the acknowledgement is written; a crash in between makes the order come again.
        let gone = self.destroy(&order.targets).await?;
        let acknowledgement = match self.remembered(order.order).await? {
            Some(remembered) => remembered,
            None => self.acknowledge(&order, digest, expected).await?,
        };
        Ok(Executed {
            order: order.order,
            acknowledgement,
            leases: gone.leases,
            names: gone.names,
            everything: order.targets.contains(&Target::Everything),
        })
    }

    async fn remembered(&mut self, order: OrderId) -> Result<Option<Signed>, CacheError> {
        let bytes = self.record(Book::Acknowledgements, order.as_bytes()).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    async fn acknowledge(
        &mut self,
        order: &Order,
        digest: [u8; 32],
        expected: u64,
    ) -> Result<Signed, OrderError> {
        let head = self.journal_head().await?;
        let acknowledgement = Acknowledgement {
            organization: order.organization,
            device: order.device,
            order: order.order,
            order_sha256: digest.into(),
            cache_generation: self.item.generation,
            journal_seq: head.seq,
            journal_hash: head.hash,
        };
        let body = canonical(&acknowledgement).map_err(|_| OrderError::Sign)?;
        let signature = self.device.key.sign(&body).map_err(|_| OrderError::Sign)?;
        let signed = Signed {
            body: body.into(),
            signature: signature.into(),
        };
        let mut edits = Edits::default();
        edits.put(Book::Acknowledgements, *order.order.as_bytes(), json(&signed)?);
        edits.put_document(documents::LAST_ORDER, &order.seq.max(expected.saturating_sub(1)))?;
        if order.targets.contains(&Target::Everything) {
            // With the acknowledgement or not at all: whoever is told later must know what to erase.
            edits.put_document(documents::EVERYTHING, &true)?;
        }
        self.commit(edits).await?;
        Ok(signed)
    }
}
