//! The list of secrets.

use super::secret::SecretKind;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Secret ref.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Env name.
    pub env_name: Option<String>,
    /// Scope path, without the secret itself.
    pub path: String,
}

/// List filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ListFilter {
    /// All.
    All,
    /// Due.
    Due,
    /// Recent.
    Recent,
    /// Can ask.
    CanAsk,
}

/// List query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// Place.
    pub place: Option<String>,
    /// Filter.
    pub filter: ListFilter,
    /// Owner.
    pub owner: Option<String>,
    /// Offset.
    pub offset: u32,
    /// Limit.
    pub limit: u32,
}

/// List counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListCounts {
    /// All.
    pub all: u32,
    /// Due.
    pub due: u32,
    /// Recent.
    pub recent: u32,
    /// Can ask.
    pub can_ask: u32,
}

/// List page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListPage {
    /// Total.
    pub total: u32,
    /// Offset.
    pub offset: u32,
    /// How many each filter would show at this place.
    pub counts: ListCounts,
    /// Rows.
    pub rows: Vec<SecretRow>,
}

/// Secret row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretRow {
    /// Which one.
    #[serde(flatten)]
    pub reference: SecretRef,
    /// Kind.
    pub kind: SecretKind,
    /// Last used at.
    pub last_used_at: Option<i64>,
    /// Tag.
    pub tag: Option<RowTag>,
    /// The person may only know that it exists.
    pub known_only: bool,
}

/// Row tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum RowTag {
    /// Due.
    #[serde(rename_all = "camelCase")]
    Due {
        /// At.
        at: i64,
    },
    /// Expires.
    #[serde(rename_all = "camelCase")]
    Expires {
        /// At.
        at: i64,
    },
    /// Access ends.
    #[serde(rename_all = "camelCase")]
    AccessEnds {
        /// At.
        at: i64,
    },
    /// Use only.
    UseOnly,
    /// Ask.
    Ask,
    /// Requested.
    Requested,
}
