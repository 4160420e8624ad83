//! Guardrails: the list, the editor's checks, what a change would do and would have done, and the change itself.

mod shown;

use super::{input, names, roles};
use crate::{
    Vault,
    view::{
        guardrails::{
            GuardrailCheck, GuardrailEdit, GuardrailLanguage, GuardrailPast, GuardrailPlanView,
            GuardrailView, GuardrailWish,
        },
        problem::Problem,
        role::ChangeOutcome,
    },
};
use claviger_model::ids::{PolicyId, ProposalId};
use claviger_protocol::{
    guardrail_plan::{GuardrailPlan, PastCall, PastReply},
    guardrails::{
        ChangeGuardrail, CheckGuardrail, CheckReply, GuardrailChange, GuardrailsReply, LanguageReply,
        PlanGuardrail,
    },
    roles::Changed,
    route,
    wire::Bytes,
};

impl Vault {
    /// All guardrails; for those who may change them.
    ///
    /// # Errors
    /// When they may not, or the server does not answer.
    pub async fn guardrails(&self) -> Result<Vec<GuardrailView>, Problem> {
        let reply: GuardrailsReply = self.inner.ask(route::GUARDRAILS, &[]).await?;
        let shown = self.shown(&reply.principals, &[]).await?;
        Ok(reply
            .guardrails
            .iter()
            .map(|record| shown::guardrail(&shown, record))
            .collect())
    }

    /// What a guardrail can speak of.
    ///
    /// # Errors
    /// As [`Vault::guardrails`].
    pub async fn guardrail_language(&self) -> Result<GuardrailLanguage, Problem> {
        let reply: LanguageReply = self.inner.ask(route::GUARDRAIL_LANGUAGE, &[]).await?;
        let everybody = self.everybody().await?;
        let book = self.inner.live()?.book();
        Ok(shown::language(reply, &everybody, &book))
    }

    /// What is wrong or odd in a text.
    ///
    /// # Errors
    /// As [`Vault::guardrails`].
    pub async fn check_guardrail(&self, text: &str) -> Result<GuardrailCheck, Problem> {
        let text = text.to_owned();
        let reply: CheckReply = self
            .inner
            .call(route::CHECK_GUARDRAIL, &[], &CheckGuardrail { text })
            .await?;
        Ok(shown::check(reply))
    }

    /// Who loses and gains what; nothing is changed.
    ///
    /// # Errors
    /// When the change cannot be made.
    pub async fn plan_guardrail(
        &self,
        edit: &GuardrailEdit,
        skip: u32,
    ) -> Result<GuardrailPlanView, Problem> {
        let id = self.guardrail_id(edit)?;
        let call = PlanGuardrail {
            change: wanted(&edit.wish)?,
            replaces: replaces(edit)?,
            skip,
        };
        let plan: GuardrailPlan = self.inner.call(route::PLAN_GUARDRAIL, &[&id], &call).await?;
        let shown = self.shown(&plan.principals, &plan.scopes).await?;
        Ok(shown::plan(&shown, id, &plan))
    }

    /// What of the last 90 days a text would have refused.
    ///
    /// # Errors
    /// When the text is no guardrail.
    pub async fn guardrail_past(&self, text: &str, skip: u32) -> Result<GuardrailPast, Problem> {
        let text = text.to_owned();
        let reply: PastReply = self
            .inner
            .call(route::PAST_GUARDRAIL, &[], &PastCall { text, skip })
            .await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        Ok(shown::past(&shown, &reply))
    }

    /// Carries a plan out just as it was shown; `propose` to let it wait for a second owner should it need one.
    ///
    /// # Errors
    /// `secondOwnerNeeded` when it does and was not proposed; when something changed since, or the server refuses.
    pub async fn change_guardrail(
        &self,
        edit: &GuardrailEdit,
        digest: &str,
        reason: &str,
        propose: bool,
    ) -> Result<ChangeOutcome, Problem> {
        let id = self.guardrail_id(edit)?;
        let call = ChangeGuardrail {
            change: wanted(&edit.wish)?,
            replaces: replaces(edit)?,
            digest: Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?,
            reason: input::words(reason)?,
            proposal: propose.then(|| ProposalId::random(&*self.inner.parts.entropy)),
        };
        let changed: Changed = self.inner.call(route::CHANGE_GUARDRAIL, &[&id], &call).await?;
        self.inner.hint_sync();
        Ok(roles::outcome(&changed))
    }

    fn guardrail_id(&self, edit: &GuardrailEdit) -> Result<PolicyId, Problem> {
        match &edit.id {
            Some(id) => names::id(id),
            None => Ok(PolicyId::random(&*self.inner.parts.entropy)),
        }
    }
}

fn wanted(wish: &GuardrailWish) -> Result<GuardrailChange, Problem> {
    Ok(match wish {
        GuardrailWish::Put { name, text, enabled } => GuardrailChange::Put {
            name: input::name(name)?,
            text: text.clone(),
            enabled: *enabled,
        },
        GuardrailWish::Switch { enabled } => GuardrailChange::Switch { enabled: *enabled },
        GuardrailWish::Delete => GuardrailChange::Delete,
    })
}

fn replaces(edit: &GuardrailEdit) -> Result<Option<Bytes>, Problem> {
    let digest = edit.replaces.clone();
    digest
        .map(|digest| Bytes::try_from(digest).map_err(|_| names::not_found()))
        .transpose()
}
