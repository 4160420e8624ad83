//! What every handler shares.

use crate::{
    caller::{RememberedSessions, SeenProofs, refusals::Refusals, replays::Replays},
    config::{Config, Origin},
    connected::Systems,
    entitlement::Entitlements,
    jobs::Failures,
    keys::HeldKeys,
    operations::{
        release::{Encapsulations, KeptValues},
        sync::KeptScopes,
    },
    scim::caller::Provisioners,
    sequencer::Sequencer,
    sign_in::{Provider, service_token::KeyRefusals},
    stream::Hints,
    telling::outbox::Outbox,
};
use claviger_model::{entropy::Entropy, ids::OrganizationId, name::Name, time::Clock};
use claviger_storage::Store;
use std::sync::Arc;

/// One server process.
pub struct App {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// As it was read at start.
    pub config: Config,
    /// How clients name this server.
    pub origin: Origin,
    /// The tables.
    pub store: Store,
    /// The one organization of the database.
    pub organization: OrganizationId,
    /// Its name.
    pub organization_name: Name,
    /// Whether the database holds the demonstration.
    pub demonstration: bool,
    /// Keys of this server, as this process knows them.
    pub keys: Arc<HeldKeys>,
    /// Where changes and releases queue for the lock.
    pub sequencer: Sequencer,
    /// Decides.
    pub entitlements: Arc<Entitlements>,
    /// The HPKE contexts of this process, one a session.
    pub encapsulations: Encapsulations,
    /// The connected systems.
    pub systems: Systems,
    /// The identity provider.
    pub provider: Provider,
    /// Where hints for connected devices go.
    pub hints: Hints,
    /// What leaves the server.
    pub outbox: Outbox,
    /// Proofs seen by this process.
    pub proofs: SeenProofs,
    /// Sessions as they were read lately.
    pub sessions: RememberedSessions,
    /// Sealed values as they were read lately.
    pub values: KeptValues,
    /// What stands in scopes, as it was read lately.
    pub scopes: KeptScopes,
    /// Replays recorded lately.
    pub replays: Replays,
    /// Refusals recorded lately.
    pub refusals: Refusals,
    /// Refusals of service identities' keys recorded lately.
    pub key_refusals: KeyRefusals,
    /// SCIM clients that called lately.
    pub provisioners: Provisioners,
    /// Failures that are not in the log yet.
    pub failures: Failures,
}

/// The state of every route.
pub type Shared = Arc<App>;
