//! How a key's row binds its wrapped bytes.

use super::name;
use claviger_crypto::keys::ServerKeyRow;
use claviger_storage::organization::ServerKey;

/// The binding of a row.
pub(super) fn binding(row: &ServerKey) -> ServerKeyRow<'static> {
    ServerKeyRow {
        id: row.id,
        purpose: name(row.purpose),
        number: u64::from(row.generation),
    }
}
