//! What the targets of an order mean here, and destroying it.

use crate::{
    book::{Book, Edits},
    documents, entitled,
    error::CacheError,
    history::HistoryRecord,
    secret_view::SecretView,
    state::State,
};
use claviger_ledger::leaf::Leaf;
use claviger_model::ids::{ScopeId, SecretId};
use claviger_protocol::{
    order::Target,
    requests::{RequestRecord, Want},
    sync::Entitlement,
    wire::Bytes,
};
use std::collections::HashSet;

/// What was destroyed.
#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) leases: Vec<SecretId>,
    pub(super) names: Vec<SecretId>,
}

/// Targets with what lies below them.
#[derive(Debug, Default)]
struct Reach {
    everything: bool,
    secrets: HashSet<SecretId>,
    scopes: HashSet<ScopeId>,
    named_secrets: HashSet<SecretId>,
    named_scopes: HashSet<ScopeId>,
}

impl Reach {
    fn of(targets: &[Target], entitlement: Option<&Entitlement>) -> Self {
        let mut reach = Self::default();
        for target in targets {
            match *target {
                Target::Everything => reach.everything = true,
                Target::Secret { secret, names } => {
                    reach.secrets.insert(secret);
                    reach.named_secrets.extend(names.then_some(secret));
                }
                Target::Scope { scope, names } => {
                    let below = entitled::below(entitlement, scope);
                    if names {
                        reach.named_scopes.extend(&below);
                    }
                    reach.scopes.extend(below);
                }
            }
        }
        reach
    }

    fn names(&self, secret: Option<SecretId>, scope: Option<ScopeId>) -> bool {
        secret.is_some_and(|secret| self.named_secrets.contains(&secret))
            || scope.is_some_and(|scope| self.named_scopes.contains(&scope))
    }

    fn takes_names(&self) -> bool {
        !self.named_secrets.is_empty() || !self.named_scopes.is_empty()
    }
}

impl State {
    /// Destroys what the targets name; nothing and no generation when none of it is here.
    pub(super) async fn destroy(&mut self, targets: &[Target]) -> Result<Gone, CacheError> {
        let entitlement: Option<Entitlement> = self.read(documents::ENTITLEMENT).await?;
        let reach = Reach::of(targets, entitlement.as_ref());
        let mut secrets: Vec<(SecretId, ScopeId)> = Vec::new();
        self.visit(Book::Secrets, |_, bytes| {
            let secret = postcard::from_bytes::<SecretView<'_>>(bytes).ok();
            secrets.extend(secret.map(|secret| (secret.id, secret.scope)));
        })
        .await?;
        let within: HashSet<SecretId> = secrets
            .iter()
            .filter(|(_, scope)| reach.scopes.contains(scope))
            .map(|(secret, _)| *secret)
            .collect();
        let mut gone = Gone::default();
        for lease in self.lease_heads().await? {
            let inside = lease.scopes.iter().any(|scope| reach.scopes.contains(scope));
            // Where nobody knows any more where the secret stands, a scope's order takes it too.
            let unknown = lease.scopes.is_empty() && !reach.scopes.is_empty();
            if reach.everything
                || inside
                || unknown
                || reach.secrets.contains(&lease.secret)
                || within.contains(&lease.secret)
            {
                gone.leases.push(lease.secret);
            }
        }
        let named = secrets
            .iter()
            .filter(|(secret, scope)| reach.everything || reach.names(Some(*secret), Some(*scope)));
        gone.names = named.map(|(secret, _)| *secret).collect();

        let mut edits = Edits::default().destroying();
        for lease in &gone.leases {
            edits.remove(Book::Leases, *lease.as_bytes());
        }
        for secret in &gone.names {
            edits.remove(Book::Secrets, *secret.as_bytes());
            edits.remove(Book::Marks, *secret.as_bytes());
        }
        if reach.everything {
            self.clear_everything(&mut edits).await?;
        } else if reach.takes_names() {
            let named: HashSet<SecretId> = gone.names.iter().copied().collect();
            self.forget_openings(&reach, &mut edits).await?;
            self.forget_requests(&named, &reach, &mut edits).await?;
            forget_places(&reach, entitlement, &mut edits)?;
        }
        self.commit(edits).await?;
        Ok(gone)
    }

    /// All but what the server still has to be told, and what keeps time and order.
    async fn clear_everything(&mut self, edits: &mut Edits) -> Result<(), CacheError> {
        for book in Book::ALL {
            if !matches!(book, Book::Journal | Book::Acknowledgements) {
                edits.clear(book);
            }
        }
        let head = self.journal_head().await?;
        edits.put_document(documents::JOURNAL_HEAD, &head)?;
        let last = self.read::<u64>(documents::LAST_ORDER).await?;
        edits.put_document(documents::LAST_ORDER, &last.unwrap_or(0))?;
        self.advance(edits).await
    }

    /// The openings of leaves carry names, paths and reasons.
    async fn forget_openings(&mut self, reach: &Reach, edits: &mut Edits) -> Result<(), CacheError> {
        let mut records: Vec<HistoryRecord> = Vec::new();
        self.visit(Book::History, |_, bytes| {
            let record = serde_json::from_slice::<HistoryRecord>(bytes).ok();
            records.extend(record.filter(|record| {
                let object = Leaf::parse(&record.leaf.0)
                    .map(|leaf| leaf.object)
                    .unwrap_or_default();
                !record.openings.is_empty() && reach.names(object.secret, object.scope)
            }));
        })
        .await?;
        for mut record in records {
            record.openings.clear();
            edits.put(
                Book::History,
                crate::key_table::wide(record.seq),
                documents::json(&record)?,
            );
        }
        Ok(())
    }

    async fn forget_requests(
        &mut self,
        named: &HashSet<SecretId>,
        reach: &Reach,
        edits: &mut Edits,
    ) -> Result<(), CacheError> {
        self.visit(Book::Requests, |id, bytes| {
            let request = serde_json::from_slice::<RequestRecord>(bytes).ok();
            let about = request.and_then(|request| match request.want {
                Want::Rotation { secret } => Some(secret),
                Want::Access { secret, .. } => secret,
            });
            if about.is_some_and(|secret| named.contains(&secret) || reach.named_secrets.contains(&secret)) {
                edits.remove(Book::Requests, id);
            }
        })
        .await
    }
}

/// Scopes have names too. What is left has no digest, so that the next sync brings the entitlement anew.
fn forget_places(
    reach: &Reach,
    entitlement: Option<Entitlement>,
    edits: &mut Edits,
) -> Result<(), CacheError> {
    let Some(mut entitlement) = entitlement.filter(|_| !reach.named_scopes.is_empty()) else {
        return Ok(());
    };
    entitlement
        .scopes
        .retain(|scope| !reach.named_scopes.contains(&scope.id));
    entitlement
        .rights
        .retain(|rights| !reach.named_scopes.contains(&rights.scope));
    entitlement.digest = Bytes::default();
    edits.put_document(documents::ENTITLEMENT, &entitlement)
}
