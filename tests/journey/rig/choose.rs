//! Choosing one of a few.

use super::window::{Window, of, read};
use thirtyfour::prelude::*;

impl Window<'_> {
    /// Chooses by label in a group of choices.
    pub async fn choose(&self, testid: &str, label: &str) {
        self.until(&format!("`{label}` of `{testid}`"), async || {
            let group = self.shown_now(&of(testid)).await?;
            for choice in group.find_all(By::Tag("label")).await.ok()? {
                if choice.text().await.ok()? == label {
                    return choice.click().await.ok();
                }
            }
            None
        })
        .await;
        self.effort.clicked(1);
    }

    /// Picks the option of a list whose label begins so.
    pub async fn pick(&self, testid: &str, label: &str) {
        self.until(&format!("`{label}` of `{testid}`"), async || {
            let list = self.shown_now(&of(testid)).await?;
            for option in list.find_all(By::Tag("option")).await.ok()? {
                if option.text().await.ok()?.starts_with(label) {
                    return option.click().await.ok();
                }
            }
            None
        })
        .await;
        // One opens the list.
        self.effort.clicked(2);
    }

    /// Opens the menu of the row that begins so by keyboard, and takes an item of it. A row that was drawn anew meanwhile
    /// is looked for again.
    pub async fn take(&self, [row, menu, item]: [&str; 3], begins: &str) {
        let named = |testid: &str| By::Css(of(testid));
        self.until(&format!("`{item}` of `{begins}`"), async || {
            if let Ok(found) = self.driver.find(named(item)).await {
                return found.click().await.ok();
            }
            for row in self.driver.find_all(named(row)).await.ok()? {
                if read(&row).await?.starts_with(begins) {
                    let menu = row.find(named(menu)).await.ok()?;
                    menu.send_keys(char::from(Key::Enter).to_string()).await.ok()?;
                }
            }
            None
        })
        .await;
    }

    /// Chooses a place in the tree, and the first secret that stands there, once its own list is shown.
    pub async fn go_to_secret_of(&self, path: &str) {
        self.go_to(path).await;
        self.until(&format!("a secret of `{path}` can be chosen"), async || {
            let row = self.shown_now(&of("secret-row")).await?;
            if !read(&row).await?.contains(path) {
                return None;
            }
            row.click().await.ok()
        })
        .await;
        let (project, _) = path.split_once('/').unwrap_or((path, ""));
        self.text("secret-detail", |text| text.starts_with(project)).await;
    }

    /// Goes to the settings and chooses a theme there.
    pub async fn themed(&self, theme: &str) {
        self.keys("body", Key::Control + ",").await;
        let label = match theme {
            "contrast" => "High contrast",
            "dark" => "Dark",
            _ => "Light",
        };
        self.choose("theme", label).await;
        self.css(&format!("html[data-theme='{theme}']")).await;
    }
}
