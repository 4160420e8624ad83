//! The clients: each sends one request after the other over a connection of its own.

use super::row::median;
use reqwest::{Client, Request};
use std::time::{Duration, Instant};

/// How long a server is under load at a time; it gets several turns, in which the others rest.
const TURN: Duration = Duration::from_secs(2);

/// One turn of one server, or the medians of several.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Replies per second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
}

impl Measured {
    pub fn median(turns: &[Self]) -> Option<Self> {
        let of = |take: fn(&Self) -> f64| median(turns.iter().map(take).collect());
        (!turns.is_empty()).then(|| Self {
            rate: of(|turn| turn.rate),
            p50: of(|turn| turn.p50),
            p99: of(|turn| turn.p99),
        })
    }
}

/// Sends what each client has until the turn is over. Running out of requests before would spoil the rate.
pub async fn turn<R>(clients: Vec<R>) -> Measured
where
    R: Iterator<Item = Request> + Send + 'static,
{
    let begin = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut requests| {
            tokio::spawn(async move {
                let http = Client::builder()
                    .no_proxy()
                    .pool_max_idle_per_host(1)
                    .build()
                    .unwrap();
                let mut times = Vec::new();
                while begin.elapsed() < TURN {
                    let request = requests.next().expect("a client ran out of requests");
                    let start = Instant::now();
                    let reply = http.execute(request).await.unwrap();
                    let status = reply.status();
                    let body = reply.bytes().await.unwrap();
                    times.push(start.elapsed());
                    assert!(
                        status.is_success(),
                        "{status}: {}",
                        String::from_utf8_lossy(&body)
                    );
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = begin.elapsed();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
    Measured {
        rate: times.len() as f64 / elapsed.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    }
}
