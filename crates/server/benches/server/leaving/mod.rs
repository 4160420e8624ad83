//! Offboarding: how long the blast radius of a heavy reader takes, what sessions can do after the action, and a thousand people at once.

mod many;
mod radius;
mod refusals;

pub async fn measure() {
    radius::measure().await;
    refusals::measure().await;
    many::measure().await;
}

/// Milliseconds.
fn millis(since: std::time::Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
