//! Requests for access: asking from where one was refused, approving, handing back, and what helps to answer.

use super::{input, names};
use crate::{
    Vault,
    api::Nothing,
    state::{book::Learned, person::initials},
    view::{
        asking::{
            AccessOption, AccessOptions, AnswerOutcome, ApproveAccess, AskAccess, Choice, NewlyAllowed,
            RequestEvidence, SimilarRequests,
        },
        problem::Problem,
        state::PersonRef,
    },
};
use claviger_model::ids::{PrincipalId, RequestId, ScopeId, SecretId};
use claviger_protocol::{
    grants::EndGrant,
    principals::PrincipalRecord,
    problem::Code,
    requests::{
        Answer, AnswersCall, AnswersReply, ApproveRequest, Evidence, MakeRequest, OneAnswer, OptionsCall,
        OptionsReply, Outcome, RefuseRequest, RequestRecord, RequestsReply, Similar, Want,
    },
    route,
    wire::Bytes,
};

/// What a grant's history says of one that was handed back.
const HANDED_BACK: &str = "Handed back early";

impl Vault {
    /// What could be asked for at a place, or for the sake of a secret.
    ///
    /// # Errors
    /// Not found where the person may not know of it.
    pub async fn access_options(
        &self,
        place: Option<&str>,
        secret: Option<&str>,
    ) -> Result<AccessOptions, Problem> {
        let call = match (place, secret) {
            (_, Some(secret)) => OptionsCall::Secret(names::id::<SecretId>(secret)?),
            (Some(place), None) => OptionsCall::Scope(names::id::<ScopeId>(place)?),
            (None, None) => return Err(names::not_found()),
        };
        let reply = self
            .inner
            .call::<_, OptionsReply>(route::REQUEST_OPTIONS, &[], &call)
            .await;
        let reply = reply.map_err(|error| self.outdated(error))?;
        let people = |ids: &[PrincipalId]| ids.iter().map(|id| person(&reply.principals, *id)).collect();
        let roles = reply.roles.iter().map(|role| AccessOption {
            role: role.role.to_string(),
            name: role.name.clone(),
            newly: role.newly.iter().map(ToString::to_string).collect(),
            approvers: people(&role.approvers),
            at_once_seconds: role.at_once_seconds,
        });
        Ok(AccessOptions {
            place: reply.scope.to_string(),
            path: reply.path.clone(),
            reaches: reply.reaches.map(names::number),
            roles: roles.collect(),
            steps: reply.steps,
        })
    }

    /// Asks for access; answers with the request's id.
    ///
    /// # Errors
    /// When the reason cannot stand, too many requests wait already, or the server refuses.
    pub async fn request_access(&self, ask: AskAccess) -> Result<String, Problem> {
        let id = RequestId::random(&*self.inner.parts.entropy);
        let call = MakeRequest {
            id,
            want: Want::Access {
                role: names::id(&ask.role)?,
                scope: names::id(&ask.place)?,
                secret: ask.secret.as_deref().map(names::id).transpose()?,
                seconds: ask.seconds,
                extends: ask.extends.as_deref().map(names::id).transpose()?,
            },
            reason: input::words(&ask.reason)?,
        };
        let made = self
            .inner
            .call::<_, RequestRecord>(route::MAKE_REQUEST, &[], &call)
            .await;
        self.learned_request(made.map_err(|error| self.outdated(error))?)
            .await;
        Ok(id.to_string())
    }

    /// Approves a request, perhaps less than it asks for.
    ///
    /// # Errors
    /// When it was answered already, or the server refuses.
    pub async fn approve_request(&self, id: &str, terms: ApproveAccess) -> Result<(), Problem> {
        let id: RequestId = names::id(id)?;
        let call = approval(terms, self.seen_terms(id)?)?;
        let approved = self
            .inner
            .call::<_, RequestRecord>(route::APPROVE_REQUEST, &[&id], &call)
            .await;
        match approved {
            Ok(record) => {
                self.learned_request(record).await;
                Ok(())
            }
            Err(error) => {
                if error.code() == Some(Code::StalePlan) {
                    self.look_again().await;
                }
                Err(self.closed(error))
            }
        }
    }

    /// What this person was shown of a request: an approval stands on that and on nothing else.
    fn seen_terms(&self, id: RequestId) -> Result<Option<Bytes>, Problem> {
        let live = self.inner.live()?;
        let book = live.book();
        let terms = book
            .requests
            .get(&id)
            .and_then(|known| known.course.terms.as_ref());
        Ok(terms.map(|terms| terms.digest.clone()))
    }

    /// Takes the requests as they stand now: what a role allows may change without any of them changing.
    async fn look_again(&self) {
        match self.inner.ask::<RequestsReply>(route::REQUESTS, &[]).await {
            Ok(reply) => {
                let learned = Learned {
                    requests: reply.requests,
                    ..Learned::default()
                };
                self.inner.learn(learned).await;
            }
            Err(error) => tracing::warn!(%error, "requests could not be looked at again"),
        }
    }

    /// Approves many as they were asked, or with words refuses them; each has its own outcome.
    ///
    /// # Errors
    /// When the words cannot stand, or the server refuses the whole call.
    pub async fn answer_requests(
        &self,
        ids: Vec<String>,
        refusal: Option<String>,
    ) -> Result<Vec<AnswerOutcome>, Problem> {
        let refusal = refusal.as_deref().map(input::words).transpose()?;
        let one = |id: &String| {
            let request = names::id(id)?;
            let answer = match &refusal {
                Some(words) => Answer::Refuse(RefuseRequest { words: words.clone() }),
                None => Answer::Approve(ApproveRequest {
                    shown: self.seen_terms(request)?,
                    ..ApproveRequest::default()
                }),
            };
            Ok(OneAnswer { request, answer })
        };
        let call = AnswersCall {
            answers: ids.iter().map(one).collect::<Result<_, Problem>>()?,
        };
        let reply = self
            .inner
            .call::<_, AnswersReply>(route::ANSWER_REQUESTS, &[], &call)
            .await;
        let reply = reply.map_err(|error| self.outdated(error))?;
        let (mut outcomes, mut stale) = (Vec::with_capacity(ids.len()), false);
        for (id, outcome) in ids.into_iter().zip(reply.outcomes) {
            let problem = match outcome {
                Outcome::Done(record) => {
                    self.inner.learn_request(*record).await;
                    None
                }
                Outcome::Problem(problem) => {
                    stale |= problem.code == Code::StalePlan;
                    Some(names::problem(
                        "requestNotAnswered",
                        &problem.title,
                        problem.detail,
                    ))
                }
            };
            outcomes.push(AnswerOutcome { id, problem });
        }
        if stale {
            self.look_again().await;
        }
        self.inner.hint_sync();
        Ok(outcomes)
    }

    /// Hands back early what a request gave.
    ///
    /// # Errors
    /// When it gave nothing or is over already, or the server cannot be reached.
    pub async fn hand_back(&self, id: &str) -> Result<(), Problem> {
        let id: RequestId = names::id(id)?;
        let grant = {
            let live = self.inner.live()?;
            let book = live.book();
            let given = book
                .requests
                .get(&id)
                .and_then(|request| request.course.given.as_ref());
            given.map(|given| given.grant).ok_or_else(names::not_found)?
        };
        let call = EndGrant {
            reason: HANDED_BACK.to_owned(),
        };
        let ended = self
            .inner
            .call::<_, Nothing>(route::END_GRANT, &[&grant], &call)
            .await;
        ended.map_err(|error| self.closed(error))?;
        self.inner.hint_sync();
        Ok(())
    }

    /// What the evidence is about is what the person has seen, also where the list showed something older.
    async fn looked_at(&self, id: RequestId, evidence: &Evidence) -> Result<(), Problem> {
        let known = self.inner.live()?.book().requests.get(&id).cloned();
        let Some(mut known) = known.filter(|known| known.course.terms != evidence.terms) else {
            return Ok(());
        };
        known.course.terms.clone_from(&evidence.terms);
        self.inner.learn_request(known).await;
        Ok(())
    }

    /// What helps to answer a request.
    ///
    /// # Errors
    /// Not found for those who cannot answer it.
    pub async fn request_evidence(&self, id: &str) -> Result<RequestEvidence, Problem> {
        let id: RequestId = names::id(id)?;
        let reply = self.inner.ask::<Evidence>(route::REQUEST_EVIDENCE, &[&id]).await;
        let reply = reply.map_err(|error| self.outdated(error))?;
        self.looked_at(id, &reply).await?;
        let similar = |similar: Similar| SimilarRequests {
            asked: names::number(similar.asked),
            approved: names::number(similar.approved),
            refused: names::number(similar.refused),
        };
        let newly = reply.newly.into_iter().map(|newly| NewlyAllowed {
            action: newly.action.to_string(),
            places: names::number(newly.scopes),
            secrets: names::number(newly.secrets),
        });
        let choice = |id: String, name: String| Choice { id, name };
        Ok(RequestEvidence {
            newly: newly.collect(),
            same_person: similar(reply.same_person),
            others: similar(reply.others),
            last_read_at: reply.last_read.map(|at| at.millis()),
            last_read_by_anyone_at: reply.last_read_by_anyone.map(|at| at.millis()),
            outside: reply.outside,
            lesser: reply
                .lesser
                .into_iter()
                .map(|role| choice(role.id.to_string(), role.name))
                .collect(),
            below: reply
                .below
                .into_iter()
                .map(|place| choice(place.scope.to_string(), place.path))
                .collect(),
        })
    }
}

fn approval(terms: ApproveAccess, shown: Option<Bytes>) -> Result<ApproveRequest, Problem> {
    let said = terms.words.trim();
    Ok(ApproveRequest {
        role: terms.role.as_deref().map(names::id).transpose()?,
        scope: terms.place.as_deref().map(names::id).transpose()?,
        seconds: terms.seconds,
        words: if said.is_empty() {
            String::new()
        } else {
            input::words(said)?
        },
        shown,
    })
}

/// Somebody whom a reply names.
pub(super) fn person(principals: &[PrincipalRecord], id: PrincipalId) -> PersonRef {
    let record = principals.iter().find(|record| record.id == id);
    let name = record.map_or_else(|| names::SOMEBODY.to_owned(), |record| record.name.clone());
    PersonRef {
        id: id.to_string(),
        initials: initials(&name),
        email: record.and_then(|record| record.email.clone()),
        team: None,
        name,
    }
}
