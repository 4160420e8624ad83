//! Ways into the vault, and to what the page asks of its host.

use super::window::Window;
use serde_json::Value;

const ASK: &str = "const [command, given, done] = arguments;
window.__TAURI_INTERNALS__.invoke(command, given).then(
  (value) => done({ value: value ?? null }),
  (problem) => done({ problem }),
);";

impl Window<'_> {
    /// Goes to a server and confirms that it is the right one.
    pub async fn connect(&self, origin: &str) {
        self.write("server-field", origin).await;
        self.click("connect-server").await;
        self.click("confirm-server").await;
        self.find("sign-in").await;
    }

    /// From the first start to the vault of somebody who has secrets.
    pub async fn enter(&self, origin: &str) {
        self.connect(origin).await;
        self.click("sign-in").await;
        self.find("secret-row").await;
    }

    /// Asks the host as the page does. None when the app is gone, or says that it cannot.
    pub async fn ask(&self, command: &str, given: Value) -> Option<Value> {
        self.answer(command, given).await?.get("value").cloned()
    }

    /// Asks for what must be refused: the code of the problem.
    pub async fn refusal(&self, command: &str, given: Value) -> String {
        let reply = self.answer(command, given).await.unwrap();
        assert!(reply.get("value").is_none(), "`{command}` was not refused");
        reply["problem"]["code"].as_str().unwrap().to_owned()
    }

    async fn answer(&self, command: &str, given: Value) -> Option<Value> {
        let asked = self
            .driver
            .execute_async(ASK, vec![Value::from(command), given])
            .await;
        asked.ok()?.convert().ok()
    }
}
