//! How a person, a device and a session are shown.

use super::{Inner, Live, book::Book};
use crate::view::state::{DeviceRef, PersonRef, SessionRef};
use claviger_model::ids::PrincipalId;
use std::time::Duration;

/// The life of a session; tells when one began of which only the end is known.
const LIFE: Duration = Duration::from_secs(12 * 3600);

/// A person, team or service, as far as the book knows them; without a name where it does not.
pub(crate) fn person(book: &Book, principal: PrincipalId) -> PersonRef {
    let record = book.principals.get(&principal);
    let name = record.map(|record| record.name.clone()).unwrap_or_default();
    let teams = record.map(|record| record.teams.as_slice()).unwrap_or_default();
    PersonRef {
        id: principal.to_string(),
        initials: initials(&name),
        email: record.and_then(|record| record.email.clone()),
        team: teams
            .first()
            .and_then(|team| book.principals.get(team))
            .map(|team| team.name.clone()),
        name,
    }
}

impl Inner {
    /// This device, as it calls itself.
    pub(super) fn device_ref(&self, live: &Live) -> DeviceRef {
        DeviceRef {
            id: live.device.to_string(),
            name: self.parts.device.name.clone(),
        }
    }
}

/// The session, as far as the book knows it.
pub(super) fn session(live: &Live, book: &Book) -> SessionRef {
    let told = book
        .me
        .as_ref()
        .map(|me| &me.session)
        .filter(|session| session.id == live.session_id);
    SessionRef {
        id: live.session_id.to_string(),
        started_at: told
            .map_or_else(|| live.ends_at.minus(LIFE), |session| session.started_at)
            .millis(),
        ends_at: live.ends_at.millis(),
    }
}

/// The first letters of the first and the last word.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        for (name, letters) in [
            ("Aoife Byrne", "AB"),
            ("Émile", "É"),
            ("Mei-Ling van Chen", "MC"),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
