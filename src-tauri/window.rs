//! The window.

use tauri::{App, AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};
use url::Url;

const LABEL: &str = "main";

/// Opens the main window; it goes nowhere but to our own page.
pub fn open(app: &App) -> tauri::Result<()> {
    WebviewWindowBuilder::new(
        app,
        LABEL,
        WebviewUrl::App(page(std::env::var("CLAVIGER_SERVER").ok()).into()),
    )
    .title("Claviger")
    .inner_size(1280.0, 800.0)
    .min_inner_size(720.0, 480.0)
    .on_navigation(|url| {
        matches!(
            (url.scheme(), url.host_str()),
            ("tauri", _) | ("http" | "https", Some("tauri.localhost"))
        ) || cfg!(not(feature = "custom-protocol"))
    })
    .build()?;
    Ok(())
}

/// The page, with the server that its first field suggests. The person still compares and confirms.
fn page(suggested: Option<String>) -> String {
    match suggested.and_then(|origin| Url::parse(&origin).ok()) {
        Some(server) => format!("index.html?server={}", server.origin().ascii_serialization()),
        None => "index.html".to_owned(),
    }
}

/// Whether the person looks at the window.
pub fn is_in_front(app: &AppHandle) -> bool {
    let window = app.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Shows the window of the running app when it is started again.
pub fn bring_to_front(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let shown = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window did not come to the front");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn only_an_origin_is_suggested() {
        assert_eq!(page(None), "index.html");
        assert_eq!(page(Some("nonsense".to_owned())), "index.html");
        let given = Some("http://127.0.0.1:7420/a?b#c".to_owned());
        assert_eq!(page(given), "index.html?server=http://127.0.0.1:7420");
    }
}
