//! The event stream: opaque hints only (rule 6).

use serde::{Deserialize, Serialize};

/// `GET /v1/stream`, server-sent events; says that something changed, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// Call `/v1/sync`.
    Sync,
    /// Call `/v1/device/orders`.
    Orders,
    /// Call `/v1/notices/list`.
    Notices,
}

impl Hint {
    /// The event's name on the stream.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Orders => "orders",
            Self::Notices => "notices",
        }
    }
}
