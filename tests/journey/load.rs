//! What the app does while it may be killed at any moment, and what must be there afterwards.

use crate::rig::window::Window;
use claviger_model::entropy::{Entropy, SystemEntropy};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KEPT: &str = "payments/production";
const TOGGLED: &str = "ledger/staging";

/// What the app said it did.
#[derive(Default)]
pub struct Acknowledged {
    /// Versions of the development key.
    pub versions: BTreeSet<u64>,
    /// Values shown or copied without the server.
    pub offline_reads: usize,
    /// Whether the key is a favourite.
    favourite: Option<bool>,
    /// All that was done.
    pub deeds: usize,
}

/// What the load works with.
pub struct Things {
    /// A production key that is kept for offline use, and its value.
    read: String,
    value: String,
    /// A development key, of which new versions are written.
    written: String,
    /// A place that is kept for offline use and given up in turns.
    toggled: String,
}

impl Things {
    pub async fn choose(window: &Window<'_>) -> Self {
        let found = async |text: &str, path: &str| {
            let hits = window
                .ask("search", json!({ "text": text, "limit": 20 }))
                .await
                .unwrap();
            let rows: Vec<_> = hits["secrets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|hit| hit["row"].clone())
                .collect();
            let row = rows
                .iter()
                .find(|row| row["path"].as_str().unwrap().starts_with(path));
            text_of(&row.unwrap()["id"])
        };
        let places = window.ask("places", json!({})).await.unwrap();
        let place = |path: &str| {
            let all = places["places"].as_array().unwrap();
            text_of(&all.iter().find(|place| place["path"] == path).unwrap()["id"])
        };
        window
            .ask("keep_offline", json!({ "place": place(KEPT), "on": true }))
            .await
            .unwrap();
        let mut things = Self {
            read: found("prod stripe_secret", KEPT).await,
            value: String::new(),
            written: found("payments dev stripe_secret", "payments/development").await,
            toggled: place(TOGGLED),
        };
        things.value = things.reveal(window).await.unwrap();
        things
    }

    async fn reveal(&self, window: &Window<'_>) -> Option<String> {
        let asked = json!({ "id": self.read, "version": null });
        let reply = window.ask("reveal_value", asked).await?;
        Some(text_of(&reply["value"]["text"]))
    }

    /// The app opened what it had, and says nothing of an older file; names and the kept value are there, with or without a server.
    pub async fn check(&self, window: &Window<'_>, acknowledged: &Acknowledged, kill: usize) {
        let state = window
            .until(&format!("start {kill} knows where it stands"), async || {
                let state = window.ask("state", json!({})).await?;
                (state["session"]["type"] == "signedIn").then_some(state)
            })
            .await;
        assert_eq!(state["keyring"]["type"], "ok", "start {kill}: {state}");
        assert_ne!(state["log"]["type"], "violated", "start {kill}: {state}");
        let favourites = window.ask("places", json!({})).await.unwrap()["favourites"].clone();
        if let Some(favourite) = acknowledged.favourite {
            let marked = favourites
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["id"] == *self.read);
            assert_eq!(marked, favourite, "start {kill}: {favourites}");
        }
        let value = window
            .until(&format!("start {kill} reads the kept value"), || {
                self.reveal(window)
            })
            .await;
        assert_eq!(value, self.value, "start {kill}");
    }

    /// Does one thing after the other, for ever.
    pub async fn load(&self, window: &Window<'_>, served: bool, acknowledged: &mut Acknowledged) {
        loop {
            self.act(window, served, acknowledged).await;
        }
    }

    /// Does one thing, whichever.
    pub async fn act(&self, window: &Window<'_>, served: bool, acknowledged: &mut Acknowledged) {
        let turn = random(1_000_000);
        let read = json!({ "id": self.read, "version": null });
        let done = match random(if served { 5 } else { 3 }) {
            0 => window
                .ask("reveal_value", read)
                .await
                .map(|reply| read_now(&reply, acknowledged)),
            1 => window
                .ask("copy_value", read)
                .await
                .map(|reply| read_now(&reply, acknowledged)),
            2 => {
                let favourite = acknowledged.favourite != Some(true);
                // Between asking and hearing, either may be so.
                acknowledged.favourite = None;
                let asked = json!({ "id": self.read, "on": favourite });
                window
                    .ask("set_favourite", asked)
                    .await
                    .map(|_| acknowledged.favourite = Some(favourite))
            }
            3 => {
                let value = json!({ "type": "text", "text": format!("written under load {turn}") });
                let asked = json!({ "id": self.written, "value": value, "fulfils": null });
                let number = window.ask("new_version", asked).await;
                number.map(|number| acknowledged.versions.extend(number.as_u64()))
            }
            _ => {
                let asked = json!({ "place": self.toggled, "on": turn.is_multiple_of(2) });
                window.ask("keep_offline", asked).await.map(drop)
            }
        };
        acknowledged.deeds += usize::from(done.is_some());
    }

    /// Back online: every acknowledged version is on the server, and every offline read in the history.
    pub async fn settle(&self, window: &Window<'_>, acknowledged: &Acknowledged) {
        window
            .until("everything is sent and proved", async || {
                let state = window.ask("state", json!({})).await?;
                let reported = self.reported(window).await?;
                let all = state["log"]["type"] == "whole" && reported >= acknowledged.offline_reads;
                all.then_some(())
            })
            .await;
        let detail = window.ask("secret", json!({ "id": self.written })).await.unwrap();
        let versions: BTreeSet<_> = detail["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["number"].as_u64().unwrap())
            .collect();
        assert!(acknowledged.versions.is_subset(&versions), "{versions:?}");
    }

    /// How many reads without a server the history has of the kept key, as told by this device and proved by the log.
    async fn reported(&self, window: &Window<'_>) -> Option<usize> {
        let query = json!({ "query": {
            "from": 0, "to": 9_000_000_000_000_i64, "groups": ["reads"], "refusedOnly": false, "secret": self.read,
            "offset": 0, "limit": 100_000,
        } });
        let page = window.ask("history", query).await?;
        let rows = page["rows"].as_array()?;
        let told = rows
            .iter()
            .filter(|row| row["deviceReported"] == true && row["proof"] == "inLog");
        Some(told.count())
    }
}

fn read_now(reply: &Value, acknowledged: &mut Acknowledged) {
    if reply["offline"] == true {
        acknowledged.offline_reads += 1;
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A number below another, anew in every run.
pub fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    u64::from_be_bytes(bytes) % below
}
