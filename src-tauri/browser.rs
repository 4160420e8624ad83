//! Opening the system's browser.

use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// A function that opens the system's browser at an address.
pub fn opener(
    app: AppHandle,
) -> impl Fn(&Url) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + Send + Sync + 'static {
    move |url| Ok(app.opener().open_url(url.as_str(), None::<&str>)?)
}
