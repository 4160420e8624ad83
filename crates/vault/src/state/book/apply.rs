//! How the book follows what was synced: whole from the cache, then piece by piece.

use super::{Book, Places, SecretEntry};
use crate::search::{SearchIndex, Searchable};
use claviger_model::{
    ids::{PrincipalId, RequestId, ScopeId, SecretId},
    principal::PrincipalKind,
};
use claviger_protocol::{
    principals::PrincipalRecord, requests::RequestRecord, secrets::SecretRecord, sync::Entitlement,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use zeroize::Zeroize;

/// What the server told, to be put into the book.
#[derive(Debug, Clone, Default)]
pub(crate) struct Learned {
    /// A new entitlement; secrets outside of it go.
    pub(crate) entitlement: Option<Entitlement>,
    /// Made or changed.
    pub(crate) secrets: Vec<SecretRecord>,
    /// Gone.
    pub(crate) removed: Vec<SecretId>,
    /// New or answered.
    pub(crate) requests: Vec<RequestRecord>,
    /// Not shown any more.
    pub(crate) requests_removed: Vec<RequestId>,
    /// New or renamed.
    pub(crate) principals: Vec<PrincipalRecord>,
}

impl Learned {
    /// Whether it says nothing at all.
    pub(crate) fn is_nothing(&self) -> bool {
        self.entitlement.is_none()
            && self.secrets.is_empty()
            && self.removed.is_empty()
            && self.requests.is_empty()
            && self.requests_removed.is_empty()
            && self.principals.is_empty()
    }
}

impl Book {
    /// Puts secrets in that the cache held; only those whose scope the person may know of.
    pub(crate) fn fill(&mut self, secrets: Vec<SecretEntry>) {
        let visible = self.places.visible();
        let known = secrets
            .into_iter()
            .filter(|secret| visible.contains(&secret.scope));
        self.secrets = Arc::new(known.map(|secret| (secret.id, secret)).collect());
        self.index_all();
    }

    /// Puts in what the server told.
    pub(crate) fn learn(&mut self, learned: &Learned) {
        self.learn_principals(learned);
        if let Some(entitlement) = &learned.entitlement {
            self.places = Arc::new(Places::new(entitlement));
            self.entitlement = Some(Arc::new(entitlement.clone()));
            self.drop_outside();
        }
        let visible = if learned.secrets.is_empty() {
            HashSet::new()
        } else {
            self.places.visible()
        };
        for record in &learned.secrets {
            if record.secret.deleted_at.is_some() || !visible.contains(&record.secret.scope) {
                self.remove(record.secret.id);
            } else {
                self.upsert(record.into());
            }
        }
        for secret in &learned.removed {
            self.remove(*secret);
        }
        if !learned.requests.is_empty() || !learned.requests_removed.is_empty() {
            let requests = Arc::make_mut(&mut self.requests);
            requests.extend(
                learned
                    .requests
                    .iter()
                    .map(|request| (request.id, request.clone())),
            );
            for request in &learned.requests_removed {
                requests.remove(request);
            }
        }
    }

    /// Scopes whose secrets an entitlement shows and this book does not have yet.
    pub(crate) fn newly_visible(&self, entitlement: &Entitlement) -> Vec<ScopeId> {
        let (before, places) = (self.places.visible(), Places::new(entitlement));
        let after = places.visible();
        places
            .iter()
            .map(|node| node.scope.id)
            .filter(|id| after.contains(id) && !before.contains(id))
            .collect()
    }

    /// Secrets that an entitlement does not show any more.
    pub(crate) fn outside(&self, entitlement: &Entitlement) -> Vec<SecretId> {
        let visible = Places::new(entitlement).visible();
        self.secrets
            .values()
            .filter(|secret| !visible.contains(&secret.scope))
            .map(|secret| secret.id)
            .collect()
    }

    /// Forgets a secret's name.
    pub(crate) fn remove(&mut self, secret: SecretId) {
        if self.secrets.contains_key(&secret) {
            Arc::make_mut(&mut self.secrets).remove(&secret);
            Arc::make_mut(&mut self.search).remove(secret);
        }
    }

    fn upsert(&mut self, entry: SecretEntry) {
        let searchable = searchable(&entry, &self.places, &self.principals);
        Arc::make_mut(&mut self.search).upsert(entry.id, &searchable);
        Arc::make_mut(&mut self.secrets).insert(entry.id, entry);
    }

    fn learn_principals(&mut self, learned: &Learned) {
        let entitled = learned
            .entitlement
            .iter()
            .flat_map(|entitlement| &entitlement.principals);
        let mut renamed = HashSet::new();
        for record in learned.principals.iter().chain(entitled) {
            let before = self.principals.get(&record.id);
            if before == Some(record) {
                continue;
            }
            if before.is_some_and(|before| before.name != record.name) || before.is_none() {
                renamed.insert(record.id);
            }
            if record.kind == PrincipalKind::Person {
                Arc::make_mut(&mut self.people).upsert(record.id, &findable(record));
            }
            Arc::make_mut(&mut self.principals).insert(record.id, record.clone());
        }
        if renamed.is_empty() {
            return;
        }
        // An owner's name stands in the lines of what they own.
        let owned = self
            .secrets
            .values()
            .filter(|secret| secret.owner.is_some_and(|owner| renamed.contains(&owner)));
        let search = Arc::make_mut(&mut self.search);
        for secret in owned {
            search.upsert(secret.id, &searchable(secret, &self.places, &self.principals));
        }
    }

    fn drop_outside(&mut self) {
        let visible = self.places.visible();
        Arc::make_mut(&mut self.secrets).retain(|_, secret| visible.contains(&secret.scope));
        // Paths may have changed with the scopes, so all lines are written anew.
        self.index_all();
    }

    fn index_all(&mut self) {
        let lines = self
            .secrets
            .values()
            .map(|secret| (secret.id, searchable(secret, &self.places, &self.principals)));
        self.search = Arc::new(SearchIndex::new(lines));
    }
}

fn findable(person: &PrincipalRecord) -> Searchable<'_> {
    Searchable {
        name: &person.name,
        path: "",
        more: person.email.as_deref().into_iter().collect(),
    }
}

fn searchable<'a>(
    secret: &'a SecretEntry,
    places: &'a Places,
    principals: &'a HashMap<PrincipalId, PrincipalRecord>,
) -> Searchable<'a> {
    let mut more: Vec<&str> = Vec::with_capacity(secret.tags.len() + 2);
    if secret.variable.is_some() {
        more.push(&secret.name);
    }
    more.extend(secret.tags.iter().map(|tag| &**tag));
    more.extend(
        secret
            .owner
            .and_then(|owner| principals.get(&owner))
            .map(|owner| owner.name.as_str()),
    );
    Searchable {
        name: secret.shown(),
        path: places.path(secret.scope),
        more,
    }
}

impl Drop for Book {
    /// Erases what can be reached; names of secrets and search lines erase themselves.
    fn drop(&mut self) {
        for principal in Arc::get_mut(&mut self.principals)
            .into_iter()
            .flat_map(HashMap::values_mut)
        {
            principal.name.zeroize();
            principal.email.zeroize();
        }
        for request in Arc::get_mut(&mut self.requests)
            .into_iter()
            .flat_map(HashMap::values_mut)
        {
            request.reason.zeroize();
        }
        for record in Arc::get_mut(&mut self.history).into_iter().flatten() {
            record.leaf.0.zeroize();
            for opening in &mut record.openings {
                opening.value.zeroize();
                opening.key.0.zeroize();
            }
        }
    }
}
