//! DPoP server nonces (rule 2): HMAC(shared key, minute), the same on every replica, valid for two minutes at most.

use crate::bytes::encode_base64url;
use crate::hazmat::mac::mac;
use crate::secret::Key256;
use claviger_model::time::Timestamp;

const LABEL: &[u8] = b"claviger-dpop-nonce-v1";

/// The key that all replicas make nonces with.
#[derive(Debug)]
pub struct NonceKey(Key256);

impl NonceKey {
    /// Takes a key that serves nothing else.
    pub const fn new(key: Key256) -> Self {
        Self(key)
    }

    /// The nonce to hand out now.
    pub fn issue(&self, now: Timestamp) -> String {
        self.of_minute(minute(now))
    }

    /// Whether a nonce was issued in this minute or in the one before; constant time.
    pub fn accepts(&self, nonce: &str, now: Timestamp) -> bool {
        let minute = minute(now);
        let matches =
            |minute| crate::bytes::constant_time_eq(self.of_minute(minute).as_bytes(), nonce.as_bytes());
        matches(minute) | matches(minute.saturating_sub(1))
    }

    fn of_minute(&self, minute: i64) -> String {
        encode_base64url(&mac(&self.0, &[LABEL, &minute.to_be_bytes()]))
    }
}

const fn minute(at: Timestamp) -> i64 {
    at.seconds().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn a_nonce_lives_for_two_minutes_at_most() {
        let key = NonceKey::new(Key256::from_bytes(&[1; 32]));
        let issued = 10 * MINUTE + 59_999;
        let nonce = key.issue(Timestamp::from_millis(issued));
        assert_eq!(nonce, "Lv9DHzggZ4-sR9JXUC9T-lgxsu6Q3GrPYXsYGmOlY24");
        for (now, good) in [
            (issued, true),
            (10 * MINUTE, true),
            (11 * MINUTE, true),
            (12 * MINUTE - 1, true),
            (12 * MINUTE, false),
            (10 * MINUTE - 1, false),
        ] {
            assert_eq!(key.accepts(&nonce, Timestamp::from_millis(now)), good, "at {now}");
        }
        assert!(!key.accepts("", Timestamp::from_millis(issued)));
        assert!(!NonceKey::new(Key256::from_bytes(&[2; 32])).accepts(&nonce, Timestamp::from_millis(issued)));
    }
}
