//! Files are read and judged beside the lock. What happened before the lock was theirs counts all the same: it is judged anew, and
//! nothing is done that was not planned.

use super::*;
use claviger_model::{builtin_roles::READER, grant::Ended, ids::KeyId, time::Timestamp};
use claviger_server::sequencer::job;
use claviger_storage::{Locked, services::ServiceKey};
use futures_util::future::BoxFuture;
use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};
use tokio::{sync::oneshot, time::timeout};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

const FILE: &str = "grants/payments";
/// Only what never comes takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Applies files while somebody else has the lock, who does something before they give it back.
async fn overtaken<F>(house: &House, pipeline: &Pipeline, files: &[PolicyFile], between: F) -> Answer
where
    F: for<'a> FnOnce(&'a mut dyn Locked) -> BoxFuture<'a, ()> + Send + 'static,
{
    let shown = plan(house, &pipeline.service, files).await;
    assert_eq!((shown.problems.len(), shown.refused.len()), (0, 0));
    let ((has, got), (go, gone)) = (oneshot::channel(), oneshot::channel());
    let before = house.app.sequencer.change(job(move |change| {
        Box::pin(async move {
            has.send(()).unwrap();
            gone.await.unwrap();
            between(change.db()).await;
            Ok(())
        })
    }));
    let apply = async {
        got.await.unwrap();
        let waits = async {
            // Whoever waits in the queue has found out what it needs.
            while house.app.sequencer.waiting() == 0 {
                tokio::task::yield_now().await;
            }
            go.send(()).unwrap();
        };
        tokio::join!(apply_plan(house, &pipeline.service, files, &shown), waits).0
    };
    let (before, answer) = tokio::join!(before, apply);
    before.unwrap();
    answer
}

struct Scene {
    house: House,
    pipeline: Pipeline,
    receiver: Actor,
    given: GrantId,
    files: Vec<PolicyFile>,
}

/// Files that give a Reader to somebody; `more` stands in the grant, too.
async fn scene(more: impl Fn(Timestamp) -> String) -> Scene {
    let house = House::new().await;
    let pipeline = Pipeline::delegated(&house, house.places.root, &[READER]).await;
    let receiver = house.actor(&[]).await;
    let given = new_grant();
    let entry = entry(given, receiver.principal, READER, house.places.production);
    let entry = format!("{entry}{}", more(house.clock.now()));
    let files = with_grant(&export(&house, &pipeline.author).await, FILE, &entry);
    Scene {
        house,
        pipeline,
        receiver,
        given,
        files,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_nothing_to_do_with_them_makes_files_wait_for_nothing_but_the_lock() {
    let scene = scene(|_| String::new()).await;
    let other = scene.house.actor(&[]).await.principal;
    let root = scene.house.places.root;
    for moves_the_epoch in [false, true] {
        let given = new_grant();
        let entry = entry(given, other, READER, scene.house.places.staging);
        let files = export(&scene.house, &scene.pipeline.author).await;
        let files = with_grant(&files, FILE, &entry);
        let answer = overtaken(&scene.house, &scene.pipeline, &files, move |db| {
            Box::pin(async move {
                if moves_the_epoch {
                    let grant = crate::house::grant(other, READER, root, db.now());
                    db.insert_grant(&grant).await.unwrap();
                }
            })
        })
        .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        assert!(grant_of(&scene.house, given).await.is_some());
    }
}

/// Stands still where the server says that files are judged.
struct Judging {
    begins: Mutex<Option<oneshot::Sender<()>>>,
    goes_on: Mutex<mpsc::Receiver<()>>,
}

impl<S: tracing::Subscriber> Layer<S> for Judging {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if !event.metadata().target().ends_with("files::judge") {
            return;
        }
        if let Some(begins) = self.begins.lock().unwrap().take() {
            begins.send(()).unwrap();
            self.goes_on.lock().unwrap().recv().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_change_things_while_files_are_judged() {
    let scene = Arc::new(scene(|_| String::new()).await);
    let shown = plan(&scene.house, &scene.pipeline.service, &scene.files).await;
    let ((begins, begun), (go_on, goes_on)) = (oneshot::channel(), mpsc::channel());
    let judging = Judging {
        begins: Mutex::new(Some(begins)),
        goes_on: Mutex::new(goes_on),
    };
    let applying = {
        let (scene, runtime) = (Arc::clone(&scene), tokio::runtime::Handle::current());
        // It stands still on a thread of its own.
        thread::spawn(move || {
            let apply = apply_plan(&scene.house, &scene.pipeline.service, &scene.files, &shown);
            runtime.block_on(apply.with_subscriber(tracing_subscriber::registry().with(judging)))
        })
    };
    // Under the lock the word would come from the sequencer's own thread, or nobody else's change would end.
    timeout(PATIENCE, begun).await.unwrap().unwrap();
    let (person, place) = (scene.receiver.principal, scene.house.places.staging);
    let change = scene.house.app.sequencer.change(job(move |change| {
        Box::pin(async move {
            let grant = crate::house::grant(person, READER, place, change.now());
            change.db().insert_grant(&grant).await.unwrap();
            Ok(())
        })
    }));
    timeout(PATIENCE, change).await.unwrap().unwrap();
    go_on.send(()).unwrap();
    let answer = applying.join().unwrap();
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    assert!(grant_of(&scene.house, scene.given).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_got_a_key_of_the_identity_meanwhile_is_given_nothing_by_it() {
    let scene = scene(|_| String::new()).await;
    let (service, maker) = (scene.pipeline.service.principal, scene.receiver.principal);
    let answer = overtaken(&scene.house, &scene.pipeline, &scene.files, move |db| {
        Box::pin(async move {
            let now = db.now();
            let key = ServiceKey {
                id: KeyId::random(&SystemEntropy),
                service,
                name: name("key"),
                jkt: claviger_crypto::bytes::sha256(maker.as_bytes()),
                networks: Vec::new(),
                made_by: maker,
                made_at: now,
                ends_at: now.plus(DAY),
                last_used_at: None,
                ended: None,
            };
            db.insert_service_key(&key).await.unwrap();
        })
    })
    .await;
    assert_eq!(answer.code(), "separation_of_duties", "{:?}", answer.json());
    assert!(grant_of(&scene.house, scene.given).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegation_that_ended_meanwhile_gives_nothing_any_more() {
    let scene = scene(|_| String::new()).await;
    let (service, by) = (scene.pipeline.service.principal, scene.pipeline.second.principal);
    let answer = overtaken(&scene.house, &scene.pipeline, &scene.files, move |db| {
        Box::pin(async move {
            let held = db.grant_history(service, 9).await.unwrap().remove(0);
            let end = Ended {
                at: db.now(),
                by,
                reason: "over".to_owned(),
            };
            db.end_grant(held.id, &end).await.unwrap();
        })
    })
    .await;
    assert_eq!(answer.code(), "forbidden", "{:?}", answer.json());
    assert!(grant_of(&scene.house, scene.given).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_out_meanwhile_makes_the_plan_stale() {
    let end = |now: Timestamp| now.plus(Duration::from_secs(60));
    let scene = scene(|now| {
        let moment = jiff::Timestamp::from_millisecond(end(now).millis()).unwrap();
        format!("expires_at = \"{moment}\"\n")
    })
    .await;
    let clock = scene.house.clock.clone();
    let answer = overtaken(&scene.house, &scene.pipeline, &scene.files, move |_| {
        Box::pin(async move { clock.advance(Duration::from_secs(61)) })
    })
    .await;
    assert_eq!(answer.code(), "stale_plan", "{:?}", answer.json());
    assert!(grant_of(&scene.house, scene.given).await.is_none());
}
