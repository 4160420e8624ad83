//! The forms in which people, secrets and classes are shown.

use crate::{
    state::{
        book::{Book, SecretEntry},
        person,
    },
    view::{
        list::SecretRef, places::EnvironmentClass as ClassView, problem::Problem,
        secret::SecretKind as KindView, state::PersonRef,
    },
};
use claviger_model::{
    ids::{PrincipalId, SecretId},
    scope::EnvironmentClass,
    secret::SecretKind,
};
use std::{io, str::FromStr};

/// What stands for a secret whose name is not known on this device.
pub(super) const UNSEEN: &str = "A secret that you can no longer see";
/// What stands for somebody whose name is not known on this device.
pub(super) const SOMEBODY: &str = "Somebody whose name is not known here";

/// A problem of a code and a sentence.
pub(super) fn problem(code: &str, message: &str, detail: Option<String>) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        detail,
        remedy: None,
    }
}

/// A file that could not be written, in a sentence; a full disk says so itself.
pub(super) fn unwritten(code: &str, message: &str, error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::StorageFull {
        return problem("diskFull", "The disk of this computer is full.", None);
    }
    problem(code, message, Some(error.to_string()))
}

/// The same answer for what is missing and for what the person may not know of.
pub(super) fn not_found() -> Problem {
    problem("notFound", "Not found.", None)
}

/// Reads an id that the page handed back.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| not_found())
}

/// A secret that the person may know of.
pub(super) fn entry(book: &Book, secret: SecretId) -> Result<&SecretEntry, Problem> {
    book.secrets.get(&secret).ok_or_else(not_found)
}

/// A principal's name, or words instead of one.
pub(super) fn name(book: &Book, principal: PrincipalId) -> String {
    match book.name_of(principal) {
        "" => SOMEBODY.to_owned(),
        name => name.to_owned(),
    }
}

/// A person, team or service.
pub(super) fn person(book: &Book, principal: PrincipalId) -> PersonRef {
    PersonRef {
        name: name(book, principal),
        ..person::person(book, principal)
    }
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

/// The same for a secret that may be gone by now.
pub(super) fn reference_to(book: &Book, secret: SecretId) -> SecretRef {
    match book.secrets.get(&secret) {
        Some(secret) => reference(book, secret),
        None => SecretRef {
            id: secret.to_string(),
            title: UNSEEN.to_owned(),
            env_name: None,
            path: String::new(),
        },
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

/// A class as the page names it; none for an unclassified environment.
pub(super) const fn class_from(class: ClassView) -> Option<EnvironmentClass> {
    match class {
        ClassView::Production => Some(EnvironmentClass::Production),
        ClassView::Staging => Some(EnvironmentClass::Staging),
        ClassView::Test => Some(EnvironmentClass::Testing),
        ClassView::Development => Some(EnvironmentClass::Development),
        ClassView::Sandbox => Some(EnvironmentClass::Sandbox),
        ClassView::Unclassified => None,
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

/// A number for the page; the largest that it can have where it would not fit.
pub(super) fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_went() {
        for one in [
            SecretKind::Generic,
            SecretKind::ApiKey,
            SecretKind::Password,
            SecretKind::ConnectionString,
            SecretKind::Certificate,
            SecretKind::KeyPair,
            SecretKind::OneTimeCode,
        ] {
            assert_eq!(kind_from(kind(one)), one);
        }
    }

    #[test]
    fn what_is_no_id_is_as_unknown_as_a_foreign_one() {
        assert_eq!(id::<SecretId>("../etc").unwrap_err(), not_found());
    }
}
