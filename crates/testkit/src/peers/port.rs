//! Ports for what must come back at the same address after it was away.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Below Linux's range of ports that it gives to whoever asks for any, callers' own ends included: while a server is away, none
/// of those takes its place. (`ip(7)`, `ip_local_port_range`.)
const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;
/// Far enough apart for the tests of one process, whichever other process begins beside it.
const STRIDE: u32 = 97;

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// A port of loopback on which nobody listens, which this process gives nobody else.
///
/// # Errors
/// When all are taken.
pub fn kept() -> io::Result<u16> {
    next(&TAKEN)
}

fn next(taken: &AtomicU32) -> io::Result<u16> {
    for _ in 0..COUNT {
        let nth = taken.fetch_add(1, Ordering::Relaxed);
        let offset = process::id().wrapping_mul(STRIDE).wrapping_add(nth) % COUNT;
        let port = u16::try_from(FIRST + offset).map_err(io::Error::other)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn is_given_once_and_never_by_the_kernel() {
        let (one, other) = (kept().unwrap(), kept().unwrap());
        assert_ne!(one, other);
        let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(any.local_addr().unwrap().port() >= 32_000, "{any:?}");
    }

    #[test]
    fn one_on_which_somebody_listens_is_passed_over() {
        // Far from what the other test takes.
        let from = AtomicU32::new(COUNT / 2);
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, next(&from).unwrap())).unwrap();
        from.fetch_sub(1, Ordering::Relaxed);
        assert_ne!(next(&from).unwrap(), held.local_addr().unwrap().port());
    }
}
