//! Whose accounts are whose: by what is known of a person, and by a list.
//!
//! An account that the list gives to somebody is nobody else's, whatever the rules say. Only what the identity provider vouches for
//! counts: an address that somebody could choose would let them name the account of another.

use crate::config::MatchBy;
use claviger_model::{connected::AccountName, ids::PrincipalId, offboarding::Case};
use claviger_storage::{
    Reader, StorageError,
    connected::{KnownBy, KnownPerson},
};
use std::collections::BTreeMap;

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: PrincipalId,
    /// By what: addresses that the provider vouches for, and user names of SCIM.
    pub by: KnownBy,
}

impl Known {
    /// What is known of them today.
    ///
    /// # Errors
    /// When the tables cannot be read; so for [`Known::since`].
    pub async fn of(reader: &mut dyn Reader, person: PrincipalId) -> Result<Self, StorageError> {
        let mail = reader.mail_addresses(&[person]).await?.pop();
        let user = reader.scim_user_of(person).await?;
        let by = KnownBy {
            mails: mail.map(|(_, mail)| mail).into_iter().collect(),
            user_names: user.map(|user| user.user_name).into_iter().collect(),
        };
        Ok(Self { person, by })
    }

    /// What was known of a leaver since their case was opened: the provider may have renamed or deleted them since.
    ///
    /// # Errors
    /// As [`Known::of`].
    pub async fn since(reader: &mut dyn Reader, case: &Case) -> Result<Self, StorageError> {
        let mut known = Self::of(reader, case.person).await?;
        let before = reader.case_known(case.id).await?;
        for (now, then) in [
            (&mut known.by.mails, before.mails),
            (&mut known.by.user_names, before.user_names),
        ] {
            let others: Vec<_> = then.into_iter().filter(|name| !now.contains(name)).collect();
            now.extend(others);
        }
        Ok(known)
    }
}

impl From<&KnownPerson> for Known {
    fn from(person: &KnownPerson) -> Self {
        Self {
            person: person.id,
            by: person.by.clone(),
        }
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

    /// What a person's accounts may be called, each once, however many.
    pub fn names(&self, known: &Known) -> Vec<AccountName> {
        let (mails, user_names) = (&known.by.mails, &known.by.user_names);
        let keys = [known.person.to_string()];
        let keys = keys.iter().chain(mails).chain(user_names);
        let keys: Vec<_> = keys.map(|key| key.to_lowercase()).collect();
        let own = |who: &&String| keys.contains(who);
        let mut names: Vec<AccountName> = self
            .listed
            .iter()
            .filter(|(who, _)| own(who))
            .flat_map(|(_, names)| names.iter().cloned())
            .collect();
        let before_at = |mail: &String| {
            let (name, domain) = mail.rsplit_once('@')?;
            (Some(domain.to_lowercase()) == self.domain).then(|| name.to_owned())
        };
        let fitting = self.by.iter().flat_map(|by| match by {
            MatchBy::Mail => mails.clone(),
            MatchBy::MailName => mails.iter().filter_map(before_at).collect(),
            MatchBy::UserName => user_names.clone(),
        });
        for text in fitting {
            let Ok(name) = AccountName::parse(&text) else {
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
        each
    }

    /// Whether the list gives this account to anybody. One that it names has to be there; what a rule makes of an address need not.
    pub fn is_listed(&self, name: &AccountName) -> bool {
        self.listed.values().flatten().any(|one| one == name)
    }

    /// Whether there are rules, and nothing is known of a person that any of them looks at: whether they have an account cannot be told.
    pub fn are_blind_to(&self, known: &Known) -> bool {
        let is_blind = |by: &MatchBy| match by {
            MatchBy::Mail | MatchBy::MailName => known.by.mails.is_empty(),
            MatchBy::UserName => known.by.user_names.is_empty(),
        };
        !self.by.is_empty() && self.by.iter().all(is_blind)
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
            by: KnownBy {
                mails: vec![mail.to_owned()],
                user_names: user_name.map(str::to_owned).into_iter().collect(),
            },
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
            by: KnownBy::default(),
            ..known("", None)
        };
        assert_eq!(names(&rules, &nobody), [""; 0]);
    }

    #[test]
    fn who_is_not_known_cannot_be_looked_for() {
        let by = |by: &[MatchBy]| Rules::new(by.to_vec(), Some("example.test".to_owned()), BTreeMap::new());
        let stranger = Known {
            by: KnownBy::default(),
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
        let listed = |name: &str| rules.is_listed(&AccountName::parse(name).unwrap());
        assert!(listed("lovelace") && !listed("Countess"));
        assert_eq!(
            names(&rules, &known("Ben@Example.test", None)),
            ["ada", "ben", "Ben"]
        );
    }

    #[test]
    fn names_of_before_count_beside_those_of_today() {
        let all = vec![MatchBy::MailName, MatchBy::UserName];
        let rules = Rules::new(
            all,
            Some("example.test".to_owned()),
            listed(&[("ada.l", &["countess"])]),
        );
        let renamed = Known {
            by: KnownBy {
                mails: vec!["deleted-7@example.test".to_owned(), "ada@example.test".to_owned()],
                user_names: vec!["deleted-7".to_owned(), "Ada.L".to_owned()],
            },
            ..known("", None)
        };
        assert_eq!(names(&rules, &renamed), ["countess", "deleted-7", "ada", "Ada.L"]);
    }

    #[test]
    fn a_person_is_listed_by_id_too() {
        let id = PrincipalId::from_bytes([7; 16]).to_string();
        let rules = Rules::new(vec![], None, listed(&[(&id, &["root-of-ada"])]));
        assert_eq!(names(&rules, &known("ada@example.test", None)), ["root-of-ada"]);
    }
}
