//! Finding secrets and people while one types.

use super::{names, row::Rows};
use crate::{
    Vault,
    search::Fit,
    state::book::Book,
    view::{
        problem::Problem,
        search::{PersonHit, SearchReply, SecretHit},
    },
};
use claviger_model::{ids::PrincipalId, time::Timestamp};
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
    // People come along where they fit no worse than the best secret.
    let worst = hits.first().map_or(Fit::Mistyped, |hit| hit.fit);
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
        people: people(book, text, worst),
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

fn people(book: &Book, text: &str, worst: Fit) -> Vec<PersonHit> {
    let hits = book.people.search_no_worse(text, PEOPLE, worst);
    let owns = |person: PrincipalId| {
        let owned = book
            .secrets
            .values()
            .filter(|secret| secret.owner == Some(person));
        names::count(owned.count())
    };
    let shown = hits.into_iter().map(|hit| PersonHit {
        person: names::person(book, hit.id),
        name_matches: hit.name_matches,
        owns: owns(hit.id),
    });
    shown.collect()
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

    #[test]
    fn people_come_along_where_they_fit_no_worse_than_the_secrets() {
        let mut sample = Sample::new();
        sample.secret("MAILER_KEY", "shop/prod");
        sample.secret("OKTA_KEY", "shop/dev");
        sample.secret("KAFKA_KEY", "shop/dev");
        let people = |text: &str| -> Vec<String> {
            let reply = search(&sample.book, text, 10, at(0));
            let names = reply.people.into_iter().map(|hit| hit.person.name);
            names.collect()
        };
        let mara = ["Mara Okafor"];
        assert_eq!(people("ok"), mara, "as good as the secret");
        assert_eq!(people("ma"), mara);
        assert!(people("prod key").is_empty());
        assert_eq!(people("kafor"), mara, "no secret fits");
        assert!(
            people("kaf").is_empty(),
            "a secret begins so, the person does not"
        );
        assert_eq!(
            people("mara okofor"),
            mara,
            "nothing fits, so an error is forgiven"
        );
    }
}
