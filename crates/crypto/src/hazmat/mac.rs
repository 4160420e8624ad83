//! HMAC-SHA256 over joined fields.

use crate::bytes::join;
use crate::secret::Key256;
use ring::hmac;

/// HMAC-SHA256(key, label ‖ fields…), joined as the rule "Bytes" says.
pub fn mac(key: &Key256, fields: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    let tag = hmac::sign(&key, &join(fields));
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(tag.as_ref())
        .for_each(|(to, from)| *to = *from);
    bytes
}

/// Whether a tag is the one of these fields; constant time.
pub fn verify(key: &Key256, fields: &[&[u8]], tag: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    hmac::verify(&key, &join(fields), tag).is_ok()
}
