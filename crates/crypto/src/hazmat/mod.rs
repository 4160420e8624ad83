//! Raw primitives. Nothing here binds a ciphertext to its place or keeps a caller from using a key twice; the public
//! modules do.

pub mod aead;
pub mod hpke_suite;
pub mod mac;
