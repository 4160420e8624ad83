//! The app's window as a person uses it: by what is shown, found by test ids.

use super::{desktop::Desktop, effort::Effort};
use std::{path::PathBuf, time::Duration};
use thirtyfour::prelude::*;

/// Two busy processors draw slowly.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(150);
const SETTLED: Duration = Duration::from_millis(2500);

pub struct Window<'a> {
    pub driver: WebDriver,
    pub effort: Effort,
    desktop: &'a Desktop,
}

impl<'a> Window<'a> {
    /// Starts the app.
    pub async fn open(desktop: &'a Desktop) -> Self {
        let mut wanted = Capabilities::new();
        let app = serde_json::json!({ "binary": env!("CARGO_BIN_EXE_claviger-app"), "args": [] });
        wanted.set("webkitgtk:browserOptions", app).unwrap();
        let driver = WebDriver::new(desktop.driver(), wanted)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", desktop.log()));
        Self {
            driver,
            effort: Effort::default(),
            desktop,
        }
    }

    /// Closes the window, and with it the app.
    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }

    /// Lets go of a window whose app was killed.
    pub async fn killed(self) {
        // The driver may have noticed before.
        let _ = self.driver.quit().await;
    }

    /// The first element that shows with a test id.
    pub async fn find(&self, testid: &str) -> WebElement {
        self.css(&of(testid)).await
    }

    /// The first element that shows and fits a selector.
    pub async fn css(&self, selector: &str) -> WebElement {
        self.until(&format!("`{selector}` shows"), || self.shown_now(selector))
            .await
    }

    pub async fn click(&self, testid: &str) {
        self.click_css(&of(testid)).await;
    }

    /// Clicks as soon as that is possible: what was found may be drawn anew meanwhile, or still lie under a dialog.
    pub async fn click_css(&self, selector: &str) {
        self.until(&format!("`{selector}` can be clicked"), async || {
            self.shown_now(selector).await?.click().await.ok()
        })
        .await;
        self.effort.clicked(1);
    }

    /// [`Self::css`] without waiting.
    pub async fn shown_now(&self, selector: &str) -> Option<WebElement> {
        for element in self.driver.find_all(By::Css(selector)).await.ok()? {
            if element.is_displayed().await.unwrap_or(false) {
                return Some(element);
            }
        }
        None
    }

    /// Writes into what shows with a test id.
    pub async fn write(&self, testid: &str, text: &str) {
        self.until(&format!("`{testid}` can be written in"), async || {
            let element = self.shown_now(&of(testid)).await?;
            element.send_keys(text).await.ok()
        })
        .await;
        self.effort.typed(text.chars().count());
    }

    /// Presses keys where a selector points, which need not show.
    pub async fn keys(&self, selector: &str, keys: impl Into<TypingData>) {
        let keys: String = keys.into().to_string();
        self.until(&format!("keys reach `{selector}`"), async || {
            let element = self.driver.find(By::Css(selector)).await.ok()?;
            element.send_keys(&keys).await.ok()
        })
        .await;
        self.effort.typed(1);
    }

    /// Presses keys wherever the focus is, as a person without a mouse does.
    pub async fn type_keys(&self, keys: impl Into<TypingData>) {
        let keys: String = keys.into().to_string();
        self.until("keys reach what has the focus", async || {
            let focused = self.driver.active_element().await.ok()?;
            focused.send_keys(&keys).await.ok()
        })
        .await;
        self.effort.typed(1);
    }

    /// Gives the window another size.
    pub async fn resize(&self, width: u32, height: u32) {
        self.desktop.resize(width, height);
        let look = "return [innerWidth, innerHeight]";
        self.until("the window has its new size", async || {
            let size: Vec<u32> = self.driver.execute(look, Vec::new()).await.ok()?.convert().ok()?;
            (size == [width, height]).then_some(())
        })
        .await;
    }

    pub async fn press(&self, testid: &str, key: Key) {
        self.write(testid, &char::from(key).to_string()).await;
    }

    /// Brings what fits a selector into sight, as soon as it is there.
    pub async fn scroll_to(&self, selector: &str) {
        self.until(&format!("`{selector}` is there"), || self.scrolled_to(selector))
            .await;
    }

    /// [`Self::scroll_to`] without waiting: the element, where it then shows.
    async fn scrolled_to(&self, selector: &str) -> Option<WebElement> {
        let look = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'nearest' })";
        self.driver.execute(look, vec![selector.into()]).await.ok()?;
        self.shown_now(selector).await
    }

    /// Chooses a place in the tree, opening what it lies in.
    pub async fn go_to(&self, path: &str) {
        let segments: Vec<_> = path.split('/').collect();
        for depth in 1..=segments.len() {
            let place = segments.get(..depth).unwrap().join("/");
            let selector = format!("[data-testid='place'][data-place='{place}']");
            let open = self
                .until(&format!("`{place}` shows"), async || {
                    let line = self.scrolled_to(&selector).await?;
                    let expanded = line.attr("aria-expanded").await.ok()?;
                    Some(expanded.as_deref() == Some("true"))
                })
                .await;
            if depth == segments.len() || !open {
                // What opens above it may push it out of sight again.
                self.until(&format!("`{place}` can be clicked"), async || {
                    self.scrolled_to(&selector).await?.click().await.ok()
                })
                .await;
                self.effort.clicked(1);
            }
        }
    }

    /// Finds a secret by words in any order; the best hit has to lie at a path.
    pub async fn search(&self, text: &str, path: &str) {
        self.click("search-box").await;
        self.write("search-input", text).await;
        self.text("search-result", |hit| hit.contains(path)).await;
        self.press("search-input", Key::Enter).await;
    }

    /// Waits until an element's text fits.
    pub async fn text(&self, testid: &str, fits: impl Fn(&str) -> bool) -> String {
        self.until(&format!("the text of `{testid}`"), async || {
            let element = self.driver.find(By::Css(of(testid))).await.ok()?;
            let text = read(&element).await?;
            fits(&text).then_some(text)
        })
        .await
    }

    /// Waits until nothing fits a selector.
    pub async fn gone(&self, selector: &str) {
        self.until(&format!("`{selector}` is gone"), async || {
            let found = self.driver.find_all(By::Css(selector)).await.ok()?;
            found.is_empty().then_some(())
        })
        .await;
    }

    /// Waits until something is so.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => {
                // A picture says more, where pictures are taken.
                self.picture("failed").await;
                panic!(
                    "{what}: not in {PATIENCE:?}\nshown: {}\n{}",
                    self.shown().await,
                    self.desktop.log()
                )
            }
        }
    }

    /// Takes a picture of the screen into `CLAVIGER_SHOTS`, where that is set.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("CLAVIGER_SHOTS").map(PathBuf::from) else {
            return;
        };
        self.desktop.point_nowhere();
        // What comes into sight has come by then, and scroll bars of a moment ago are gone.
        tokio::time::sleep(SETTLED).await;
        self.desktop.picture(&folder.join(format!("{name}.png")));
    }

    /// All text in the window.
    pub async fn shown(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => read(&body).await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }
}

/// The selector of a test id.
pub fn of(testid: &str) -> String {
    format!("[data-testid='{testid}']")
}

/// The text of an element as it is laid out. (The driver's own reading leaves out what may be cut short.)
pub async fn read(element: &WebElement) -> Option<String> {
    let text = element.prop("innerText").await.ok()??;
    Some(text.trim().to_owned())
}
