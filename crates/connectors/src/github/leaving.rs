//! Taking somebody out of an organization, and looking what is left of them.

use super::{
    Github,
    sought::Meant,
    who::{There, Who},
};
use crate::{Fault, FaultCode, GoOn, Removal, fault::FaultCode::Protected};
use claviger_model::connected::{Account, PlaceKind, Presence};
use reqwest::Method;

/// What came of leaving.
struct Left {
    /// How many invitations were taken back.
    invitations: usize,
    /// Whether a team of the enterprise still lets them in.
    by_enterprise: bool,
}

impl Github {
    /// Nothing is open to an account from now on.
    pub(super) async fn refuse_it(&self, account: &Account, go: &dyn GoOn) -> Result<(), Fault> {
        let who = self.touchable(account).await?;
        let left = self.leave(&who, go).await?;
        let was_invited = account
            .places
            .iter()
            .any(|place| place.kind == PlaceKind::Invitation);
        let by_address = match who {
            Who::Invitation { .. } => true,
            Who::Address(_) => was_invited,
            Who::User { .. } | Who::Login(_) => false,
        };
        if by_address && left.invitations == 0 {
            // An address is nobody's login: whoever accepted it may be there as anybody.
            return Err(FaultCode::InvitationGone.into());
        }
        refused_by_all(&left)
    }

    /// The same for what is left, teams included.
    pub(super) async fn take_it_away(&self, account: &Account, go: &dyn GoOn) -> Result<Removal, Fault> {
        let who = self.touchable(account).await?;
        let left = self.leave(&who, go).await?;
        refused_by_all(&left)?;
        if let Some(login) = who.login_today() {
            for slug in self.teams_of(login, account).await? {
                let path = ["orgs", self.organization(), "teams", &slug, "memberships", login];
                self.act(Method::DELETE, &path, go).await?;
            }
        }
        Ok(Removal::Removed)
    }

    /// What is left of an account.
    pub(super) async fn left_of(&self, account: &Account) -> Result<Presence, Fault> {
        let who = self.who(account).await?;
        let there = self.there(&who).await?;
        let direct = there.membership.as_ref().is_some_and(|one| one.is_direct());
        if direct || there.collaborator.is_some() || !there.invitations.is_empty() {
            return Ok(Presence::There);
        }
        if there.membership.is_some() {
            return Err(FaultCode::EnterpriseTeam.into());
        }
        if let Some(login) = who.login_today()
            && !self.teams_of(login, account).await?.is_empty()
        {
            return Ok(Presence::There);
        }
        if self.is_another_s(account, &who).await? {
            return Err(FaultCode::AnotherAccount.into());
        }
        Ok(Presence::Gone)
    }

    /// Nobody takes away by whom this is asked.
    async fn touchable(&self, account: &Account) -> Result<Who, Fault> {
        let owner = self.owner().await?;
        let who = self.who(account).await?;
        let own = match &who {
            Who::User { id, .. } => id.get() == owner.id,
            Who::Login(login) => login.eq_ignore_ascii_case(&owner.login),
            Who::Address(_) | Who::Invitation { .. } => false,
        };
        if own { Err(Protected.into()) } else { Ok(who) }
    }

    async fn leave(&self, who: &Who, go: &dyn GoOn) -> Result<Left, Fault> {
        let organization = self.organization();
        let There {
            membership,
            collaborator,
            invitations,
        } = self.there(who).await?;
        let mut left = Left {
            invitations: 0,
            by_enterprise: membership.as_ref().is_some_and(|one| one.is_by_enterprise()),
        };
        // A deletion writes to whoever leaves, and what a team of the enterprise gives it does not take.
        if let (Some(login), Some(true)) = (who.login(), membership.map(|one| one.is_direct())) {
            let path = ["orgs", organization, "memberships", login];
            self.act(Method::DELETE, &path, go).await?;
        }
        if let Some(user) = collaborator {
            let path = ["orgs", organization, "outside_collaborators", &user.login];
            self.act(Method::DELETE, &path, go).await?;
        }
        for invitation in invitations {
            let id = invitation.id.to_string();
            let path = ["orgs", organization, "invitations", &id];
            if self.act(Method::DELETE, &path, go).await? {
                left.invitations += 1;
            }
        }
        Ok(left)
    }

    /// Whether the name under which an account was found is somebody else's by now.
    async fn is_another_s(&self, account: &Account, who: &Who) -> Result<bool, Fault> {
        let name = account.name.as_str();
        match (Meant::by(account), who) {
            (
                Meant::User(_),
                Who::User {
                    login, known: true, ..
                },
            ) if login.eq_ignore_ascii_case(name) => Ok(false),
            (Meant::User(_), _) => self.is_login_in_use(name).await,
            (Meant::Invitation(_), _) => Ok(!self.invitations(|one| one.is_for(name)).await?.is_empty()),
            (Meant::Name(_), _) => Ok(false),
        }
    }
}

const fn refused_by_all(left: &Left) -> Result<(), Fault> {
    if left.by_enterprise {
        return Err(Fault {
            code: FaultCode::EnterpriseTeam,
            retry_after: None,
        });
    }
    Ok(())
}
