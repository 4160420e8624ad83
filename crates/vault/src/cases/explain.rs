//! Why can I, why can't I.

use super::{access::words, names};
use crate::{
    Vault,
    view::{
        explain::{ExplainAbout, ExplainView, ExplainWay, Lacking},
        problem::Problem,
    },
};
use claviger_model::action::Action;
use claviger_protocol::{
    explain::{self as wire, About, ExplainCall, ExplainReply},
    route,
};

impl Vault {
    /// Why somebody can or cannot do something; oneself when nobody is named.
    ///
    /// # Errors
    /// When it is not to be known, or the server does not answer.
    pub async fn explain(
        &self,
        about: &ExplainAbout,
        action: &str,
        principal: Option<&str>,
    ) -> Result<ExplainView, Problem> {
        let call = ExplainCall {
            principal: principal.map(names::id).transpose()?,
            action: names::id::<Action>(action)?,
            about: match about {
                ExplainAbout::Secret { id } => About::Secret(names::id(id)?),
                ExplainAbout::Place { id } => About::Scope(names::id(id)?),
            },
        };
        let reply: ExplainReply = self.inner.call(route::EXPLAIN, &[], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        let way = |way: &wire::ExplainPath| ExplainWay {
            way: shown.way(&way.path),
            has_action: way.has_action,
            decided: way.decided,
        };
        Ok(ExplainView {
            action: reply.action.to_string(),
            path: shown.path(reply.scope),
            verdict: words::verdict(&reply.verdict),
            at_best: reply.at_best,
            ways: reply.paths.iter().map(way).collect(),
            lacking: match reply.lacking {
                wire::Lacking::Nothing => Lacking::Nothing,
                wire::Lacking::Role => Lacking::Role,
                wire::Lacking::Circumstances => Lacking::Circumstances,
                wire::Lacking::NoGrantHelps => Lacking::NoGrantHelps,
            },
            role: reply.roles.first().map(|role| shown.role(*role)),
            grantors: reply
                .grantors
                .iter()
                .map(|person| shown.person(*person))
                .collect(),
        })
    }
}
