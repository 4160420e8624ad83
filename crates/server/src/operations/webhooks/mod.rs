//! Webhooks of the organization: made and ended by those who connect other systems.

mod rotate;

pub use rotate::retire;

use super::{path::Id, proposals::object_at_root, view::View};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::{Handled, Refusal, handle},
    keys::{ServerKeys, make},
    sequencer::{Acting, Change, Stop, job},
    telling::{outbox::Failed, webhook},
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{EventId, WebhookId},
    name::Name,
    notice::NoticeKind,
    time::Timestamp,
};
use claviger_protocol::{
    notices::{
        CreateWebhook, GivenUpRecord, LastAttempt, MAX_URL, MOST_WEBHOOKS, TestReply, WebhookKeyRecord,
        WebhookRecord, WebhooksReply,
    },
    problem::Code,
    route,
};
use claviger_storage::{
    notices::{Channel, DeliveryState},
    organization::KeyPurpose,
    webhooks::{Webhook, WebhookEnded},
};

/// Deliveries that are shown as given up.
const GIVEN_UP: u32 = 20;
/// What the event of a webhook commits to besides its name.
const URL: &str = "url";

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::WEBHOOKS, list),
        handle(route::CREATE_WEBHOOK, create),
        handle(route::END_WEBHOOK, end),
        handle(route::TEST_WEBHOOK, test),
        handle(route::ROTATE_WEBHOOK_KEY, rotate::rotate),
    ]
}

/// A snapshot in which the caller may connect other systems.
async fn allowed<'a>(app: &'a Shared, caller: &Caller) -> Result<View<'a>, Refusal> {
    let mut view = View::open(app, caller).await?;
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = view.place(root.id).await?.ok_or(Code::NotFound)?;
    if view.decide(Action::StoreManage, &place).await?.decision.allowed {
        Ok(view)
    } else {
        Err(Code::Forbidden.into())
    }
}

async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<WebhooksReply>, Refusal> {
    let mut view = allowed(&app, &caller).await?;
    let mut webhooks = Vec::new();
    for row in view.db().webhooks().await? {
        let channel = Channel::Webhook(row.id);
        let last = view.db().last_delivery(channel).await?;
        let counts = view.db().channel_counts(channel).await?;
        webhooks.push(WebhookRecord {
            id: row.id,
            name: row.name.to_string(),
            url: row.url,
            kinds: row.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
            made_by: row.made_by,
            made_at: row.made_at,
            last: last.and_then(|last| {
                Some(LastAttempt {
                    at: last.tried_at?,
                    taken: last.state == DeliveryState::Sent,
                    said: last.said,
                })
            }),
            waiting: counts.waiting,
            given_up: counts.given_up,
        });
    }
    let given_up = view.db().deliveries_given_up(GIVEN_UP).await?;
    let given_up = given_up.into_iter().map(|one| GivenUpRecord {
        kind: one.notice.kind.code().to_owned(),
        webhook: match one.channel {
            Channel::Webhook(id) => Some(id),
            Channel::Mail => None,
        },
        at: one.tried_at.unwrap_or(one.next_at),
        said: one.said,
    });
    let keys = app.keys.learn(&app.store).await?;
    Ok(axum::Json(WebhooksReply {
        webhooks,
        public_key: keys
            .webhooks
            .newest()
            .and_then(|newest| webhook::public_key(&newest.key)),
        keys: signing(&keys, view.now()),
        allowed: app.outbox.poster.allowed().to_vec(),
        kinds: NoticeKind::ALL
            .iter()
            .map(|kind| kind.code().to_owned())
            .collect(),
        given_up: given_up.collect(),
    }))
}

/// The keys that sign, with their public halves; the newest first.
fn signing(keys: &ServerKeys, now: Timestamp) -> Vec<WebhookKeyRecord> {
    let live = keys.webhooks.all();
    live.filter(|(_, until)| until.is_none_or(|until| now < until))
        .filter_map(|(key, until)| {
            Some(WebhookKeyRecord {
                number: key.number,
                public: webhook::public_key(&key.key)?,
                made_at: key.made_at,
                until,
            })
        })
        .collect()
}

async fn create(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CreateWebhook>,
) -> Result<StatusCode, Refusal> {
    let refused = |words: String| Refusal::new(Code::BadRequest).detail(words);
    if call.url.len() > MAX_URL {
        return Err(refused(format!("a URL can have {MAX_URL} bytes at most")));
    }
    if call.kinds.is_empty() {
        return Err(refused("a webhook is for one kind of notice at least".to_owned()));
    }
    let listed = app.outbox.poster.listed(&call.url).map(|url| url.to_string());
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, EventKind::WebhookMade).await?;
            // Whether a host is listed is said only to those who may make webhooks.
            let policies = may_manage(change, &acting, EventKind::WebhookMade).await?;
            let url = listed.map_err(|error| refused(error.to_string()))?;
            make_one(change, &acting, call, url, policies).await
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn make_one(
    change: &mut Change,
    acting: &Acting,
    call: CreateWebhook,
    url: String,
    policies: Vec<String>,
) -> Result<(), Stop> {
    let mut kinds = call.kinds;
    kinds.sort_unstable();
    kinds.dedup();
    if let Some(known) = change.db().webhook(call.id).await? {
        let same =
            known.ended.is_none() && known.url == url && known.kinds == kinds && known.name == call.name;
        return if same { Ok(()) } else { Err(Code::Conflict.into()) };
    }
    if change.db().webhooks().await?.len() >= MOST_WEBHOOKS {
        return Err(Refusal::new(Code::WrongState)
            .detail(format!(
                "an organization can have {MOST_WEBHOOKS} webhooks; end one first"
            ))
            .into());
    }
    signing_key(change).await?;
    let row = Webhook {
        id: call.id,
        name: call.name,
        url,
        kinds,
        made_by: acting.who.principal,
        made_at: change.now(),
        ended: None,
    };
    change.db().insert_webhook(&row).await?;
    record(
        change,
        acting,
        EventKind::WebhookMade,
        (&row.name, &row.url),
        policies,
    );
    Ok(())
}

/// Makes the key that signs, with the first webhook.
async fn signing_key(change: &mut Change) -> Result<(), Stop> {
    let keys = change.keys();
    if keys.webhooks.newest().is_some() {
        return Ok(());
    }
    put_key(change, &keys, 1).await
}

async fn put_key(change: &mut Change, keys: &ServerKeys, number: u32) -> Result<(), Stop> {
    let generation = keys.current_generation().ok_or(Code::Internal)?;
    let (now, entropy) = (change.now(), change.entropy());
    let purpose = (KeyPurpose::Webhooks, number);
    let row = make::key(purpose, generation, now, &*entropy).map_err(Refusal::internal)?;
    change.db().put_server_key(&row).await?;
    Ok(())
}

async fn may_manage(change: &mut Change, acting: &Acting, kind: EventKind) -> Result<Vec<String>, Stop> {
    object_at_root(change, acting, Action::StoreManage, kind, Object::default()).await
}

fn record(
    change: &mut Change,
    acting: &Acting,
    kind: EventKind,
    (name, url): (&Name, &str),
    policies: Vec<String>,
) {
    let event = change
        .event(acting.who, kind)
        .decided_by(policies)
        .commit(NAME, name.to_string(), None)
        .commit(URL, url, None);
    change.record(event);
}

async fn end(
    State(app): State<Shared>,
    Id(id): Id<WebhookId>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            const KIND: EventKind = EventKind::WebhookEnded;
            let acting = change.admit(&caller, KIND).await?;
            let policies = may_manage(change, &acting, KIND).await?;
            let Some(row) = change.db().webhook(id).await? else {
                return Err(change.unknown(&acting, KIND, id));
            };
            if row.ended.is_some() {
                return Ok(());
            }
            let ended = WebhookEnded {
                at: change.now(),
                by: acting.who.principal,
            };
            change.db().end_webhook(id, ended).await?;
            record(change, &acting, KIND, (&row.name, &row.url), policies);
            Ok(())
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

/// Posts a test there now.
async fn test(
    State(app): State<Shared>,
    Id(id): Id<WebhookId>,
    caller: Caller,
) -> Result<axum::Json<TestReply>, Refusal> {
    let mut view = allowed(&app, &caller).await?;
    let row = view.db().webhook(id).await?;
    let row = row.filter(|row| row.ended.is_none()).ok_or(Code::NotFound)?;
    drop(view);
    let keys = app.keys.learn(&app.store).await?;
    let signing = keys.webhooks.signing(app.clock.now());
    if signing.is_empty() {
        return Err(Code::WrongState.into());
    }
    let post = webhook::Post::test(
        app.organization,
        EventId::random(&*app.entropy).to_string(),
        app.clock.now(),
    )
    .map_err(Refusal::internal)?;
    let reply = match app.outbox.poster.post(&row.url, &signing, post).await {
        Ok(said) => TestReply { taken: true, said },
        Err(Failed::ForNow(said) | Failed::ForGood(said)) => TestReply { taken: false, said },
    };
    Ok(axum::Json(reply))
}
