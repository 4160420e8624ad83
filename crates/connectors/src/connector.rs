//! What every connected system can do.

use crate::{Fault, FaultCode};
use async_trait::async_trait;
use claviger_crypto::secret::SecretString;
use claviger_model::connected::{Account, AccountName, Presence, SystemKind};
use std::fmt;

/// Accounts of one page at most.
pub const PAGE: usize = 200;
/// Teams of an account that are named at most.
pub const MOST_TEAMS: usize = 100;

/// Some accounts, in an order of the system's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// What the next page is asked for with; none after the last one.
    pub next: Option<String>,
}

/// The teams that an account is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Teams {
    /// The names of the first ones; [`MOST_TEAMS`] at most.
    pub named: Vec<String>,
    /// How many there are.
    pub all: u32,
}

/// What came of taking an account away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// There is nothing left of it.
    Removed,
    /// It cannot be used, and stays for a reason that another attempt would not change.
    Kept(FaultCode),
}

/// Asked directly before each call that changes something: whose account it is may come back in the middle of an action.
#[async_trait]
pub trait GoOn: Send + Sync {
    /// Lets the next call happen.
    ///
    /// # Errors
    /// Why not; the action ends with that, and what was done before stays done.
    async fn go_on(&self) -> Result<(), Fault>;
}

/// Whoever has nothing to ask.
#[derive(Debug, Clone, Copy)]
pub struct Always;

#[async_trait]
impl GoOn for Always {
    async fn go_on(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Where the connector's own password or token comes from. It is read for each call, so that another program may renew it.
pub trait Credential: Send + Sync + fmt::Debug {
    /// Reads it; none when it cannot be had.
    fn read(&self) -> Option<SecretString>;
}

/// A system in which people have accounts.
///
/// An account is meant by its key, which stays when it is renamed, and by nothing else where it has one: its name may be somebody
/// else's by now, to whom nothing is done. By its name it is meant only where no key is known. No connector touches what it works
/// by itself: [`FaultCode::Protected`].
#[async_trait]
pub trait Connector: Send + Sync + fmt::Debug {
    /// What it is.
    fn kind(&self) -> SystemKind;

    /// Who is there, page by page.
    ///
    /// # Errors
    /// When the system cannot be asked; so for all that follow.
    async fn list(&self, after: Option<&str>) -> Result<Page, Fault>;

    /// The account of this name, if it can be used; none is "not there", and whether that may be is for the caller to say. A name may
    /// be what the system itself knows an account by, where the connector says how that is written.
    async fn find(&self, name: &AccountName) -> Result<Option<Account>, Fault>;

    /// In which teams an account is that was just found; none where it can be in none. Whoever is shown an account may be shown it
    /// without: nothing that is done to it stands on this.
    async fn teams(&self, _account: &Account) -> Result<Option<Teams>, Fault> {
        Ok(None)
    }

    /// Lets an account be of no use from now on, and ends what it has open. What does not exist is of no use; but an invitation that
    /// was found and is not there is a fault ([`FaultCode::InvitationGone`]), since somebody may have accepted it.
    async fn disable(&self, account: &Account, go: &dyn GoOn) -> Result<(), Fault>;

    /// Takes away what is left of an account that was disabled.
    async fn remove(&self, account: &Account, go: &dyn GoOn) -> Result<Removal, Fault>;

    /// Looks afresh what there is. In doubt it is [`Presence::There`], or a fault: [`FaultCode::AnotherAccount`] where nothing that
    /// can be used is left of it, and its name is somebody else's.
    async fn verify(&self, account: &Account) -> Result<Presence, Fault>;
}
