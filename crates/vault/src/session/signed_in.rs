//! An open vault: from the cache alone, before any network.

use super::{CallError, Session, SessionError};
use crate::{
    account::{Identity, Server},
    api::Request,
    problem,
    state::{
        Inner, Live, LiveParts,
        book::{Book, Learned, SecretEntry},
    },
    sync::{self, LogWatch},
    view::state::Keyring,
};
use claviger_cache::{Cache, CacheError, Device, Enrolled, OpenError, Opening};
use claviger_model::ids::DeviceId;
use claviger_protocol::{route, session::Me};
use std::{sync::Arc, time::Duration};

/// The document that holds [`Me`].
const ME: &str = "me";
/// How often, and how long, to wait for a cache that is just being closed.
const CLOSING_TRIES: u32 = 40;
const CLOSING: Duration = Duration::from_millis(50);

impl Inner {
    /// Opens the cache and puts together what it holds.
    ///
    /// # Errors
    /// When the cache does not open.
    pub(crate) async fn open(
        &self,
        server: &Arc<Server>,
        identity: &Identity,
        enrolled: &Enrolled,
        session: Session,
    ) -> Result<Live, SessionError> {
        let cache = self.open_cache(server, identity, enrolled).await?;
        let (mut book, cursor) = read_book(&cache, enrolled.device).await?;
        let log = LogWatch::of(&cache, &server.log).await?;
        book.log = sync::standing(&log);
        let last_contact = cache.last_contact().await?;
        let live = Live::new(LiveParts {
            server: Arc::clone(server),
            keys: identity.keys.clone(),
            stored: identity.stored,
            device: enrolled.device,
            principal: enrolled.principal,
            api: self.api(server, identity),
            cache,
            session,
            log,
            book,
            cursor,
        });
        if let Some(at) = last_contact {
            live.synced(at);
        }
        Ok(live)
    }

    /// Opens the cache of this device; tells the page how it was found.
    ///
    /// # Errors
    /// When it does not open.
    pub(crate) async fn open_cache(
        &self,
        server: &Server,
        identity: &Identity,
        enrolled: &Enrolled,
    ) -> Result<Cache, SessionError> {
        let device = Device {
            organization: server.organization,
            id: enrolled.device,
            key: Arc::clone(identity.keys.signing()),
            log: server.log.clone(),
        };
        if !identity.stored {
            return Ok(Cache::in_memory(device, self.cache_parts()).await?);
        }
        let mut tries = 0;
        let opened = loop {
            match Cache::open(&self.parts.directory, device.clone(), self.cache_parts()).await {
                // What held it a moment ago, such as a round that was broken off, may still be closing it.
                Err(OpenError::InUse) if tries < CLOSING_TRIES => {
                    tries += 1;
                    tokio::time::sleep(CLOSING).await;
                }
                // The app goes on without storing anything, and says so.
                Err(error) if is_about_writing(&error) => {
                    self.note_storage(Some(problem::open_problem(&error)));
                    return Ok(Cache::in_memory(device, self.cache_parts()).await?);
                }
                opened => break opened?,
            }
        };
        self.note_storage(None);
        let words = opened.opening.words().map(str::to_owned);
        match opened.opening {
            Opening::NotStored(error) => self.note_keyring(&error),
            Opening::RolledBack => {
                self.board
                    .change(|state| state.keyring = Keyring::RolledBack { detail: words });
            }
            Opening::Fresh | Opening::Found { .. } | Opening::KeyLost | Opening::Replaced => {
                if let Some(words) = words {
                    tracing::warn!(words, "the cache was not found as it was left");
                }
                self.board.change(|state| state.keyring = Keyring::Ok);
            }
        }
        Ok(opened.cache)
    }

    /// Asks the server who is signed in, and remembers it.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn learn_me(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), CallError> {
        let me: Me = self.call_as(live, &Request::plain(route::ME, &[])).await?;
        let stored = serde_json::to_vec(&me);
        if let Ok(bytes) = stored
            && let Err(error) = live.cache.put_document(ME, Some(&bytes)).await
        {
            tracing::warn!(%error, "who is signed in could not be stored");
        }
        live.change_book(|book| put_me(book, me));
        Ok(())
    }
}

/// Whether a cache cannot be written for now, as on a full disk or in a directory of somebody else.
const fn is_about_writing(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Directory(_) | OpenError::Use(CacheError::DiskFull | CacheError::ReadOnly)
    )
}

/// What the person is called whose cache it is, as far as it knows.
pub(crate) async fn known_name(cache: &Cache) -> Option<String> {
    let bytes = cache.document(ME).await.ok().flatten()?;
    let me: Me = serde_json::from_slice(&bytes).ok()?;
    Some(me.person.name)
}

/// Everything of the cache, in memory, and the cursor to go on from.
pub(crate) async fn read_book(cache: &Cache, device: DeviceId) -> Result<(Book, u64), CacheError> {
    // The pages of secrets are read once: what comes after knows where each is.
    let secrets = cache.secrets(|view| SecretEntry::from(view)).await?;
    let stored = cache.stored().await?;
    let me: Option<Me> = cache
        .document(ME)
        .await?
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let mut book = Book::default();
    book.learn(&Learned {
        entitlement: stored.entitlement,
        requests: stored.requests,
        principals: stored.principals,
        ..Learned::default()
    });
    book.fill(secrets);
    book.marks = Arc::new(cache.marks().await?.into_iter().collect());
    book.leases = Arc::new(
        cache
            .leases()
            .await?
            .into_iter()
            .map(|lease| (lease.secret, lease))
            .collect(),
    );
    let history = cache.history().await?;
    book.history = Arc::new(sync::whole(&history).to_vec());
    book.kept = Arc::new(sync::kept_places(cache).await?);
    book.put_journal(cache.unsent().await?, device);
    if let Some(me) = me {
        put_me(&mut book, me);
    }
    Ok((book, stored.cursor))
}

fn put_me(book: &mut Book, me: Me) {
    let principals = std::iter::once(&me.person).chain(&me.teams).cloned().collect();
    book.learn(&Learned {
        principals,
        ..Learned::default()
    });
    book.me = Some(Arc::new(me));
}
