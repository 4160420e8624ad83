//! Tokens of the identity provider's SCIM client; for Owners. A token that was made leaves this computer by the clipboard alone: the
//! page never has it.

use super::{input, names};
use crate::{
    Vault,
    api::Nothing,
    view::{
        problem::Problem,
        provisioning::{
            ProvisioningTokenDraft, ProvisioningTokenTurn, ProvisioningTokenView, ProvisioningView,
        },
    },
};
use claviger_crypto::secret::SecretString;
use claviger_model::{ids::KeyId, time::Timestamp};
use claviger_protocol::{
    provisioning::{MadeToken, MakeToken, RotateToken, TokenRecord, TokensReply},
    route,
};

/// A token that was made, for the clipboard.
pub struct NewToken {
    /// Its id.
    pub id: String,
    /// The token.
    pub token: SecretString,
}

impl Vault {
    /// Where the provider's client is pointed to, and the tokens.
    ///
    /// # Errors
    /// When the person may not connect other systems, or the server does not answer.
    pub async fn provisioning(&self) -> Result<ProvisioningView, Problem> {
        let reply: TokensReply = self.inner.ask(route::SCIM_TOKENS, &[]).await?;
        let book = self.inner.live()?.book();
        let token = |record: TokenRecord| ProvisioningTokenView {
            id: record.id.to_string(),
            name: record.name.to_string(),
            made_by: names::person(&book, record.made_by),
            made_at: record.made_at.millis(),
            ends_at: record.ends_at.millis(),
            last_used_at: record.last_used_at.map(Timestamp::millis),
            replaces: record.replaces.is_some(),
            ended_at: record.ended_at.map(Timestamp::millis),
        };
        Ok(ProvisioningView {
            base: reply.base,
            claim: reply.claim,
            groups: reply.groups,
            tokens: reply.tokens.into_iter().map(token).collect(),
        })
    }

    /// Makes a token.
    ///
    /// # Errors
    /// When the name or the time cannot stand, or the server refuses.
    pub async fn make_provisioning_token(&self, draft: &ProvisioningTokenDraft) -> Result<NewToken, Problem> {
        let call = MakeToken {
            id: KeyId::random(&*self.inner.parts.entropy),
            name: input::name(&draft.name)?,
            days: draft.days,
        };
        let made = self.inner.call(route::MAKE_SCIM_TOKEN, &[], &call).await?;
        Ok(new(&made))
    }

    /// Makes a token in place of another one, which goes on for a while or ends at once.
    ///
    /// # Errors
    /// When that one has ended, or the server refuses.
    pub async fn rotate_provisioning_token(
        &self,
        before: &str,
        turn: &ProvisioningTokenTurn,
    ) -> Result<NewToken, Problem> {
        let before: KeyId = names::id(before)?;
        let call = RotateToken {
            id: KeyId::random(&*self.inner.parts.entropy),
            days: turn.days,
            overlap_hours: turn.overlap_hours,
        };
        let made = self
            .inner
            .call(route::ROTATE_SCIM_TOKEN, &[&before], &call)
            .await?;
        Ok(new(&made))
    }

    /// Ends a token at once.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn end_provisioning_token(&self, id: &str) -> Result<(), Problem> {
        let id: KeyId = names::id(id)?;
        self.inner.ask::<Nothing>(route::END_SCIM_TOKEN, &[&id]).await?;
        Ok(())
    }
}

fn new(made: &MadeToken) -> NewToken {
    NewToken {
        id: made.id.to_string(),
        token: SecretString::new(made.token.expose().to_owned()),
    }
}
