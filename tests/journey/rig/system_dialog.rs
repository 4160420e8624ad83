//! The system's dialog for files, which no driver sees.

use super::{desktop::Desktop, window::Window};
use std::{path::Path, time::Duration};

const LOOK: Duration = Duration::from_millis(200);

impl Window<'_> {
    /// Clicks what opens the system's dialog and types a path there, as a person would who looks at what became of it:
    /// while the dialog still reads its folder, it may swallow the first keys. Then it is closed, and asked for again.
    /// `first` are the keys that come before the path.
    pub async fn through_dialog<T>(
        &self,
        desktop: &Desktop,
        button: &str,
        (first, path): (&str, &Path),
        done: impl AsyncFn() -> Option<T>,
    ) -> T {
        for _ in 0..5 {
            self.click_css(button).await;
            let dialog = eventually("the system asks for a file", || asked(desktop)).await;
            desktop.said("xdotool", &["windowfocus", "--sync", &dialog]);
            tokio::time::sleep(Duration::from_secs(1)).await;
            desktop.said("xdotool", &["key", first]);
            desktop.said("xdotool", &["type", path.to_str().unwrap()]);
            // The first may only take what the dialog completed, or come while it still reads the folder.
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                desktop.said("xdotool", &["key", "--window", &dialog, "Return"]);
                for _ in 0..10 {
                    tokio::time::sleep(LOOK).await;
                    if let Some(done) = done().await {
                        return done;
                    }
                }
            }
            // Its complaint first, then the dialog itself.
            eventually("the dialog is closed", || {
                desktop.said("xdotool", &["key", "Escape"]);
                asked(desktop).is_none().then_some(())
            })
            .await;
            self.effort.took_back();
        }
        panic!("the dialog did nothing with {}", path.display());
    }
}

/// The dialog's window, where there is one.
fn asked(desktop: &Desktop) -> Option<String> {
    let found = desktop.said("xdotool", &["search", "--onlyvisible", "--class", "claviger-app"]);
    let other = found.lines().find(|id| {
        let name = desktop.said("xdotool", &["getwindowname", id]);
        !name.is_empty() && name != "Claviger"
    });
    other.map(str::to_owned)
}

/// Waits for something that no driver sees.
pub async fn eventually<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = look() {
            return found;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("{what}: not within a minute");
}
