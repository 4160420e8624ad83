//! What the browser is asked, and what comes back from it.

use crate::Rig;
use claviger_sign_in::{
    cancel::Cancel,
    door::{Door, Visit},
};
use claviger_testkit::peers::browser::{self, Answer};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

#[tokio::test]
async fn the_request_in_the_browser_asks_for_what_it_must() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let mut seen: Vec<Url> = Vec::new();
    for _ in 0..2 {
        let open = |url: &Url| {
            seen.push(url.clone());
            Err("no browser here".into())
        };
        let refused = Door::new()
            .enter(&provider, rig.visit(), open, &Cancel::new())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "browser_not_opened");
    }
    let value = |url: &Url, name: &str| {
        let mut found = url.query_pairs().filter(|(other, _)| other == name);
        let value = found.next().unwrap_or_else(|| panic!("no {name}")).1.into_owned();
        assert!(found.next().is_none(), "{name} twice");
        value
    };
    let url = &seen[0];
    assert_eq!(value(url, "response_type"), "code");
    assert_eq!(value(url, "code_challenge_method"), "S256");
    assert_eq!(value(url, "code_challenge").len(), 43);
    assert_eq!(
        value(url, "scope")
            .split(' ')
            .filter(|scope| *scope == "openid")
            .count(),
        1
    );
    assert!(value(url, "redirect_uri").starts_with("http://127.0.0.1:"));
    for name in ["state", "code_challenge", "redirect_uri"] {
        assert_ne!(
            value(&seen[0], name),
            value(&seen[1], name),
            "{name} is new each time"
        );
    }
    assert_eq!(
        value(&seen[0], "nonce"),
        value(&seen[1], "nonce"),
        "the nonce binds challenge, server and device"
    );
}

#[tokio::test]
async fn refusals_in_the_browser_have_their_own_words() {
    let rig = Rig::start().await;
    let (denied, page) = rig.sign_in(Answer::Deny).await;
    let denied = denied.unwrap_err();
    assert_eq!(denied.code(), "consent_denied");
    assert!(denied.words().contains("denied"));
    let page = page.unwrap();
    assert!(page.contains("Nobody was signed in") && !page.contains("access_denied"));
}

#[tokio::test]
async fn a_closed_browser_ends_by_time_and_a_change_of_mind_at_once() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let visit = Visit {
        patience: Duration::from_millis(300),
        ..rig.visit()
    };
    let closed = Door::new()
        .enter(&provider, visit, |_| Ok(()), &Cancel::new())
        .await
        .unwrap_err();
    assert_eq!(closed.code(), "sign_in_timed_out");

    let (door, cancel) = (Door::new(), Cancel::new());
    let waiting = door.enter(&provider, rig.visit(), |_| Ok(()), &cancel);
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let busy = door
            .enter(
                &provider,
                rig.visit(),
                |_| panic!("no second browser"),
                &Cancel::new(),
            )
            .await;
        assert_eq!(busy.unwrap_err().code(), "sign_in_busy");
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(waiting, second);
    assert_eq!(ended.unwrap_err().code(), "sign_in_cancelled");
    let free = door.enter(&provider, visit, |_| Ok(()), &Cancel::new()).await;
    assert_eq!(
        free.unwrap_err().code(),
        "sign_in_timed_out",
        "the door is free again"
    );
    let late = door.enter(&provider, visit, |_| Ok(()), &cancel).await;
    assert_eq!(
        late.unwrap_err().code(),
        "sign_in_cancelled",
        "cancelled for good"
    );
}

#[tokio::test]
async fn answers_from_elsewhere_are_not_taken() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    for iss in [json!("https://evil.example"), Value::Null] {
        rig.peer
            .misbehave(json!({ "redirect": { "iss": iss } }))
            .await
            .unwrap();
        let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
        assert_eq!(done.unwrap_err().code(), "wrong_issuer");
    }
    rig.peer
        .misbehave(json!({ "redirect": { "state": "another" } }))
        .await
        .unwrap();
    let mut open_browser = None;
    let open = |url: &Url| {
        let url = url.clone();
        open_browser = Some(tokio::spawn(async move {
            browser::open(&url, "ada", Answer::Allow).await
        }));
        Ok(())
    };
    let visit = Visit {
        patience: Duration::from_secs(4),
        ..rig.visit()
    };
    let done = Door::new().enter(&provider, visit, open, &Cancel::new()).await;
    assert_eq!(
        done.unwrap_err().code(),
        "sign_in_timed_out",
        "another state is not heard"
    );
    let before = rig.peer.counts().await.unwrap();
    assert_eq!(
        before.get("POST /token").copied().unwrap_or(0),
        0,
        "no code was exchanged"
    );
}
