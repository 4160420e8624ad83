//! Whom else an account would be of, by the rules: what fits two people is taken from neither of them.

use super::rules::{Known, Rules};
use claviger_model::{connected::AccountName, ids::PrincipalId, principal::PrincipalState};
use claviger_storage::{Reader, StorageError, connected::KnownPerson};
use std::collections::BTreeMap;

/// People of one statement.
const PAGE: u32 = 500;

/// All people, with what they are known by today.
///
/// # Errors
/// When the tables cannot be read; so for [`Others::of`].
pub async fn everybody(reader: &mut dyn Reader) -> Result<Vec<KnownPerson>, StorageError> {
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = reader.known_people(after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|last| last.id);
        people.extend(page);
        if !full {
            return Ok(people);
        }
    }
}

/// The names of accounts in one system of everybody who has not left.
#[derive(Debug)]
pub struct Others(BTreeMap<String, Vec<PrincipalId>>);

impl Others {
    /// By the rules of the system.
    ///
    /// # Errors
    /// As [`everybody`].
    pub async fn of(reader: &mut dyn Reader, rules: &Rules) -> Result<Self, StorageError> {
        Ok(Self::among(&everybody(reader).await?, rules))
    }

    /// The same among people who were read already.
    pub fn among(people: &[KnownPerson], rules: &Rules) -> Self {
        let mut all: BTreeMap<String, Vec<PrincipalId>> = BTreeMap::new();
        for one in people.iter().filter(|one| one.state != PrincipalState::Disabled) {
            for name in rules.names(&Known::from(one)) {
                all.entry(folded(&name)).or_default().push(one.id);
            }
        }
        Self(all)
    }

    /// Whether an account of this name would be somebody else's, too. Whether a system tells capitals apart is not known here.
    pub fn has(&self, name: &AccountName, beside: PrincipalId) -> bool {
        let whose = self.0.get(&folded(name));
        whose.is_some_and(|people| people.iter().any(|person| *person != beside))
    }
}

fn folded(name: &AccountName) -> String {
    name.as_str().to_lowercase()
}
