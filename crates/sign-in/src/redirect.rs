//! The browser's way back: a listener on 127.0.0.1 that hears one answer (RFC 8252, 7.3).

use crate::page::Page;
use claviger_crypto::bytes::constant_time_eq;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use url::Url;

/// Where providers know us, on any port.
pub(crate) const PATH: &str = "/callback";

const LARGEST_HEAD: usize = 16 * 1024;
const ONE_REQUEST: Duration = Duration::from_secs(10);
const WAITING: usize = 16;

/// An open port that waits.
pub(crate) struct Redirect {
    listener: TcpListener,
    port: u16,
}

/// The provider's answer, and the browser tab that waits for a page.
pub(crate) struct Answer {
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) iss: Option<String>,
    tab: TcpStream,
}

impl Redirect {
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub(crate) fn uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the request that knows the state. Others get a page that says nothing, and do not end the waiting: any
    /// program on this computer can call the port, and browsers ask for icons and open connections that they do not use.
    pub(crate) async fn answer(&self, state: &str) -> io::Result<Answer> {
        let (heard, mut answers) = mpsc::channel(WAITING);
        loop {
            tokio::select! {
                Some(answer) = answers.recv() => return Ok(answer),
                accepted = self.listener.accept() => {
                    let (tab, _) = accepted?;
                    let (heard, state) = (heard.clone(), state.to_owned());
                    tokio::spawn(async move {
                        if let Ok(Some(answer)) = tokio::time::timeout(ONE_REQUEST, hear(tab, &state)).await {
                            // Nobody listens any more when another request was first.
                            let _late = heard.send(answer).await;
                        }
                    });
                }
            }
        }
    }
}

impl Answer {
    /// Shows the last page; whether the browser still wants it changes nothing.
    pub(crate) async fn show(mut self, page: Page) {
        write(&mut self.tab, page).await;
    }
}

async fn hear(mut tab: TcpStream, state: &str) -> Option<Answer> {
    let head = read_head(&mut tab).await;
    let url = head.as_deref().and_then(target);
    let Some(url) = url.filter(|url| url.path() == PATH) else {
        write(&mut tab, Page::Unknown).await;
        return None;
    };
    // RFC 6749, 3.1: a parameter that comes twice makes the answer invalid.
    let once = |name: &str| {
        let mut found = url
            .query_pairs()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.into_owned());
        found.next().filter(|_| found.next().is_none())
    };
    if !once("state").is_some_and(|claimed| constant_time_eq(claimed.as_bytes(), state.as_bytes())) {
        write(&mut tab, Page::NotSignedIn).await;
        return None;
    }
    Some(Answer {
        code: once("code"),
        error: once("error"),
        iss: once("iss"),
        tab,
    })
}

async fn read_head(tab: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = tab.read(&mut buffer).await.ok().filter(|length| *length > 0)?;
        head.extend_from_slice(buffer.get(..length)?);
        if head.len() > LARGEST_HEAD {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// `GET /callback?… HTTP/1.1`
fn target(head: &str) -> Option<Url> {
    let mut words = head.lines().next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let plain = method == "GET" && target.starts_with('/') && version.starts_with("HTTP/1.");
    plain.then(|| Url::parse("http://127.0.0.1").ok()?.join(target).ok())?
}

async fn write(tab: &mut TcpStream, page: Page) {
    if tab.write_all(page.response().as_bytes()).await.is_ok() {
        let _closed = tab.shutdown().await;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    async fn get(uri: String, rest: &str) -> reqwest::Response {
        let _again = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(format!("{uri}{rest}"))
            .send()
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn only_the_request_that_knows_the_state_is_heard() {
        let redirect = Redirect::open().await.unwrap();
        let uri = redirect.uri();
        let idle = TcpStream::connect(("127.0.0.1", redirect.port)).await.unwrap();
        let browser = tokio::spawn(async move {
            let mut seen = Vec::new();
            for rest in [
                "?state=wrong&code=x",
                "?code=x",
                "?state=right&state=right&code=x",
                "/other?state=right",
            ] {
                seen.push(get(uri.clone(), rest).await.status().as_u16());
            }
            let last = get(uri, "?state=right&code=c%26d&iss=i&code2=y").await;
            (seen, last.headers().clone(), last.text().await.unwrap())
        });
        let answer = redirect.answer("right").await.unwrap();
        assert_eq!(
            (
                answer.code.as_deref(),
                answer.iss.as_deref(),
                answer.error.as_deref()
            ),
            (Some("c&d"), Some("i"), None)
        );
        answer.show(Page::SignedIn).await;
        let (seen, headers, page) = browser.await.unwrap();
        assert_eq!(seen, [400, 400, 400, 404]);
        assert!(page.contains("You can close this tab."));
        assert!(headers.get("content-security-policy").is_some() && headers.get("referrer-policy").is_some());
        drop(idle);
    }

    #[tokio::test]
    async fn noise_is_borne() {
        let redirect = Redirect::open().await.unwrap();
        let port = redirect.port;
        let noise = tokio::spawn(async move {
            for bytes in [
                &b"\r\n\r\n"[..],
                b"GET",
                b"\xff\xfe\r\n\r\n",
                b"POST /callback?state=s HTTP/1.1\r\n\r\n",
                &[b'a'; 40_000],
            ] {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _broken = stream.write_all(bytes).await;
            }
            get(
                format!("http://127.0.0.1:{port}{PATH}"),
                "?state=s&error=access_denied",
            )
            .await
            .status()
        });
        let answer = redirect.answer("s").await.unwrap();
        assert_eq!(answer.error.as_deref(), Some("access_denied"));
        answer.show(Page::NotSignedIn).await;
        assert_eq!(noise.await.unwrap(), 400);
    }
}
