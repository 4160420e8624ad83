//! How a request closes without an approver: taken back by its author, or fulfilled by a new version.

use super::{
    answer::{KIND, open},
    approve,
    give::{object, state},
    make::told,
};
use crate::{
    app::Shared,
    caller::Caller,
    http::Refusal,
    operations::{
        path::Id,
        secrets::locate::{self, Located},
    },
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_model::{action::Action, ids::RequestId};
use claviger_protocol::{problem::Code, requests::RequestRecord, stream::Hint};
use claviger_storage::{
    Reader, StorageError,
    requests::{Answer as Row, Asked, Request, RequestState},
};

/// Whether whoever made an open request may take it back. What was read in an emergency is rotated, or somebody else says why
/// not (rule 14). What the record offers and what is refused come from here.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn may_withdraw(reader: &mut dyn Reader, request: &Request) -> Result<bool, StorageError> {
    let rotation = matches!(request.asked, Asked::Rotation { .. });
    Ok(!(rotation && reader.is_of_an_emergency(request.id).await?))
}

/// Takes one's own request back.
pub async fn withdraw(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let own = change
                .db()
                .request(id)
                .await?
                .filter(|request| request.asked_by == acting.who.principal);
            let Some(request) = own else {
                return Err(change.unknown(&acting, KIND, id));
            };
            open(change, &request)?;
            if !may_withdraw(change.db(), &request).await? {
                let event = change.event(acting.who, KIND).on(object(&request));
                return Err(change.refuse(event, Code::SeparationOfDuties));
            }
            let answer = Row {
                by: acting.who.principal,
                at: change.now(),
                word: String::new(),
                version: None,
            };
            change
                .db()
                .answer_request(id, RequestState::Withdrawn, &answer)
                .await?;
            let event = change.event(acting.who, KIND).on(object(&request));
            change.record(state(event, "withdrawn"));
            change.hint(Audience::Everyone, Hint::Sync);
            told(change, &acting, id).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Whether this very version settled the rotation of a case that the request is for.
fn settled_by(request: &Request, version: u64) -> bool {
    let by = request.answer.as_ref().and_then(|answer| answer.version);
    request.state == RequestState::Done && by == Some(version)
}

/// Fulfils a request with a version that was just written in this transaction.
///
/// # Errors
/// When the request is not open or is about another secret, the right is missing, or nobody approved it where somebody has to.
pub async fn fulfil(
    change: &mut Change,
    acting: &Acting,
    located: &Located,
    id: RequestId,
    version: u64,
) -> Result<(), Stop> {
    let asked = Asked::Rotation {
        secret: located.secret.id,
    };
    let request = change
        .db()
        .request(id)
        .await?
        .filter(|request| request.asked == asked);
    let Some(request) = request else {
        return Err(change.unknown(acting, KIND, id));
    };
    let demand = Demand {
        action: Action::RotationFulfil,
        place: &located.place,
        kind: KIND,
        known_by: Action::SecretView,
        object: locate::object(&located.secret),
        asked: &id,
    };
    change.demand(acting, demand).await?;
    if settled_by(&request, version) {
        return Ok(());
    }
    open(change, &request)?;
    // Whoever read it in an emergency does not set the value that takes its place either (rule 14).
    if request.asked_by == acting.who.principal && change.db().is_of_an_emergency(id).await? {
        let event = change.event(acting.who, KIND).on(object(&request));
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    let rotations = change.db().open_rotations_of(located.secret.id).await?;
    if rotations.iter().any(|rotation| rotation.request == Some(id)) {
        return Err(Refusal::new(Code::WrongState)
            .detail("somebody who has left holds this value; another one fulfils the request")
            .into());
    }
    if approve::rotation_waits(change, &request, &located.place).await? {
        return Err(Refusal::new(Code::WrongState)
            .detail("it has to be approved before it can be fulfilled")
            .into());
    }
    let answer = Row {
        by: acting.who.principal,
        at: change.now(),
        word: String::new(),
        version: Some(version),
    };
    change
        .db()
        .answer_request(id, RequestState::Done, &answer)
        .await?;
    let event = located
        .event(change, acting, KIND)
        .on(claviger_ledger::leaf::Object {
            request: Some(id),
            ..locate::object(&located.secret)
        })
        .concerning(request.asked_by);
    change.record(state(event, "done"));
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}
