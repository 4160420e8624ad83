//! Cases: rehearsed, opened, looked at, let go on, called off.

use super::{
    case_shown::{brake, effect, lonely, row, view},
    connected,
    shown::{Named, numbers},
};
use crate::{
    Vault,
    cases::{input, names},
    view::{
        offboarding::cases::{CaseDraft, CaseView, CasesView, OpenedCaseView, RehearsalView},
        problem::Problem,
    },
};
use claviger_model::{ids::CaseId, time::Timestamp};
use claviger_protocol::{
    offboarding::cases::{
        ApproveCase, CancelCase, CaseRecord, CasesCall, CasesReply, OpenCase, OpenedCase, Rehearsal,
        Rehearse, StartAt,
    },
    route,
};

impl Vault {
    /// What offboarding somebody would do now, in numbers, and nothing of it.
    ///
    /// # Errors
    /// When this person may not know, the heir is not fit, or the server does not answer.
    pub async fn rehearse_case(&self, person: &str, heir: Option<&str>) -> Result<RehearsalView, Problem> {
        let call = Rehearse {
            person: names::id(person)?,
            heir: heir.map(names::id).transpose()?,
        };
        let reply: Rehearsal = self.inner.call(route::REHEARSE_CASE, &[], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        Ok(RehearsalView {
            case: CaseId::random(&*self.inner.parts.entropy).to_string(),
            numbers: numbers(&reply.numbers),
            effects: reply.effects.iter().map(effect).collect(),
            rotations: names::number(reply.rotations),
            brake: reply.brake.map(brake),
            teams: reply.teams.iter().map(|team| lonely(&shown, team)).collect(),
            more_teams: reply.more_teams,
            connected: reply.connected.iter().map(connected::found).collect(),
        })
    }

    /// Opens the case of somebody, now or at a set time. Where the outcome is not known, the same draft again is the same case.
    ///
    /// # Errors
    /// When the reason or the time cannot stand, or the server refuses.
    pub async fn open_case(&self, draft: &CaseDraft) -> Result<OpenedCaseView, Problem> {
        let call = OpenCase {
            id: names::id(&draft.case)?,
            person: names::id(&draft.person)?,
            reason: input::words(&draft.reason)?,
            heir: draft.heir.as_deref().map(names::id).transpose()?,
            teams: draft
                .teams
                .iter()
                .map(|team| names::id(team))
                .collect::<Result<_, _>>()?,
            start: draft.start.as_ref().map(|start| StartAt {
                local: start.local.clone(),
                zone: start.zone.clone(),
            }),
        };
        let opened: OpenedCase = self.inner.call(route::OPEN_CASE, &[], &call).await?;
        self.inner.hint_sync();
        Ok(OpenedCaseView {
            case: self.shown_case(&opened.case).await?,
            merged: opened.merged,
        })
    }

    /// Cases, newest first; `after` as [`CasesView::next`] said.
    ///
    /// # Errors
    /// When this person may not know, or the server does not answer.
    pub async fn cases(&self, open: bool, after: Option<&str>) -> Result<CasesView, Problem> {
        let call = CasesCall {
            open,
            before: after.map(names::id).transpose()?,
        };
        let reply: CasesReply = self.inner.call(route::CASES, &[], &call).await?;
        let shown = self.shown(&reply.principals, &[]).await?;
        let last = reply.cases.last().filter(|_| reply.more);
        Ok(CasesView {
            next: last.map(|case| case.id.to_string()),
            cases: reply.cases.iter().map(|case| row(&shown, case)).collect(),
        })
    }

    /// One case.
    ///
    /// # Errors
    /// When there is none, or the server does not answer.
    pub async fn case(&self, id: &str) -> Result<CaseView, Problem> {
        let id: CaseId = names::id(id)?;
        let record: CaseRecord = self.inner.ask(route::CASE, &[&id]).await?;
        self.shown_case(&record).await
    }

    /// Lets a case go on, as a second pair of eyes.
    ///
    /// # Errors
    /// For whoever opened or altered it, when it does not wait for that, it begins at another time than the given one by now, or the
    /// server refuses.
    pub async fn approve_case(&self, id: &str, starts_at: Option<i64>) -> Result<CaseView, Problem> {
        let id: CaseId = names::id(id)?;
        let call = ApproveCase {
            starts_at: starts_at.map(Timestamp::from_millis),
        };
        let record: CaseRecord = self.inner.call(route::APPROVE_CASE, &[&id], &call).await?;
        self.inner.hint_sync();
        self.shown_case(&record).await
    }

    /// Calls a case off that has not begun.
    ///
    /// # Errors
    /// When it has begun, the reason cannot stand, or the server refuses.
    pub async fn cancel_case(&self, id: &str, reason: &str) -> Result<CaseView, Problem> {
        let id: CaseId = names::id(id)?;
        let call = CancelCase {
            reason: input::words(reason)?,
        };
        let record: CaseRecord = self.inner.call(route::CANCEL_CASE, &[&id], &call).await?;
        self.inner.hint_sync();
        self.shown_case(&record).await
    }

    pub(super) async fn shown_case(&self, record: &CaseRecord) -> Result<CaseView, Problem> {
        let shown = self.shown(&record.principals, &[]).await?;
        Ok(view(&Named::new(&shown, &[], &record.named_devices), record))
    }
}
