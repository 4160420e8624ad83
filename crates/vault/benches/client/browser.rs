//! A web view on a desktop, driven by WebDriver.

use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Two busy processors draw slowly.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Browser {
    http: reqwest::Client,
    session: String,
}

impl Browser {
    /// Starts a program that shows a web view.
    pub async fn start(driver: &str, binary: &Path, arguments: &[&str]) -> Self {
        let http = claviger_testkit::http::client().unwrap();
        let options = json!({"binary": binary, "args": arguments});
        let wanted = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let reply = post(&http, &format!("{driver}/session"), &wanted).await;
        let id = reply["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("{reply}"));
        Self {
            session: format!("{driver}/session/{id}"),
            http,
        }
    }

    pub async fn go_to(&self, address: &str) {
        post(
            &self.http,
            &format!("{}/url", self.session),
            &json!({ "url": address }),
        )
        .await;
    }

    /// Waits until something that fits a selector is in the page.
    pub async fn find(&self, selector: &str) {
        let begin = Instant::now();
        let wanted = json!({"using": "css selector", "value": selector});
        loop {
            let reply = post(&self.http, &format!("{}/element", self.session), &wanted).await;
            if reply["value"].get("error").is_none() {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "`{selector}` did not come: {reply}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Closes the window, and with it the program.
    pub async fn close(self) {
        self.http.delete(&self.session).send().await.unwrap();
    }
}

async fn post(http: &reqwest::Client, url: &str, body: &Value) -> Value {
    let reply = http.post(url).timeout(PATIENCE).json(body).send().await.unwrap();
    reply.json().await.unwrap()
}
