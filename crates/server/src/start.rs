//! From a configuration to a server process: database, keys, organization, sequencer.

use crate::{
    app::{App, Shared},
    caller::{RememberedSessions, SeenProofs, refusals::Refusals, replays::Replays},
    config::{Config, Origin},
    connected,
    entitlement::Entitlements,
    events::Event,
    founding::{self, FoundingError, Plan},
    jobs::Failures,
    keys::{HeldKeys, HeldKeysError, ServerKeys, root::RootError},
    operations::{
        release::{Encapsulations, KeptValues},
        sync::KeptScopes,
    },
    scim::caller::Provisioners,
    sequencer::{Desk, Running, Sequencer},
    sign_in::{Provider, provider::FetchError, service_token::KeyRefusals},
    stream::Hints,
    telling::{address::SystemResolver, outbox::Outbox, webhook::Poster},
};
use claviger_crypto::keys::LocalRootKey;
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    entropy::{Entropy, SystemEntropy},
    event::EventKind,
    guardrail::Guardrail,
    time::{Clock, SystemClock},
};
use claviger_storage::{
    Database, Reader, StorageError, Store, StoreConfig, TimeSource, organization::Organization,
};
use std::sync::Arc;

/// Time and randomness of a process.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Whose time counts under the lock.
    pub time: TimeSource,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database cannot be used")]
    Storage(#[from] StorageError),
    /// The root key.
    #[error("the root key cannot be used")]
    Root(#[from] RootError),
    /// The organization or its keys.
    #[error("the organization cannot be opened")]
    Organization(#[from] FoundingError),
    /// Keys that were changed while it started.
    #[error("the server's keys cannot be used")]
    Keys(#[from] HeldKeysError),
    /// The provider's client.
    #[error("the identity provider cannot be used")]
    Provider(#[from] FetchError),
    /// The sequencer's thread.
    #[error("the system gives no thread")]
    Thread(#[source] std::io::Error),
    /// A demonstration served in earnest.
    #[error(
        "the database holds the demonstration organization; `serve --demonstration` serves it, on loopback only"
    )]
    Demonstration,
    /// The reverse.
    #[error("`--demonstration` is for a database that `claviger-demo` made; this one is none")]
    NoDemonstration,
}

/// A process that is ready to serve.
pub struct Started {
    /// What handlers share.
    pub app: Shared,
    sequencer: Running,
}

impl Surroundings {
    /// The machine's clock and randomness; under the lock, a PostgreSQL's own time.
    pub fn system() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self {
            time: TimeSource::Database(Arc::clone(&clock)),
            clock,
            entropy: Arc::new(SystemEntropy),
        }
    }
}

/// Opens the database; a SQLite file of our own is brought to this program's version, a PostgreSQL by `migrate` only,
/// since the server's role may not change tables (rule 12).
///
/// # Errors
/// When it cannot be opened, or has another version.
pub async fn open_store(config: &Config, surroundings: &Surroundings) -> Result<Store, StorageError> {
    let store = Store::open(StoreConfig {
        database: config.database.clone(),
        time: surroundings.time.clone(),
        connections: config.connections,
    })
    .await?;
    match config.database {
        Database::Sqlite(_) => store.migrate().await?,
        Database::Postgres(_) => store.check().await?,
    }
    Ok(store)
}

/// Starts everything but listening and jobs. The first start of all founds the organization and makes the root key.
///
/// # Errors
/// Says what is wrong with the database, the keys or the provider's settings.
pub async fn start(
    config: Config,
    origin: Origin,
    surroundings: Surroundings,
    demonstration: bool,
) -> Result<Started, StartError> {
    let store = open_store(&config, &surroundings).await?;
    let (organization, keys, root) = open_or_found(&store, &config, &origin, &surroundings).await?;
    let keys = Arc::new(HeldKeys::new(
        config.root.clone(),
        Arc::new(root),
        organization.id,
        keys,
    ));
    match (organization.demonstration, demonstration) {
        (true, false) => return Err(StartError::Demonstration),
        (false, true) => return Err(StartError::NoDemonstration),
        _ => {}
    }
    if organization.origin != origin.as_str() {
        tracing::warn!(
            origin = origin.as_str(),
            "the public origin changed; devices that pinned the old one will ask"
        );
        note_origin(&store, &organization, &origin, &keys, &*surroundings.entropy).await?;
    }
    founding::renew_roles(&store, organization.id, &keys, &*surroundings.entropy).await?;
    for guardrail in switched_off(&mut *store.reader().await?).await? {
        // Never switched on by itself: an organization founded before it was there decides for itself.
        tracing::warn!(guardrail = %guardrail.name, "a built-in guardrail is switched off");
    }
    let provider = Provider::new(&config.oidc, &config.scim.claim, Arc::clone(&surroundings.clock))?;
    let hints = Hints::new();
    let entitlements = Arc::new(Entitlements::default());
    let encapsulations = Encapsulations::new();
    let (sequencer, running) = Sequencer::start(Desk {
        store: store.clone(),
        organization: organization.id,
        entropy: Arc::clone(&surroundings.entropy),
        entitlements: Arc::clone(&entitlements),
        hints: hints.clone(),
        keys: Arc::clone(&keys),
        encapsulations: encapsulations.clone(),
    })
    .map_err(StartError::Thread)?;
    let poster = Poster::new(config.webhooks.clone(), Arc::new(SystemResolver));
    let app = App {
        outbox: Outbox::new(poster),
        systems: connected::systems(&config),
        clock: surroundings.clock,
        entropy: surroundings.entropy,
        config,
        origin,
        store,
        organization: organization.id,
        organization_name: organization.name,
        demonstration: organization.demonstration,
        keys,
        sequencer,
        entitlements,
        encapsulations,
        provider,
        hints,
        proofs: SeenProofs::new(),
        sessions: RememberedSessions::new(),
        values: KeptValues::new(),
        scopes: KeptScopes::new(),
        replays: Replays::default(),
        refusals: Refusals::default(),
        key_refusals: KeyRefusals::new(),
        provisioners: Provisioners::new(),
        failures: Failures::default(),
    };
    Ok(Started {
        app: Arc::new(app),
        sequencer: running,
    })
}

/// The built-in guardrails that do not count in this organization.
///
/// # Errors
/// When the database fails.
pub async fn switched_off(reader: &mut dyn Reader) -> Result<Vec<Guardrail>, StorageError> {
    let mut guardrails = reader.guardrails().await?;
    guardrails.retain(|guardrail| guardrail.builtin && !guardrail.enabled);
    Ok(guardrails)
}

/// Another public origin: what clients name, and what their proofs are checked against, so that it stands in the log.
async fn note_origin(
    store: &Store,
    organization: &Organization,
    origin: &Origin,
    keys: &HeldKeys,
    entropy: &dyn Entropy,
) -> Result<(), StartError> {
    let (mut locked, keys) = keys.lock(store).await?;
    locked
        .set_organization(&organization.name, origin.as_str())
        .await?;
    let mut event = Event::of_the_server(EventKind::PolicyChanged, entropy)
        .commit("origin-before", organization.origin.as_str(), None)
        .commit("origin", origin.as_str(), None);
    if let Ok(what) = Label::new("public-origin") {
        event = event.fact("what", Fact::Label(what));
    }
    let draft = event.into_draft(organization.id, entropy);
    locked.append(vec![draft], &*keys).await?;
    Ok(locked.commit().await?)
}

impl Started {
    /// Ends the process's work after the last call was answered: what is counted goes into the log, then the database
    /// is closed.
    pub async fn stop(self) {
        let Self { app, sequencer } = self;
        crate::jobs::settle(&app).await;
        let store = app.store.clone();
        drop(app);
        // Connections that the sequencer opened live on its thread.
        store.close().await;
        // A stream that is still open holds the sequencer; its queue is empty by now.
        sequencer.stop();
    }
}

/// The organization and its keys; founded, with a new root key, when the database is empty.
///
/// # Errors
/// When the root key is missing, another one or open to others, or the database fails.
pub async fn open_or_found(
    store: &Store,
    config: &Config,
    origin: &Origin,
    surroundings: &Surroundings,
) -> Result<(Organization, ServerKeys, LocalRootKey), StartError> {
    let entropy = &*surroundings.entropy;
    let founded = store.reader().await?.organization().await?.is_some();
    let root = if founded {
        config.root.require().await?
    } else {
        config.root.read_or_create(entropy).await?
    };
    if !founded {
        let plan = Plan::random(config.organization.clone(), origin.clone(), entropy);
        founding::found(store, &plan, &root, entropy).await?;
    }
    let (organization, keys) = founding::open(store, &root)
        .await?
        .ok_or_else(|| RootError::Missing(config.root.clone()))?;
    Ok((organization, keys, root))
}
