//! Finding secrets and people while one types.

use super::{list, names, row::Rows};
use crate::{
    Vault,
    search::{SearchIndex, Searchable},
    state::book::Book,
    view::{
        problem::Problem,
        search::{PersonHit, SearchReply, SecretHit},
    },
};
use claviger_model::{principal::PrincipalKind, time::Timestamp};
use std::cmp::Reverse;

/// More people than these nobody wants to see below the secrets.
const PEOPLE: usize = 5;
/// More secrets than these no list of hits shows.
const MOST: usize = 500;

impl Vault {
    /// The best hits among secrets and people; without text, the secrets used last.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn search(&self, text: &str, limit: u32) -> Result<SearchReply, Problem> {
        let limit = usize::try_from(limit).unwrap_or(MOST).min(MOST);
        Ok(search(&*self.inner.book()?, text, limit, self.inner.now()))
    }
}

fn search(book: &Book, text: &str, limit: usize, now: Timestamp) -> SearchReply {
    let rows = Rows::new(book, now);
    if text.trim().is_empty() {
        return SearchReply {
            secrets: used_last(book, &rows, limit),
            people: Vec::new(),
        };
    }
    let hits = book.search.search(text, limit);
    let secrets = hits.into_iter().filter_map(|hit| {
        let secret = book.secrets.get(&hit.id)?;
        Some(SecretHit {
            row: rows.row(secret),
            name_matches: hit.name_matches,
            path_matches: hit.path_matches,
        })
    });
    SearchReply {
        secrets: secrets.collect(),
        people: people(book, text),
    }
}

fn used_last(book: &Book, rows: &Rows<'_>, limit: usize) -> Vec<SecretHit> {
    let used = book
        .marks
        .iter()
        .filter_map(|(id, mark)| Some((mark.used_at?, book.secrets.get(id)?)));
    let mut used: Vec<_> = used.collect();
    used.sort_unstable_by_key(|(at, secret)| (Reverse(*at), secret.id));
    let hits = used.into_iter().take(limit).map(|(_, secret)| SecretHit {
        row: rows.row(secret),
        name_matches: Vec::new(),
        path_matches: Vec::new(),
    });
    hits.collect()
}

fn people(book: &Book, text: &str) -> Vec<PersonHit> {
    let known = book
        .principals
        .values()
        .filter(|record| record.kind == PrincipalKind::Person);
    let index = SearchIndex::new(known.map(|record| {
        let more = record.email.as_deref().into_iter().collect();
        (
            record.id,
            Searchable {
                name: &record.name,
                path: "",
                more,
            },
        )
    }));
    let owned = list::owned(book);
    let hits = index.search(text, PEOPLE).into_iter().map(|hit| PersonHit {
        person: names::person(book, hit.id),
        name_matches: hit.name_matches,
        owns: owned.get(&hit.id).copied().unwrap_or(0),
    });
    hits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};

    #[test]
    fn without_text_stand_the_secrets_used_last() {
        let mut sample = Sample::new();
        let (first, second) = (
            sample.secret("FIRST", "shop/prod"),
            sample.secret("SECOND", "shop/prod"),
        );
        sample.secret("NEVER", "shop/prod");
        sample.use_at(first, 1);
        sample.use_at(second, 2);
        let found = |limit| -> Vec<String> {
            let reply = search(&sample.book, "  ", limit, at(3));
            reply
                .secrets
                .into_iter()
                .map(|hit| hit.row.reference.id)
                .collect()
        };
        assert_eq!(found(9), [second.to_string(), first.to_string()]);
        assert_eq!(found(1), [second.to_string()]);
    }

    #[test]
    fn people_are_found_with_what_they_own_and_teams_are_not() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        sample.own(secret, sample.mara);
        let reply = search(&sample.book, "mara", 10, at(0));
        let people: Vec<_> = reply
            .people
            .iter()
            .map(|hit| (hit.person.name.as_str(), hit.owns))
            .collect();
        assert_eq!(people, [("Mara Okafor", 1)]);
        assert_eq!(reply.secrets.len(), 1, "the owner's name finds the secret");
        assert!(search(&sample.book, "platform team", 10, at(0)).people.is_empty());
    }
}
