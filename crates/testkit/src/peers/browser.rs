//! A scripted person in place of a browser.

use crate::{http, peers::provider};
use reqwest::{Response, header};
use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use url::Url;

/// No sign-in of the provider takes more steps.
const STEPS: usize = 12;

/// What the person does on the provider's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Chooses themselves and allows.
    Allow,
    /// Turns back: `access_denied`.
    Deny,
    /// Closes the browser at the first page.
    Stop,
}

impl Answer {
    fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Stop => "stop",
        }
    }
}

/// Why the walk did not end at a redirect.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// A page or the redirect's listener could not be reached.
    #[error("a page could not be reached")]
    Http(#[from] reqwest::Error),
    /// The provider showed an error page.
    #[error("`{path}` answered {status}: {text}")]
    Page {
        /// Path of the page.
        path: String,
        /// Its HTTP status.
        status: u16,
        /// Its text.
        text: String,
    },
    /// A redirect led nowhere.
    #[error("a redirect to `{0}` makes no sense")]
    Redirect(String),
    /// The browser was closed, as wanted.
    #[error("the person closed the browser")]
    Stopped,
    /// It went round in circles.
    #[error("the provider never sent the browser back")]
    NeverBack,
}

/// Walks the provider's pages from an authorization URL as `sub` and returns the redirect, not yet followed.
///
/// # Errors
/// When a page fails or the person stops.
pub async fn walk(authorization: &Url, sub: &str, answer: Answer) -> Result<Url, BrowserError> {
    let client = http::client()?;
    let mut jar = Jar::default();
    let mut at = authorization.clone();
    let mut response = jar.send(client.get(at.clone())).await?;
    for _ in 0..STEPS {
        if let Some(location) = response.headers().get(header::LOCATION) {
            let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
            let next = at.join(&location).map_err(|_| BrowserError::Redirect(location))?;
            if next.origin() != authorization.origin() {
                return Ok(next);
            }
            response = jar.send(client.get(next.clone())).await?;
            at = next;
            continue;
        }
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            return Err(BrowserError::Page {
                path: at.path().to_owned(),
                status: status.as_u16(),
                text: visible(&text),
            });
        }
        let choosing = text.contains("name=\"sub\"");
        let form = match answer {
            Answer::Stop => return Err(BrowserError::Stopped),
            Answer::Allow if choosing => vec![("answer", "choose"), ("sub", sub)],
            _ => vec![("answer", answer.name())],
        };
        response = jar.send(client.post(at.clone()).form(&form)).await?;
    }
    Err(BrowserError::NeverBack)
}

/// As [`walk`], then delivers the redirect to its listener and returns the page that the person sees last.
///
/// # Errors
/// As [`walk`], and when the listener cannot be reached.
pub async fn open(authorization: &Url, sub: &str, answer: Answer) -> Result<String, BrowserError> {
    let redirect = walk(authorization, sub, answer).await?;
    Ok(http::client()?.get(redirect).send().await?.text().await?)
}

/// Writes an `xdg-open` into a folder that a journey puts first in PATH; it signs `sub` in, in the background, and logs
/// to `xdg-open.log` beside itself.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_xdg_open(folder: &Path, sub: &str, answer: Answer) -> io::Result<PathBuf> {
    let path = folder.join("xdg-open");
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let script = provider::folder().join("browser.mjs");
    let text = format!(
        "#!/bin/sh\nexport CLAVIGER_PERSON={} CLAVIGER_ANSWER={}\nnode {} \"$1\" >>\"$0.log\" 2>&1 </dev/null &\n",
        quoted(sub),
        quoted(answer.name()),
        quoted(&script.to_string_lossy()),
    );
    // Written beside and renamed, so that a journey can change its person while the app runs.
    let fresh = folder.join("xdg-open.fresh");
    fs::write(&fresh, text)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    fs::rename(fresh, &path)?;
    Ok(path)
}

/// Cookies, by hand: one site, no expiry, no attributes.
#[derive(Default)]
struct Jar(BTreeMap<String, String>);

impl Jar {
    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Result<Response> {
        let cookies: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request.header(header::COOKIE, cookies.join("; ")).send().await?;
        for line in response.headers().get_all(header::SET_COOKIE) {
            let line = String::from_utf8_lossy(line.as_bytes());
            let pair = line.split(';').next().unwrap_or_default();
            match pair.split_once('=') {
                Some((name, "")) => drop(self.0.remove(name)),
                Some((name, value)) => drop(self.0.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
        Ok(response)
    }
}

fn visible(page: &str) -> String {
    let body = page.split_once("</style>").map_or(page, |(_, body)| body);
    let mut inside = false;
    let text: String = body
        .chars()
        .filter(|character| {
            let hidden = inside || *character == '<';
            inside = *character != '>' && hidden;
            !hidden
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
