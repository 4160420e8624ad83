//! One round through what is due in one system: accounts that can be used come before everything that takes longer.

use super::{act, ask, note};
use crate::{
    app::Shared,
    connected::{System, others::Others},
    http::Refusal,
};
use claviger_connectors::{Fault, FaultCode};
use claviger_model::{
    connected::{AccountName, CaseAccount, CaseSystem, SystemName},
    ids::PrincipalId,
};

/// Rows of one look.
const LOOK: u32 = 100;
/// Accounts that one round cleans up; the next one goes on.
const MOST: usize = 100;
/// So many accounts in a row of which nothing is heard in time are the system's silence, not a thing that one of them holds.
const SILENT_AFTER: u32 = 3;

/// Something that is due.
enum Due {
    Ask(CaseSystem),
    Act(CaseAccount),
}

/// What is known in a round.
pub(super) struct Round<'a> {
    app: &'a Shared,
    name: &'a SystemName,
    /// Whom else accounts would be of; read when it is needed first.
    others: Option<Others>,
    /// Why the whole system does nothing.
    down: Option<Fault>,
    /// How many accounts in a row were not done in time.
    late: u32,
}

impl<'a> Round<'a> {
    pub(super) fn of(app: &'a Shared, name: &'a SystemName) -> Self {
        Self {
            app,
            name,
            others: None,
            down: None,
            late: 0,
        }
    }

    /// Does whatever is due: before each account is cleaned up, which may take a minute, the system is asked for whoever leaves by
    /// then, and what was found is of no use.
    ///
    /// # Errors
    /// When the tables cannot be read or written.
    pub(super) async fn work(mut self) -> Result<(), Refusal> {
        let mut last = None;
        for _ in 0..MOST {
            for row in self.asking().await? {
                self.one(Due::Ask(row)).await?;
            }
            for row in self.acting(true, LOOK).await? {
                self.one(Due::Act(row)).await?;
            }
            let many = if self.down.is_some() { LOOK } else { 1 };
            let rows = self.acting(false, many).await?;
            // What does not change is somebody else's at this moment.
            if rows.is_empty() || last.as_ref() == Some(&rows) {
                break;
            }
            for row in &rows {
                self.one(Due::Act(row.clone())).await?;
            }
            last = Some(rows);
        }
        Ok(())
    }

    /// Whether an account would be somebody else's, too.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub(super) async fn is_of_another(
        &mut self,
        system: &System,
        account: &AccountName,
        person: PrincipalId,
    ) -> Result<bool, Refusal> {
        let others = match self.others.take() {
            Some(others) => others,
            None => Others::of(&mut *self.app.store.reader().await?, &system.rules).await?,
        };
        let whose = others.has(account, person);
        self.others = Some(others);
        Ok(whose)
    }

    async fn asking(&self) -> Result<Vec<CaseSystem>, Refusal> {
        let now = self.app.clock.now();
        let mut reader = self.app.store.reader().await?;
        Ok(reader.systems_due(self.name, now, LOOK).await?)
    }

    async fn acting(&self, usable: bool, limit: u32) -> Result<Vec<CaseAccount>, Refusal> {
        let now = self.app.clock.now();
        let mut reader = self.app.store.reader().await?;
        Ok(reader.accounts_due(self.name, usable, now, limit).await?)
    }

    /// Does one of them; where the whole system is down, the others are noted as failed without another attempt.
    async fn one(&mut self, due: Due) -> Result<(), Refusal> {
        let app = self.app;
        let done = match (&due, self.down) {
            (_, Some(fault)) => Err(fault),
            (Due::Ask(row), None) => ask::ask(app, row).await?,
            (Due::Act(row), None) => act::act(app, self, row).await?,
        };
        let Err(fault) = done else {
            self.late = 0;
            return Ok(());
        };
        self.judge(fault, matches!(due, Due::Act(_)));
        match due {
            Due::Ask(row) => note::system_failed(app, row, fault).await,
            Due::Act(row) => note::account_failed(app, row, fault).await,
        }
    }

    /// What an account holds, such as a locked table, is that account's delay alone.
    fn judge(&mut self, fault: Fault, acting: bool) {
        if acting && fault.code == FaultCode::TimedOut {
            self.late = self.late.saturating_add(1);
            if self.late < SILENT_AFTER {
                return;
            }
        } else {
            self.late = 0;
        }
        if fault.code.is_of_the_system() {
            self.down = Some(fault);
        }
    }
}
