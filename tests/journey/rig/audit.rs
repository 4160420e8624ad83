//! Whether everybody can use what is shown: axe, in the web view that people have.

use super::window::Window;
use serde_json::Value;
use std::{fs, path::Path};

/// What still changes its colour is not what people read: transitions come to their end first. The end of one may begin another a
/// frame later, so that what moves then is waited for, too; what never rests, as a countdown, is not.
const RUN: &str = "const done = arguments[arguments.length - 1];
const moving = () => document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity);
const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
const settled = async () => {
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(moving().map((one) => one.finished.catch(() => undefined)));
    await frame();
    await frame();
  }
};
settled().then(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).then(
  ({ violations }) => done(violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\\n` + nodes.map((node) => `    ${node.html.slice(0, 200)}\\n    ${node.failureSummary}`).join('\\n'))),
  (error) => done([String(error)]),
);";

impl Window<'_> {
    /// Fails when axe finds anything wrong with what is shown now.
    pub async fn audit(&self, what: &str) {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(axe).unwrap();
        self.driver.execute(axe, Vec::new()).await.unwrap();
        let found = self.driver.execute_async(RUN, Vec::new()).await.unwrap();
        let violations: Vec<Value> = found.convert().unwrap();
        let words: Vec<_> = violations.iter().filter_map(Value::as_str).collect();
        assert!(words.is_empty(), "{what}:\n{}", words.join("\n"));
    }
}
