//! What an element said over time, however slow the machine is that looks.

use super::window::Window;
use thirtyfour::error::WebDriverResult;

const BEGIN: &str = "const [selector] = arguments;
const said = (window.watched = []);
const look = () => {
  const text = document.querySelector(selector)?.innerText ?? '';
  if (text !== said.at(-1)) said.push(text);
};
window.watcher?.disconnect();
window.watcher = new MutationObserver(look);
window.watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
look();";

impl Window<'_> {
    /// Notes from now on what the element with a test id says; it said nothing while it was not there.
    pub async fn watch(&self, testid: &str) {
        let selector = serde_json::Value::from(format!("[data-testid='{testid}']"));
        self.driver.execute(BEGIN, vec![selector]).await.unwrap();
    }

    /// All that the watched element said, each change once.
    pub async fn watched(&self) -> Vec<String> {
        let said: WebDriverResult<Vec<String>> = self
            .driver
            .execute("return window.watched", Vec::new())
            .await
            .unwrap()
            .convert();
        said.unwrap()
    }
}
