//! A target that is down for long is told to those who conduct offboarding, once, every week again, and once when it is back; and the
//! numbers say what waits.

use super::{Connected, account, called, with_ada};
use crate::{
    house::{Actor, grant},
    offboarding::{opened, settle_steps},
};
use claviger_model::{builtin_roles as roles, connected::AccountState, notice::NoticeKind, time::Clock as _};
use claviger_protocol::{
    link::{Link, Target},
    notices::NoticeRecord,
    route,
};
use claviger_server::{
    operations::offboarding::connected::drive,
    telling::due::{AGAIN, SILENT_FOR},
};
use claviger_storage::notices::Notice;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

impl Connected {
    /// Time passes: the job tries, and what fell due is told.
    async fn later(&self, by: Duration) {
        self.look(by).await;
        self.house.catch_up().await;
    }

    async fn notices(&self, who: &Actor, kind: NoticeKind) -> Vec<Notice> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let told = reader.notices_of(who.principal, None, false, 500).await.unwrap();
        told.into_iter().filter(|one| one.kind == kind).collect()
    }

    /// How often somebody was told that a system is silent, and that it is back.
    async fn heard(&self, who: &Actor) -> (usize, usize) {
        let silent = self.notices(who, NoticeKind::SystemSilent).await;
        let back = self.notices(who, NoticeKind::SystemBack).await;
        (silent.len(), back.len())
    }

    /// The latest notice of a kind as the app shows it.
    async fn shown(&self, who: &Actor, kind: NoticeKind) -> NoticeRecord {
        let who = self.house.sign_in(who.principal).await;
        let mut told = self.house.told(&who).await.into_iter();
        told.find(|one| one.kind == kind.code()).unwrap()
    }

    async fn metrics(&self) -> Vec<String> {
        let metrics = self.house.call(None, &route::METRICS, &[], &Value::Null).await;
        let text = String::from_utf8(metrics.body).unwrap();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("claviger_connected_"));
        lines.map(str::to_owned).collect()
    }
}

/// The token is that of the account itself, which is never touched.
fn of_ada() -> Value {
    json!({
        "owner": "ada", "users": {"ada": 7, "owner": 1}, "members": {"ada": "active", "owner": "active"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_system_is_told_after_a_day_every_week_and_when_it_is_back() {
    let mut all = Connected::new(Some("heir")).await;
    let reader = all.house.actor(&[(roles::READER, all.house.places.root)]).await;
    all.github.stop();
    let case = all.case().await;
    all.later(Duration::ZERO).await;
    assert_eq!(all.heard(&all.admin).await, (0, 0));
    all.later(SILENT_FOR - HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (0, 0), "not a day yet");
    all.later(HOUR).await;
    for who in [&all.admin, &all.owner] {
        assert_eq!(all.heard(who).await, (1, 0));
    }
    for other in [&reader, &all.leaver] {
        assert_eq!(all.heard(other).await, (0, 0));
    }
    // It leads to the case, and names the system.
    let told = all.shown(&all.admin, NoticeKind::SystemSilent).await;
    assert_eq!(
        told.about.system.as_ref().map(ToString::to_string),
        Some("code".to_owned())
    );
    assert_eq!(
        (told.about.case, told.about.of, told.about.count),
        (Some(case.id), Some(all.leaver.principal), Some(1))
    );
    let notice = all.notices(&all.admin, NoticeKind::SystemSilent).await.remove(0);
    let post = claviger_server::telling::webhook::Post::of(
        all.house.app.organization,
        &notice,
        all.house.clock.now(),
    )
    .unwrap();
    let body: Value = serde_json::from_slice(&post.body).unwrap();
    let link: Link = body["data"]["link"].as_str().unwrap().parse().unwrap();
    assert_eq!(link.target, Target::Case(case.id));
    assert!(body["data"]["about"]["system"].is_null(), "ids only: {body}");

    // The next week, and once after a long silence, however many wait by then.
    all.later(AGAIN - HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (1, 0), "not a week yet");
    let (second, _) = all.case_of_another("bob@example.test").await;
    all.later(HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (2, 0));
    let told = all.shown(&all.admin, NoticeKind::SystemSilent).await;
    assert_eq!((told.about.of, told.about.count), (None, Some(2)));
    assert_eq!(told.about.case, Some(case.id), "the one that waits longest");
    all.later(AGAIN * 3).await;
    assert_eq!(all.heard(&all.admin).await, (3, 0));

    // Back, for both of them: told once.
    all.github.start_again(with_ada()).await.unwrap();
    all.later(HOUR).await;
    for who in [&all.admin, &all.owner] {
        assert_eq!(all.heard(who).await, (3, 1));
    }
    assert_eq!(all.heard(&reader).await, (0, 0));
    let told = all.shown(&all.admin, NoticeKind::SystemBack).await;
    assert!(told.about.case == Some(case.id) || told.about.of == Some(second));
    assert!(told.about.system.is_some());
    all.later(AGAIN * 2).await;
    assert_eq!(
        all.heard(&all.admin).await,
        (3, 1),
        "nothing waits there any more"
    );

    // Another silence is another one.
    all.github.stop();
    all.case_of_another("eve@example.test").await;
    all.later(Duration::ZERO).await;
    all.later(SILENT_FOR + HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (4, 1));
    all.github.start_again(with_ada()).await.unwrap();
    all.later(HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (4, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_silence_and_what_it_answers_are_no_silence_to_be_told() {
    let mut all = Connected::new(Some("heir")).await;
    all.github.stop();
    let case = all.case().await;
    all.later(Duration::ZERO).await;
    all.later(SILENT_FOR - HOUR).await;
    all.github.start_again(of_ada()).await.unwrap();
    // It answers, and the account is one that it does not touch: it says so for weeks, and is not silent.
    for _ in 0..3 {
        all.later(HOUR).await;
        all.later(AGAIN).await;
    }
    let waits = all.again(&case).await;
    let own = account(&waits, "code");
    assert_eq!(
        (own.state, own.trying.said.as_deref()),
        (AccountState::Found, Some("protected"))
    );
    assert_eq!(all.heard(&all.admin).await, (0, 0));

    // It falls silent while the account waits: since then, and not since it waits.
    all.github.stop();
    all.later(HOUR).await;
    let silent = account(&all.again(&case).await, "code").trying.clone();
    assert_eq!(silent.said.as_deref(), Some("unreachable"));
    assert_eq!(silent.since, Some(all.house.app.clock.now()));
    all.later(SILENT_FOR - HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (0, 0));
    all.later(HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (1, 0));
    // That it says anything is an answer.
    all.github.start_again(of_ada()).await.unwrap();
    all.later(HOUR).await;
    assert_eq!(all.heard(&all.admin).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_back_and_conducts_offboarding_is_not_told_that_their_own_account_waits() {
    let mut all = Connected::new(Some("heir")).await;
    let root = all.house.places.root;
    let leaver = all.house.actor(&[(roles::OFFBOARDER, root)]).await;
    called(&all.house, leaver.principal, "bob@example.test").await;
    all.github.stop();
    opened(&all.house, &all.admin, leaver.principal, json!({})).await;
    settle_steps(&all.house).await;
    all.later(Duration::ZERO).await;
    all.enable(leaver.principal).await;
    let mut locked = all.house.app.store.locked().await.unwrap();
    let again = grant(leaver.principal, roles::OFFBOARDER, root, locked.now());
    locked.insert_grant(&again).await.unwrap();
    locked.commit().await.unwrap();
    // Nothing was asked since, so that its last word is still that it does not answer.
    all.house.clock.advance(SILENT_FOR);
    all.house.catch_up().await;
    assert_eq!(all.heard(&all.admin).await, (1, 0));
    assert_eq!(all.heard(&leaver).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_accepted_is_not_told_any_more() {
    let mut all = Connected::new(Some("heir")).await;
    all.github.stop();
    let case = all.case().await;
    all.later(Duration::ZERO).await;
    all.later(SILENT_FOR).await;
    assert_eq!(all.heard(&all.admin).await, (1, 0));
    let owner = all.house.sign_in(all.owner.principal).await;
    let body = json!({"system": "code", "reason": "it was shut down"});
    assert_eq!(all.accept(&owner, &case, &body).await, "ok");
    all.later(AGAIN * 2).await;
    assert_eq!(all.heard(&all.admin).await, (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_say_what_waits_for_which_system_and_since_when() {
    let all = Connected::new(Some("heir")).await;
    let idle = [
        "claviger_connected_accounts_waiting{system=\"code\",kind=\"github\"} 0",
        "claviger_connected_accounts_waiting{system=\"warehouse\",kind=\"postgresql\"} 0",
        "claviger_connected_cases_unasked{system=\"code\",kind=\"github\"} 0",
        "claviger_connected_cases_unasked{system=\"warehouse\",kind=\"postgresql\"} 0",
    ];
    assert_eq!(all.metrics().await, idle);
    all.github.put(of_ada()).await.unwrap();
    all.cluster.stop().await.unwrap();
    all.case().await;
    all.case_of_another("bob@example.test").await;
    let since = all.house.app.clock.now().millis() / 1_000;
    drive::drive(&all.house.app).await.unwrap();
    all.later(HOUR).await;
    let numbers = [
        "claviger_connected_accounts_waiting{system=\"code\",kind=\"github\"} 1".to_owned(),
        "claviger_connected_accounts_waiting{system=\"warehouse\",kind=\"postgresql\"} 0".to_owned(),
        "claviger_connected_cases_unasked{system=\"code\",kind=\"github\"} 0".to_owned(),
        "claviger_connected_cases_unasked{system=\"warehouse\",kind=\"postgresql\"} 2".to_owned(),
        "claviger_connected_failing{system=\"code\",kind=\"github\",said=\"protected\"} 1".to_owned(),
        "claviger_connected_failing{system=\"warehouse\",kind=\"postgresql\",said=\"unreachable\"} 2"
            .to_owned(),
        format!(
            "claviger_connected_failing_since_seconds{{system=\"code\",kind=\"github\",said=\"protected\"}} {since}"
        ),
        format!(
            "claviger_connected_failing_since_seconds{{system=\"warehouse\",kind=\"postgresql\",said=\"unreachable\"}} {since}"
        ),
    ];
    assert_eq!(all.metrics().await, numbers);
    // They name nobody.
    assert!(!all.metrics().await.concat().contains("ada"));
    all.cluster.start_again().await.unwrap();
    all.github.put(with_ada()).await.unwrap();
    for _ in 0..3 {
        all.later(HOUR).await;
    }
    assert_eq!(all.metrics().await, idle);
}
