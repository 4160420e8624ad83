//! Finding secrets and people while one types.

use super::{names, row::Rows};
use crate::{
    Vault,
    search::{SearchIndex, Searchable},
    state::book::Book,
    view::{
        problem::Problem,
        search::{PersonHit, SearchReply, SecretHit},
    },
};
use claviger_model::{
    ids::PrincipalId,
    principal::PrincipalKind,
};
use std::collections::HashMap;

/// More people than these nobody wants to see below the secrets.
const PEOPLE: usize = 5;

impl Vault {
    /// The best hits among secrets and people.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn search(&self, text: &str, limit: u32) -> Result<SearchReply, Problem> {
        let (book, now) = (self.inner.book()?, self.inner.now());
        let rows = Rows::new(&book, now);
        let hits = book.search.search(text, usize::try_from(limit).unwrap_or(usize::MAX));
        let secrets = hits.into_iter().filter_map(|hit| {
            let secret = book.secrets.get(&hit.id)?;
            Some(SecretHit {
                row: rows.row(secret),
                name_matches: hit.name_matches,
                path_matches: hit.path_matches,
            })
        });
        Ok(SearchReply { secrets: secrets.collect(), people: people(&book, text) })
    }
}

fn people(book: &Book, text: &str) -> Vec<PersonHit> {
    let known = book.principals.values().filter(|record| record.kind == PrincipalKind::Person);
    let index = SearchIndex::new(known.map(|record| {
        let more = record.email.as_deref().into_iter().collect();
        (record.id, Searchable { name: &record.name, path: "", more })
    }));
    let mut owned: HashMap<PrincipalId, u32> = HashMap::new();
    for owner in book.secrets.values().filter_map(|secret| secret.owner) {
        *owned.entry(owner).or_default() += 1;
    }
    let hits = index.search(text, PEOPLE).into_iter().map(|hit| PersonHit {
        person: names::person(book, hit.id),
        name_matches: hit.name_matches,
        owns: owned.get(&hit.id).copied().unwrap_or(0),
    });
    hits.collect()
}
