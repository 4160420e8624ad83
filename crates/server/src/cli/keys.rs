//! `keys list` and `keys rotate`: the keys of the server, by its administrator (rules 20 and 33).

use super::say;
use crate::{
    config::{Config, ConfigError},
    events::Event,
    founding,
    keys::{
        HeldKeys, ServerKeys,
        generations::{self, GenerationError},
        root::{Home, Transit},
        root_change,
        succession::{self, HandOver},
    },
    start::{Surroundings, open_store},
};
use anyhow::Context;
use clap::{Args, Subcommand};
use claviger_crypto::keys::{KeyGeneration, LocalRootKey, RootKey};
use claviger_model::{
    entropy::Entropy,
    ids::{KeyId, OrganizationId},
};
use claviger_storage::{
    Database, Locked, Store,
    organization::{KekGeneration, KeyPurpose},
};
use std::{sync::Arc, time::Duration};

/// Between two transactions, so that the calls of running servers come in between.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show every key with its age, and how far a rotation is.
    List,
    /// Replace the key-encryption key, or what else is named. What was broken off goes on when it is called again.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Change the root key to the one in this home (a file, `keyring:NAME` or `transit:FILE`), which is made if it is not there;
    /// both are accepted until it is finished.
    #[arg(long, value_name = "HOME", conflicts_with_all = ["finish_root", "in_background"])]
    root: Option<String>,
    /// Finish changing the root key: `root_key` is the new one everywhere, and the old one counts no more.
    #[arg(long, conflicts_with = "in_background")]
    finish_root: bool,
    /// Begin only; running servers, or the next that starts, wrap the data keys anew.
    #[arg(long)]
    in_background: bool,
    /// Replace the key that signs the log's checkpoints; devices follow by the old one's signature.
    #[arg(long, conflicts_with_all = ["root", "finish_root", "in_background"])]
    log: bool,
    /// Replace the key that signs orders and the enrolment bundle; devices follow by the old one's signature.
    #[arg(long, conflicts_with_all = ["root", "finish_root", "in_background"])]
    orders: bool,
    /// Replace the key that devices seal new values to.
    #[arg(long, conflicts_with_all = ["root", "finish_root", "in_background"])]
    sealing: bool,
}

impl Rotate {
    /// The server's own keys that are named.
    fn named(&self) -> Vec<KeyPurpose> {
        [
            (self.log, KeyPurpose::Log),
            (self.orders, KeyPurpose::Orders),
            (self.sealing, KeyPurpose::Sealing),
        ]
        .into_iter()
        .filter(|(named, _)| *named)
        .map(|(_, purpose)| purpose)
        .collect()
    }
}

/// The database and its keys, held by the command line.
struct Locksmith {
    store: Store,
    organization: OrganizationId,
    root: Arc<LocalRootKey>,
    /// Several servers may use the database.
    shared: bool,
    transit: Option<Transit>,
    held: HeldKeys,
    entropy: Arc<dyn Entropy>,
}

pub(super) async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let locksmith = Locksmith::open(&config).await?;
    let done = match command {
        Command::List => locksmith.list().await,
        Command::Rotate(rotate) => locksmith.rotate(rotate).await,
    };
    locksmith.store.close().await;
    done
}

impl Locksmith {
    async fn open(config: &Config) -> anyhow::Result<Self> {
        let surroundings = Surroundings::system();
        let store = open_store(config, &surroundings).await?;
        let root = Arc::new(config.root.require().await?);
        let (organization, keys) = founding::open(&store, &*root)
            .await?
            .context("the database was not founded yet; start the server once")?;
        let organization = organization.id;
        Ok(Self {
            held: HeldKeys::new(config.root.clone(), Arc::clone(&root), organization, keys),
            entropy: surroundings.entropy,
            organization,
            root,
            transit: config.transit.clone(),
            shared: matches!(config.database, Database::Postgres(_)),
            store,
        })
    }

    async fn rotate(&self, rotate: Rotate) -> anyhow::Result<()> {
        if let Some(home) = rotate.root {
            let home = Home::parse(&home, self.transit.as_ref())?;
            anyhow::ensure!(
                !(self.shared && home.is_of_one_session()),
                ConfigError::KeyringShared
            );
            return self.begin_root(&home).await;
        }
        if rotate.finish_root {
            return self.finish_root().await;
        }
        let named = rotate.named();
        if named.is_empty() {
            return self.generation(rotate.in_background).await;
        }
        for purpose in named {
            self.succeed(purpose).await?;
        }
        say(
            "running servers use them from their next transaction on; devices follow with their next contact",
        )?;
        Ok(())
    }

    /// Replaces a key; the checkpoint of this transaction is signed by the log's old key, and by a new one too.
    async fn succeed(&self, purpose: KeyPurpose) -> anyhow::Result<()> {
        let (mut locked, keys) = self.lock().await?;
        let replaced =
            succession::replace(&mut *locked, &keys, purpose, self.organization, &*self.entropy).await?;
        let draft = replaced.event.into_draft(self.organization, &*self.entropy);
        let pens = HandOver::new(&keys.log, replaced.log.as_ref());
        locked.append(vec![draft], &pens).await?;
        locked.commit().await?;
        say(&format!(
            "the {} key was replaced by a new one",
            crate::keys::name(purpose)
        ))?;
        Ok(())
    }

    /// The lock, and the keys as they stand under it.
    async fn lock(&self) -> anyhow::Result<(Box<dyn Locked>, Arc<ServerKeys>)> {
        Ok(self.held.lock(&self.store).await?)
    }

    async fn commit(
        &self,
        mut locked: Box<dyn Locked>,
        keys: &ServerKeys,
        event: Option<Event>,
    ) -> anyhow::Result<()> {
        if let Some(event) = event {
            let draft = event.into_draft(self.organization, &*self.entropy);
            locked.append(vec![draft], keys).await?;
        }
        Ok(locked.commit().await?)
    }

    async fn generation(&self, in_background: bool) -> anyhow::Result<()> {
        let (mut locked, keys) = self.lock().await?;
        let entropy = &*self.entropy;
        match generations::begin(&mut *locked, &keys, &*self.root, self.organization, entropy).await {
            Ok(event) => {
                self.commit(locked, &keys, Some(event)).await?;
                say("a new generation of the key-encryption key wraps from now on")?;
            }
            Err(GenerationError::Unfinished(number)) => {
                drop(locked);
                say(&format!(
                    "generation {number} is not empty yet: the rotation that was begun before goes on, and no other is begun"
                ))?;
            }
            Err(error) => return Err(error.into()),
        }
        if in_background {
            say(
                "running servers wrap the data keys anew, or the next that starts; `keys list` shows how far they are",
            )?;
            return Ok(());
        }
        let keys = self.held.learn(&self.store).await?;
        for retired in keys.retired() {
            self.empty(retired).await?;
        }
        say(
            "the rotation is finished; backups that hold an older generation stay readable with the root key of their time",
        )?;
        Ok(())
    }

    /// Wraps anew what is under a generation, and destroys it.
    async fn empty(&self, retired: KeyId) -> anyhow::Result<()> {
        let mut total: usize = 0;
        loop {
            let (mut locked, keys) = self.lock().await?;
            let some = generations::rewrap_some(&mut *locked, &keys, retired, &*self.entropy).await?;
            self.commit(locked, &keys, None).await?;
            total = total.saturating_add(some);
            if some == 0 {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        say(&format!(
            "{total} data keys were wrapped anew; no value was touched"
        ))?;
        let (mut locked, keys) = self.lock().await?;
        let event = generations::destroy(&mut *locked, &keys, retired, &*self.entropy).await?;
        self.commit(locked, &keys, event).await
    }

    async fn begin_root(&self, home: &Home) -> anyhow::Result<()> {
        let new = home.read_or_create(&*self.entropy).await?;
        let (mut locked, keys) = self.lock().await?;
        let event = root_change::begin(&mut *locked, &keys, (&*self.root, &new), &*self.entropy).await?;
        self.commit(locked, &keys, Some(event)).await?;
        for line in [
            &format!("the configured root key and `{home}` both open the database now"),
            "back the new one up, set `root_key` to it for every server, and restart each",
            "then run `keys rotate --finish-root`; the old one is needed for backups of the time before, and for nothing else",
        ] {
            say(line)?;
        }
        Ok(())
    }

    async fn finish_root(&self) -> anyhow::Result<()> {
        let (mut locked, keys) = self.lock().await?;
        let event = root_change::finish(&mut *locked, &*self.root, &*self.entropy).await?;
        self.commit(locked, &keys, Some(event)).await?;
        say("the configured root key alone opens the database now")?;
        Ok(())
    }

    async fn list(&self) -> anyhow::Result<()> {
        let mut reader = self.store.snapshot().await?;
        for kek in reader.kek_generations().await? {
            let count = reader.count_data_keys(kek.id).await?;
            say(&generation_line(&kek, count, &self.root))?;
        }
        for key in reader.server_keys().await? {
            let state = if key.retired_at.is_some() {
                "retired"
            } else {
                "in use"
            };
            let public = claviger_crypto::bytes::encode_base64url(&key.public);
            say(format!(
                "{} {}: {state} since {}  {public}",
                crate::keys::name(key.purpose),
                key.generation,
                day(key.retired_at.unwrap_or(key.created_at)),
            )
            .trim_end())?;
        }
        Ok(())
    }
}

fn generation_line(kek: &KekGeneration, count: u64, root: &LocalRootKey) -> String {
    let state = match kek.retired_at {
        None => format!("wraps since {}", day(kek.created_at)),
        Some(at) => format!("retired since {}", day(at)),
    };
    let mut line = format!("key-encryption {}: {state}; {count} data keys", kek.generation);
    if let Some(next) = &kek.next_wrapped {
        let which = match KeyGeneration::root_of(next) {
            Ok(id) if id == root.id() => "`root_key` is the new one",
            _ => "`root_key` is the old one",
        };
        line.push_str(&format!("; the root key is being changed, {which}"));
    }
    line
}

/// The day, UTC.
fn day(at: claviger_model::time::Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(
        |_| at.millis().to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
