//! Whose accounts are whose: by what is known of a person, and by a list.
//!
//! An account that the list gives to somebody is nobody else's, whatever the rules say. Only what the identity provider vouches for
//! counts: an address that somebody could choose would let them name the account of another.

use crate::config::MatchBy;
use claviger_model::{
    connected::{AccountName, MOST_NAMES},
    ids::PrincipalId,
};
use claviger_storage::{Reader, StorageError};
use std::collections::BTreeMap;

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: PrincipalId,
    /// The address that the provider vouches for.
    pub mail: Option<String>,
    /// The user name of SCIM.
    pub user_name: Option<String>,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn of(reader: &mut dyn Reader, person: PrincipalId) -> Result<Self, StorageError> {
        let mail = reader.mail_addresses(&[person]).await?.pop();
        let user = reader.scim_user_of(person).await?;
        Ok(Self {
            person,
            mail: mail.map(|(_, mail)| mail),
            user_name: user.map(|user| user.user_name),
        })
    }
}

/// The rules of one system.
#[derive(Debug, Clone)]
pub struct Rules {
    by: Vec<MatchBy>,
    domain: Option<String>,
    listed: BTreeMap<String, Vec<AccountName>>,
}

impl Rules {
    /// Names before the `@` count in this domain only; the list is by a person's id, address or user name. All of it in lower case.
    pub const fn new(
        by: Vec<MatchBy>,
        domain: Option<String>,
        listed: BTreeMap<String, Vec<AccountName>>,
    ) -> Self {
        Self { by, domain, listed }
    }

    /// What a person's accounts may be called, each once.
    pub fn names(&self, known: &Known) -> Vec<AccountName> {
        let keys = [
            Some(known.person.to_string()),
            known.mail.clone(),
            known.user_name.clone(),
        ];
        let keys: Vec<_> = keys.into_iter().flatten().map(|key| key.to_lowercase()).collect();
        let own = |who: &&String| keys.contains(who);
        let mut names: Vec<AccountName> = self
            .listed
            .iter()
            .filter(|(who, _)| own(who))
            .flat_map(|(_, names)| names.iter().cloned())
            .collect();
        for by in &self.by {
            let text = match by {
                MatchBy::MailName => ground(*by, known).and_then(|mail| {
                    let (name, domain) = mail.rsplit_once('@')?;
                    (Some(domain.to_lowercase()) == self.domain).then_some(name)
                }),
                MatchBy::Mail | MatchBy::UserName => ground(*by, known),
            };
            let Some(name) = text.and_then(|text| AccountName::parse(text).ok()) else {
                continue;
            };
            let of_another = self
                .listed
                .iter()
                .any(|(who, names)| !own(&who) && names.iter().any(|one| is(one, &name)));
            if !of_another {
                names.push(name);
            }
        }
        let mut each: Vec<AccountName> = Vec::with_capacity(names.len());
        for name in names {
            if !each.contains(&name) {
                each.push(name);
            }
        }
        each.truncate(MOST_NAMES);
        each
    }

    /// Whether there are rules, and nothing is known of a person that any of them looks at: whether they have an account cannot be told.
    pub fn are_blind_to(&self, known: &Known) -> bool {
        !self.by.is_empty() && self.by.iter().all(|by| ground(*by, known).is_none())
    }
}

/// What a rule looks at.
fn ground(by: MatchBy, known: &Known) -> Option<&str> {
    match by {
        MatchBy::Mail | MatchBy::MailName => known.mail.as_deref(),
        MatchBy::UserName => known.user_name.as_deref(),
    }
}

fn is(one: &AccountName, other: &AccountName) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn known(mail: &str, user_name: Option<&str>) -> Known {
        Known {
            person: PrincipalId::from_bytes([7; 16]),
            mail: Some(mail.to_owned()),
            user_name: user_name.map(str::to_owned),
        }
    }

    fn names(rules: &Rules, known: &Known) -> Vec<String> {
        rules.names(known).into_iter().map(String::from).collect()
    }

    fn listed(entries: &[(&str, &[&str])]) -> BTreeMap<String, Vec<AccountName>> {
        let parse = |names: &[&str]| {
            names
                .iter()
                .map(|name| AccountName::parse(name).unwrap())
                .collect()
        };
        let each = entries.iter();
        each.map(|(who, names)| ((*who).to_owned(), parse(names)))
            .collect()
    }

    #[test]
    fn each_rule_names_an_account_once() {
        let all = vec![MatchBy::Mail, MatchBy::MailName, MatchBy::UserName];
        let rules = Rules::new(all, Some("example.test".to_owned()), BTreeMap::new());
        let found = names(&rules, &known("ada@example.test", Some("ada")));
        assert_eq!(found, ["ada@example.test", "ada"]);
        let nobody = Known {
            mail: None,
            ..known("", None)
        };
        assert_eq!(names(&rules, &nobody), [""; 0]);
    }

    #[test]
    fn who_is_not_known_cannot_be_looked_for() {
        let by = |by: &[MatchBy]| Rules::new(by.to_vec(), Some("example.test".to_owned()), BTreeMap::new());
        let stranger = Known {
            mail: None,
            ..known("", None)
        };
        assert!(by(&[MatchBy::Mail, MatchBy::MailName]).are_blind_to(&stranger));
        assert!(by(&[MatchBy::UserName]).are_blind_to(&known("ada@example.test", None)));
        // The address is known, and says that they are somebody else.
        assert!(!by(&[MatchBy::MailName]).are_blind_to(&known("ada@partner.test", None)));
        assert!(!by(&[MatchBy::Mail, MatchBy::UserName]).are_blind_to(&known("ada@example.test", None)));
        // Only the list counts, and it does not name them.
        assert!(!by(&[]).are_blind_to(&stranger));
    }

    #[test]
    fn the_same_name_in_another_domain_is_somebody_else() {
        let rules = Rules::new(
            vec![MatchBy::MailName],
            Some("example.test".to_owned()),
            BTreeMap::new(),
        );
        assert_eq!(names(&rules, &known("ada@Example.TEST", None)), ["ada"]);
        for other in [
            "ada@partner.test",
            "ada@example.test@partner.test",
            "ada@sub.example.test",
            "ada",
        ] {
            assert_eq!(names(&rules, &known(other, None)), [""; 0], "{other}");
        }
    }

    #[test]
    fn an_account_on_the_list_is_nobody_else_s() {
        let entries = listed(&[("ben@example.test", &["ada", "ben"]), ("countess", &["lovelace"])]);
        let rules = Rules::new(
            vec![MatchBy::MailName, MatchBy::UserName],
            Some("example.test".to_owned()),
            entries,
        );
        assert_eq!(
            names(&rules, &known("Ada@example.test", Some("Countess"))),
            ["lovelace", "Countess"]
        );
        assert_eq!(
            names(&rules, &known("Ben@Example.test", None)),
            ["ada", "ben", "Ben"]
        );
    }

    #[test]
    fn a_person_is_listed_by_id_too() {
        let id = PrincipalId::from_bytes([7; 16]).to_string();
        let rules = Rules::new(vec![], None, listed(&[(&id, &["root-of-ada"])]));
        assert_eq!(names(&rules, &known("ada@example.test", None)), ["root-of-ada"]);
    }
}
