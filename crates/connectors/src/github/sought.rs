//! Whom a name means, and whom an account that was found.

use claviger_model::connected::Account;
use std::fmt;

/// Longer than any login, those of managed users with their suffix included.
const LONGEST_LOGIN: usize = 100;

/// What GitHub knows a user by, whatever they are called (`id` of `simple-user`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserId(i64);

impl UserId {
    /// None for what is no id: they are counted from 1.
    pub fn new(id: i64) -> Option<Self> {
        (id > 0).then_some(Self(id))
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads what [`fmt::Display`] writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self::new(text.strip_prefix('#')?.parse().ok()?)?;
        (id.to_string() == text).then_some(id)
    }
}

/// `#` and the number, which is neither a login nor an address: so it stands where a name is wanted.
impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Whom a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought<'a> {
    /// The user with this id.
    User(UserId),
    /// Whoever has this login.
    Login(&'a str),
    /// Anything else is asked for in no path: nobody but an invitation can have it.
    Address(&'a str),
}

impl<'a> Sought<'a> {
    pub fn of(name: &'a str) -> Self {
        match UserId::parse(name) {
            Some(id) => Self::User(id),
            None if is_login(name) => Self::Login(name),
            None => Self::Address(name),
        }
    }
}

fn is_login(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_LOGIN
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whom an account means: whoever it was when it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant<'a> {
    /// The user with this id.
    User(UserId),
    /// The invitation with this id, which nobody accepted yet.
    Invitation(i64),
    /// Nothing but a name is known.
    Name(Sought<'a>),
}

impl<'a> Meant<'a> {
    pub fn by(account: &'a Account) -> Self {
        let name = Sought::of(account.name.as_str());
        let Some(key) = account.key else {
            return match name {
                Sought::User(id) => Self::User(id),
                other => Self::Name(other),
            };
        };
        match (UserId::new(key), key.checked_neg()) {
            (Some(id), _) => Self::User(id),
            (None, Some(id)) if id > 0 => Self::Invitation(id),
            _ => Self::Name(name),
        }
    }
}

/// The key of an account that is an invitation: below zero, where no user has one.
pub const fn key_of_invitation(id: i64) -> Option<i64> {
    match id.checked_neg() {
        Some(key) if key < 0 => Some(key),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::connected::AccountName;

    #[test]
    fn an_id_is_written_in_one_way_and_is_no_login() {
        let id = UserId::new(4711).unwrap();
        assert_eq!(UserId::parse("#4711"), Some(id));
        assert_eq!(Sought::of("#4711"), Sought::User(id));
        assert_eq!(Sought::of("4711"), Sought::Login("4711"));
        for no in [
            "#",
            "#0",
            "#-1",
            "#+1",
            "#01",
            "#1 ",
            "# 1",
            "##1",
            "#9223372036854775808",
        ] {
            assert_eq!(Sought::of(no), Sought::Address(no));
        }
    }

    #[test]
    fn a_key_means_a_user_or_an_invitation_and_never_a_name() {
        let account = |key| Account {
            name: AccountName::parse("ada").unwrap(),
            key,
            places: Vec::new(),
        };
        let user = UserId::new(7).unwrap();
        assert_eq!(Meant::by(&account(Some(7))), Meant::User(user));
        assert_eq!(Meant::by(&account(key_of_invitation(7))), Meant::Invitation(7));
        assert_eq!(Meant::by(&account(None)), Meant::Name(Sought::Login("ada")));
        assert_eq!(key_of_invitation(0), None);
    }
}
