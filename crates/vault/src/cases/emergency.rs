//! Emergency access: giving a right, drawing one's own, giving back, reviewing.

use super::{access_requests::person, giving, input, names};
use crate::{
    Vault,
    state::{Live, book::Book},
    view::{
        emergency::{
            EmergencyDraw, EmergencyDraws, EmergencyRead, EmergencyReview, EmergencyRight, EmergencyRights,
            EmergencyVerdict, EmergencyView, GiveEmergency,
        },
        giving::GivePlan,
        problem::Problem,
    },
};
use claviger_model::{
    emergency::Verdict,
    ids::{DrawId, EmergencyId, GrantId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::{
    emergency::{
        DrawEmergency, DrawRecord, DrawsCall, DrawsReply, EmergencyReply, EndEmergencyRight,
        GiveEmergencyRight, ReviewEmergency, RightRecord, RightsCall, RightsReply,
    },
    giving::GrantPlan,
    grants::EndGrant,
    principals::PrincipalRecord,
    route,
    wire::Bytes,
};
use serde::{Serialize, de::DeserializeOwned};

/// What a grant's history says of a draw that was given back.
const GIVEN_BACK: &str = "Given back early";

impl Vault {
    /// What one holds and may look at; without the server what was told last.
    ///
    /// # Errors
    /// When nobody is signed in, or the server refuses.
    pub async fn emergency(&self) -> Result<EmergencyView, Problem> {
        let live = self.inner.live()?;
        let reply: EmergencyReply = match self.inner.ask(route::EMERGENCY, &[]).await {
            Ok(reply) => reply,
            Err(error) if error.is_offline() => live.told().emergency(),
            Err(error) => return Err(error.into()),
        };
        Ok(shown(&live, &reply))
    }

    /// Further draws, from where a page ended.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn emergency_draws(&self, after: &str) -> Result<EmergencyDraws, Problem> {
        let live = self.inner.live()?;
        let call = DrawsCall {
            after: Some(place(after)?),
            limit: None,
        };
        let reply: DrawsReply = self.inner.call(route::EMERGENCY_DRAWS, &[], &call).await?;
        Ok(EmergencyDraws {
            draws: draws(&live, &reply.principals, &reply.draws),
            next: reply.next.as_ref().and_then(next),
        })
    }

    /// Further rights of others, from where a page ended.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn emergency_rights(&self, after: &str) -> Result<EmergencyRights, Problem> {
        let live = self.inner.live()?;
        let call = RightsCall {
            after: Some(place(after)?),
        };
        let reply: RightsReply = self.inner.call(route::EMERGENCY_RIGHTS, &[], &call).await?;
        Ok(EmergencyRights {
            rights: rights(&reply.principals, live.principal, &reply.rights),
            next: reply.next.as_ref().and_then(next),
        })
    }

    /// What could be read with a right in an emergency, as things stand today; nothing is given.
    ///
    /// # Errors
    /// When this person may not give it.
    pub async fn plan_emergency(&self, draft: &GiveEmergency) -> Result<GivePlan, Problem> {
        let right = EmergencyId::random(&*self.inner.parts.entropy);
        let call = wanted(right, draft)?;
        let plan: GrantPlan = self.inner.call(route::PLAN_EMERGENCY, &[], &call).await?;
        Ok(giving::shown(right, &plan))
    }

    /// Gives just the right that was shown, or nothing.
    ///
    /// # Errors
    /// When something changed since, the reason cannot stand, or the server refuses.
    pub async fn give_emergency(
        &self,
        draft: &GiveEmergency,
        right: &str,
        digest: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let digest = Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?;
        let call = GiveEmergencyRight {
            reason: input::words(reason)?,
            plan: Some(digest),
            ..wanted(names::id(right)?, draft)?
        };
        self.inner
            .call::<_, RightRecord>(route::GIVE_EMERGENCY, &[], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }

    /// Ends a right, and what is drawn of it.
    ///
    /// # Errors
    /// When the reason cannot stand, or the server refuses.
    pub async fn end_emergency(&self, right: &str, reason: &str) -> Result<(), Problem> {
        let right: EmergencyId = names::id(right)?;
        let call = EndEmergencyRight {
            reason: input::words(reason)?,
        };
        self.done(route::END_EMERGENCY, &[&right], &call).await
    }

    /// Draws a right of one's own; answers when the names are here, if they come soon.
    ///
    /// # Errors
    /// When the reason cannot stand, or the server refuses.
    pub async fn draw_emergency(&self, right: &str, reason: &str, seconds: u32) -> Result<(), Problem> {
        let right: EmergencyId = names::id(right)?;
        let call = DrawEmergency {
            id: DrawId::random(&*self.inner.parts.entropy),
            reason: input::words(reason)?,
            seconds,
        };
        self.inner
            .call::<_, DrawRecord>(route::DRAW_EMERGENCY, &[&right], &call)
            .await?;
        if let Err(error) = self.inner.sync_now().await {
            tracing::debug!(%error, "what emergency access gave comes with the next sync");
        }
        Ok(())
    }

    /// Gives a draw back, or takes one away.
    ///
    /// # Errors
    /// When it is over, or the server refuses.
    pub async fn end_draw(&self, grant: &str, reason: Option<&str>) -> Result<(), Problem> {
        let grant: GrantId = names::id(grant)?;
        let call = EndGrant {
            reason: input::words(reason.unwrap_or(GIVEN_BACK))?,
        };
        self.done(route::END_GRANT, &[&grant], &call).await
    }

    /// Says what one finds of a draw.
    ///
    /// # Errors
    /// When the words cannot stand, or the server refuses.
    pub async fn review_emergency(
        &self,
        draw: &str,
        verdict: EmergencyVerdict,
        words: &str,
    ) -> Result<(), Problem> {
        let draw: DrawId = names::id(draw)?;
        let call = ReviewEmergency {
            verdict: match verdict {
                EmergencyVerdict::Justified => Verdict::Justified,
                EmergencyVerdict::NotJustified => Verdict::NotJustified,
            },
            words: input::words(words)?,
        };
        self.inner
            .call::<_, DrawRecord>(route::REVIEW_EMERGENCY, &[&draw], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }
}

fn wanted(right: EmergencyId, draft: &GiveEmergency) -> Result<GiveEmergencyRight, Problem> {
    Ok(GiveEmergencyRight {
        id: right,
        principal: names::id(&draft.person)?,
        role: names::id(&draft.role)?,
        scope: names::id(&draft.place)?,
        reason: String::new(),
        ends_at: Timestamp::from_millis(draft.ends_at),
        plan: None,
    })
}

fn shown(live: &Live, reply: &EmergencyReply) -> EmergencyView {
    EmergencyView {
        rights: rights(&reply.principals, live.principal, &reply.rights),
        next_rights: reply.next_rights.as_ref().and_then(next),
        draws: draws(live, &reply.principals, &reply.draws),
        next: reply.next.as_ref().and_then(next),
    }
}

/// Where a page goes on; opaque to the page.
fn next(place: &impl Serialize) -> Option<String> {
    serde_json::to_string(place).ok()
}

fn place<P: DeserializeOwned>(after: &str) -> Result<P, Problem> {
    serde_json::from_str(after).map_err(|_| names::not_found())
}

fn rights(people: &[PrincipalRecord], me: PrincipalId, records: &[RightRecord]) -> Vec<EmergencyRight> {
    records.iter().map(|record| right(people, me, record)).collect()
}

fn draws(live: &Live, people: &[PrincipalRecord], records: &[DrawRecord]) -> Vec<EmergencyDraw> {
    let (book, me) = (live.book(), live.principal);
    records
        .iter()
        .map(|record| draw(&book, people, me, record))
        .collect()
}

fn right(people: &[PrincipalRecord], me: PrincipalId, record: &RightRecord) -> EmergencyRight {
    EmergencyRight {
        id: record.id.to_string(),
        person: person(people, record.principal),
        own: record.principal == me,
        role: record.role_name.clone(),
        place: record.scope.to_string(),
        path: record.path.clone(),
        reason: record.reason.clone(),
        given_by: record.given_by.map(|by| person(people, by)),
        given_at: record.given_at.millis(),
        ends_at: record.ends_at.millis(),
        may_end: record.may_end,
    }
}

fn draw(book: &Book, people: &[PrincipalRecord], me: PrincipalId, record: &DrawRecord) -> EmergencyDraw {
    EmergencyDraw {
        id: record.id.to_string(),
        right: record.right.to_string(),
        grant: record.grant.to_string(),
        person: person(people, record.principal),
        own: record.principal == me,
        role: record.role_name.clone(),
        place: record.scope.to_string(),
        path: record.path.clone(),
        reason: record.reason.clone(),
        drawn_at: record.drawn_at.millis(),
        over_at: record.over_at.millis(),
        review_due: record.review_due.millis(),
        again: record.again,
        reads: record
            .reads
            .iter()
            .map(|read| EmergencyRead {
                secret: names::reference_to(book, read.secret),
                at: read.at.millis(),
            })
            .collect(),
        review: record.review.as_ref().map(|review| EmergencyReview {
            by: person(people, review.by),
            at: review.at.millis(),
            verdict: match review.verdict {
                Verdict::Justified => EmergencyVerdict::Justified,
                Verdict::NotJustified => EmergencyVerdict::NotJustified,
            },
            words: review.words.clone(),
        }),
        may_end: record.may_end,
        may_review: record.may_review,
    }
}
