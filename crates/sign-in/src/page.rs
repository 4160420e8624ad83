//! The calm little page at the end of the browser's way.

/// What the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// It is done.
    SignedIn,
    /// It did not work out; the app has the details.
    NotSignedIn,
    /// Nothing of ours.
    Unknown,
}

impl Page {
    const fn status(self) -> &'static str {
        match self {
            Self::SignedIn => "200 OK",
            Self::NotSignedIn => "400 Bad Request",
            Self::Unknown => "404 Not Found",
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignedIn => ("You are back in Claviger", "You can close this tab."),
            Self::NotSignedIn => (
                "Nobody was signed in",
                "Claviger says why. You can close this tab.",
            ),
            Self::Unknown => ("There is nothing here", "You can close this tab."),
        }
    }

    /// The whole HTTP answer. Nothing of the request is in it.
    pub(crate) fn response(self) -> String {
        let (title, words) = self.words();
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Claviger</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1><p>{words}</p></main></body></html>"
        );
        format!(
            "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
             Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\
             Connection: close\r\n\r\n{body}",
            self.status(),
            body.len(),
        )
    }
}

const STYLE: &str = ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;\
    font:16px/1.5 system-ui,sans-serif}main{padding:32px;text-align:center}h1{font-size:20px;margin:0 0 8px}p{margin:0}";
