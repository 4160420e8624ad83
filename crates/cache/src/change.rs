//! What a sync brings, in one transaction, and what it left.

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents::{self, json},
    entitled,
    error::CacheError,
    secret_view::SecretView,
    state::State,
};
use claviger_model::{
    ids::{RequestId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    principals::PrincipalRecord, requests::RequestRecord, secrets::SecretRecord, sync::Entitlement,
};

/// Everything of one reply, or several; written all or not at all.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The cursor to go on from.
    pub cursor: Option<u64>,
    /// The cursor that was asked with; when the cache has another one by now, since it lost pages, nothing is written and
    /// the error is [`CacheError::OutOfStep`].
    pub since: Option<u64>,
    /// The server's time.
    pub now: Option<Timestamp>,
    /// A new entitlement; secrets of scopes that it lacks are dropped.
    pub entitlement: Option<Entitlement>,
    /// Made or changed.
    pub secrets: Vec<SecretRecord>,
    /// Gone.
    pub removed: Vec<SecretId>,
    /// New or answered.
    pub requests: Vec<RequestRecord>,
    /// Requests that are not shown any more.
    pub requests_removed: Vec<RequestId>,
    /// New or renamed.
    pub principals: Vec<PrincipalRecord>,
}

/// What is stored beside secrets and history.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The cursor to go on from; 0 when everything has to be fetched.
    pub cursor: u64,
    /// The entitlement, after the first sync.
    pub entitlement: Option<Entitlement>,
    /// Requests, in no order.
    pub requests: Vec<RequestRecord>,
    /// People and teams, in no order.
    pub principals: Vec<PrincipalRecord>,
}

impl Cache {
    /// Writes a change in one transaction. A lease stays until it ends or an order takes it.
    ///
    /// # Errors
    /// When the cache fails; nothing was written then.
    pub async fn apply(&self, change: Change) -> Result<(), CacheError> {
        self.detached(move |mut state| async move { state.apply(change).await })
            .await
    }

    /// Reads everything but secrets and history.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn stored(&self) -> Result<Stored, CacheError> {
        self.detached(move |mut state| async move { state.stored().await })
            .await
    }

    /// Reads all secrets, borrowed from each page while it is open.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn secrets<T: Send>(
        &self,
        mut map: impl FnMut(SecretView<'_>) -> T + Send,
    ) -> Result<Vec<T>, CacheError> {
        self.detached(|_| async { Ok::<_, CacheError>(()) }).await?;
        let mut found = Vec::new();
        let mut guard = self.guard().await?;
        let see = |_, bytes: &[u8]| found.extend(postcard::from_bytes(bytes).ok().map(&mut map));
        guard.visit(Book::Secrets, see).await?;
        let broken = !guard.broken.is_empty();
        drop(guard);
        if broken {
            self.detached(|mut state| async move { state.mend().await })
                .await?;
            found.clear();
        }
        Ok(found)
    }

    /// Reads one secret.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn secret(&self, secret: SecretId) -> Result<Option<SecretRecord>, CacheError> {
        self.detached(move |mut state| async move {
            let bytes = state.record(Book::Secrets, secret.as_bytes()).await?;
            Ok(bytes.and_then(|bytes| postcard::from_bytes::<SecretView<'_>>(&bytes).ok()?.to_record()))
        })
        .await
    }
}

impl State {
    async fn apply(&mut self, change: Change) -> Result<(), CacheError> {
        self.load_index(Book::Secrets).await?;
        self.mend().await?;
        if let Some(since) = change.since {
            let stored = self.read::<u64>(documents::CURSOR).await?.unwrap_or(0);
            if stored != since {
                return Err(CacheError::OutOfStep { stored });
            }
        }
        let mut edits = Edits::default();
        if let Some(entitlement) = &change.entitlement {
            edits.put_document(documents::ENTITLEMENT, entitlement)?;
            for secret in self.outside(entitlement).await? {
                edits.remove(Book::Secrets, *secret.as_bytes());
            }
        }
        for record in &change.secrets {
            let row = SecretView::of(record);
            let bytes = postcard::to_stdvec(&row).map_err(|_| CacheError::TooLarge(0))?;
            edits.put(Book::Secrets, *record.secret.id.as_bytes(), bytes);
        }
        for secret in &change.removed {
            edits.remove(Book::Secrets, *secret.as_bytes());
        }
        for request in &change.requests {
            edits.put(Book::Requests, *request.id.as_bytes(), json(request)?);
        }
        for request in &change.requests_removed {
            edits.remove(Book::Requests, *request.as_bytes());
        }
        for principal in &change.principals {
            edits.put(Book::Principals, *principal.id.as_bytes(), json(principal)?);
        }
        if let Some(cursor) = change.cursor {
            edits.put_document(documents::CURSOR, &cursor)?;
        }
        if let Some(now) = change.now {
            self.note_contact(now, &mut edits).await?;
        }
        self.commit(edits).await
    }

    /// Secrets that an entitlement does not reach.
    async fn outside(&mut self, entitlement: &Entitlement) -> Result<Vec<SecretId>, CacheError> {
        let reached = entitled::reached(entitlement);
        let mut outside = Vec::new();
        self.visit(Book::Secrets, |_, bytes| {
            let secret = postcard::from_bytes::<SecretView<'_>>(bytes).ok();
            outside.extend(
                secret
                    .filter(|secret| !reached.contains(&secret.scope))
                    .map(|secret| secret.id),
            );
        })
        .await?;
        Ok(outside)
    }

    async fn stored(&mut self) -> Result<Stored, CacheError> {
        for book in Book::NAMES {
            self.load_index(book).await?;
        }
        self.mend().await?;
        let mut stored = Stored {
            cursor: self.read(documents::CURSOR).await?.unwrap_or(0),
            entitlement: self.read(documents::ENTITLEMENT).await?,
            ..Stored::default()
        };
        self.visit(Book::Requests, |_, bytes| {
            stored.requests.extend(serde_json::from_slice(bytes).ok())
        })
        .await?;
        self.visit(Book::Principals, |_, bytes| {
            stored.principals.extend(serde_json::from_slice(bytes).ok())
        })
        .await?;
        Ok(stored)
    }
}
