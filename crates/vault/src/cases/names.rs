//! The forms in which people, secrets and classes are shown.

use crate::{
    state::book::{Book, SecretEntry},
    view::{
        list::SecretRef,
        places::EnvironmentClass as ClassView,
        problem::Problem,
        secret::SecretKind as KindView,
        state::PersonRef,
    },
};
use claviger_model::{
    ids::PrincipalId,
    scope::EnvironmentClass,
    secret::SecretKind,
};
use std::str::FromStr;

/// Reads an id that the page handed back.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem {
        code: "notFound".to_owned(),
        message: "Not found.".to_owned(),
        detail: None,
        remedy: None,
    })
}

/// A person, team or service; its id instead of a name that is not known.
pub(super) fn person(book: &Book, principal: PrincipalId) -> PersonRef {
    let record = book.principals.get(&principal);
    let name = record.map_or_else(|| format!("Unknown ({principal})"), |record| record.name.clone());
    let team = record
        .and_then(|record| record.teams.first())
        .and_then(|team| book.principals.get(team))
        .map(|team| team.name.clone());
    PersonRef {
        id: principal.to_string(),
        initials: initials(&name),
        email: record.and_then(|record| record.email.clone()),
        team,
        name,
    }
}

/// The first letters of the first and the last word.
pub(super) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let letters = first.into_iter().chain(words.last());
    letters.flat_map(char::to_uppercase).collect()
}

/// What a row and a link show of a secret.
pub(super) fn reference(book: &Book, secret: &SecretEntry) -> SecretRef {
    SecretRef {
        id: secret.id.to_string(),
        title: secret.name.to_string(),
        env_name: secret.variable.as_deref().map(str::to_owned),
        path: book.places.path(secret.scope).to_owned(),
    }
}

/// A class as it is shown.
pub(super) const fn class(class: Option<EnvironmentClass>) -> ClassView {
    match class {
        Some(EnvironmentClass::Production) => ClassView::Production,
        Some(EnvironmentClass::Staging) => ClassView::Staging,
        Some(EnvironmentClass::Testing) => ClassView::Test,
        Some(EnvironmentClass::Development) => ClassView::Development,
        Some(EnvironmentClass::Sandbox) => ClassView::Sandbox,
        None => ClassView::Unclassified,
    }
}

/// A kind as it is shown.
pub(super) const fn kind(kind: SecretKind) -> KindView {
    match kind {
        SecretKind::Generic => KindView::Generic,
        SecretKind::ApiKey => KindView::ApiKey,
        SecretKind::Password => KindView::Password,
        SecretKind::ConnectionString => KindView::ConnectionString,
        SecretKind::Certificate => KindView::Certificate,
        SecretKind::KeyPair => KindView::KeyPair,
        SecretKind::OneTimeCode => KindView::OneTimeSeed,
    }
}

/// A kind as the page names it.
pub(super) const fn kind_from(kind: KindView) -> SecretKind {
    match kind {
        KindView::Generic => SecretKind::Generic,
        KindView::ApiKey => SecretKind::ApiKey,
        KindView::Password => SecretKind::Password,
        KindView::ConnectionString => SecretKind::ConnectionString,
        KindView::Certificate => SecretKind::Certificate,
        KindView::KeyPair => SecretKind::KeyPair,
        KindView::OneTimeSeed => SecretKind::OneTimeCode,
    }
}

/// A count for the page.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        for (name, letters) in [("Aoife Byrne", "AB"), ("Émile", "É"), ("Mei-Ling van Chen", "MC"), ("", "")] {
            assert_eq!(initials(name), letters);
        }
    }
}
