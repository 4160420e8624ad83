//! Offboarding: what somebody or something reaches and holds, and taking it all away. Asked of the server each time; nothing of it
//! is kept.

mod brake;
mod case;
mod case_shown;
mod connected;
mod leak;
mod radius;
mod report;
mod rotations;
mod shown;
mod undo;

use crate::{
    Vault,
    view::{offboarding::OffboardingRights, problem::Problem},
};
use claviger_model::action::Action;

impl Vault {
    /// What this person may do here, as far as this device knows; the server decides each time.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn offboarding_rights(&self) -> Result<OffboardingRights, Problem> {
        let book = self.inner.live()?.book();
        let give = book
            .places
            .iter()
            .any(|node| node.actions.contains(&Action::GrantAssign));
        Ok(OffboardingRights {
            conduct: self.may_at_root(Action::OffboardingConduct)?,
            own: self.may_at_root(Action::PolicyManage)?,
            enable: self.may_at_root(Action::PrincipalDisable)?,
            give,
        })
    }
}
