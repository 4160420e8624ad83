//! Somebody, and where they are in an organization.

use super::{
    Github,
    shapes::{Invitation, MemberState, Membership, User},
    sought::{Meant, Sought, UserId, key_of_invitation},
};
use crate::{Fault, FaultCode};
use claviger_model::connected::{Account, AccountName, Place, PlaceKind};

/// Somebody, by what they are looked for.
pub(super) enum Who {
    /// A user, and their login; not `known` where GitHub says of nobody that they have this id, and the login is the one of before.
    User { id: UserId, login: String, known: bool },
    /// Whoever has a login.
    Login(String),
    /// Whoever is invited by an address.
    Address(String),
    /// An invitation.
    Invitation { id: i64 },
}

impl Who {
    /// The login that stands in paths.
    pub(super) fn login(&self) -> Option<&str> {
        match self {
            Self::User { login, .. } | Self::Login(login) => Some(login),
            Self::Address(_) | Self::Invitation { .. } => None,
        }
    }

    /// The login that is theirs today, and nobody else's.
    pub(super) fn login_today(&self) -> Option<&str> {
        match self {
            Self::User { known: false, .. } => None,
            other => other.login(),
        }
    }
}

/// Where somebody is.
pub(super) struct There {
    pub(super) membership: Option<Membership>,
    pub(super) collaborator: Option<User>,
    pub(super) invitations: Vec<Invitation>,
}

impl There {
    fn places(&self) -> Vec<Place> {
        let pending = self
            .membership
            .as_ref()
            .is_some_and(|one| one.state == MemberState::Pending);
        let kinds = [
            (self.membership.is_some() && !pending, PlaceKind::Member),
            (self.collaborator.is_some(), PlaceKind::Collaborator),
            (pending || !self.invitations.is_empty(), PlaceKind::Invitation),
        ];
        let there = kinds.into_iter().filter(|(there, _)| *there);
        there.map(|(_, kind)| Place { kind, name: None }).collect()
    }

    /// A user is known by their id; who is only invited, by the invitation's.
    fn key(&self) -> Option<i64> {
        let member = self.membership.as_ref().and_then(|one| one.user.as_ref());
        let user = member.or(self.collaborator.as_ref()).map(|user| user.id);
        let invited = || key_of_invitation(self.invitations.first()?.id);
        user.or_else(invited)
    }
}

impl Github {
    /// The account that a name means, if it is anywhere.
    pub(super) async fn sought(&self, name: &AccountName) -> Result<Option<Account>, Fault> {
        let (who, name) = match Sought::of(name.as_str()) {
            Sought::User(id) => {
                let Some(user) = self.user(id).await? else {
                    return Ok(None);
                };
                let called = AccountName::parse(&user.login).map_err(|_| FaultCode::Unexpected)?;
                let who = Who::User {
                    id,
                    login: user.login,
                    known: true,
                };
                (who, called)
            }
            Sought::Login(login) => (Who::Login(login.to_owned()), name.clone()),
            Sought::Address(address) => (Who::Address(address.to_owned()), name.clone()),
        };
        let there = self.there(&who).await?;
        let places = there.places();
        Ok((!places.is_empty()).then(|| Account {
            name,
            key: match &who {
                Who::User { id, .. } => Some(id.get()),
                _ => there.key(),
            },
            places,
        }))
    }

    /// Whom an account means, as they are called today.
    pub(super) async fn who(&self, account: &Account) -> Result<Who, Fault> {
        Ok(match Meant::by(account) {
            Meant::User(id) => match self.user(id).await? {
                Some(user) => Who::User {
                    id,
                    login: user.login,
                    known: true,
                },
                None => Who::User {
                    id,
                    login: account.name.to_string(),
                    known: false,
                },
            },
            Meant::Invitation(id) => Who::Invitation { id },
            Meant::Name(Sought::Login(login)) => Who::Login(login.to_owned()),
            Meant::Name(Sought::Address(name)) => Who::Address(name.to_owned()),
            Meant::Name(Sought::User(_)) => return Err(FaultCode::Unexpected.into()),
        })
    }

    /// Where they are. What others have who go by the same login is not theirs.
    pub(super) async fn there(&self, who: &Who) -> Result<There, Fault> {
        let mut there = There {
            membership: None,
            collaborator: None,
            invitations: Vec::new(),
        };
        match who {
            Who::User { id, login, known } => {
                there.membership = match self.membership(login).await? {
                    None => None,
                    Some(one) => match one.user.as_ref().map(|user| user.id) {
                        Some(of) if of == id.get() => Some(one),
                        Some(_) if !known => None,
                        // They took another login between two calls, or it cannot be told whose this is.
                        _ => return Err(FaultCode::Unexpected.into()),
                    },
                };
                there.collaborator = self.collaborator(|user| user.id == id.get()).await?;
                if *known {
                    there.invitations = self.invitations(|one| one.is_for(login)).await?;
                }
            }
            Who::Login(login) => {
                there.membership = self.membership(login).await?;
                there.collaborator = self.collaborator(|user| user.is_called(login)).await?;
                there.invitations = self.invitations(|one| one.is_for(login)).await?;
            }
            Who::Address(address) => {
                there.invitations = self.invitations(|one| one.is_for(address)).await?;
            }
            Who::Invitation { id } => there.invitations = self.invitations(|one| one.id == *id).await?,
        }
        Ok(there)
    }

    /// Whether anybody in the organization has a login.
    pub(super) async fn is_login_in_use(&self, name: &str) -> Result<bool, Fault> {
        let Sought::Login(login) = Sought::of(name) else {
            return Ok(false);
        };
        let there = self.membership(login).await?.is_some();
        Ok(there || self.collaborator(|user| user.is_called(login)).await?.is_some())
    }
}
