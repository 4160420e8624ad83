//! The settings of SCIM.

use super::{ConfigError, GroupsBy, Scim};
use serde::Deserialize;

/// Claims that change hands, or that the person can change: who is linked by one of them could become somebody else.
const CHANGEABLE: &[&str] = &[
    "email",
    "preferred_username",
    "upn",
    "unique_name",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "phone_number",
    "groups",
    "iss",
    "aud",
    "azp",
    "sid",
    "nonce",
    "jti",
];
/// The longest name of a claim, in bytes.
const LONGEST: usize = 100;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ScimSettings {
    claim: Option<String>,
    #[serde(default)]
    groups: bool,
    #[serde(default)]
    groups_by: GroupsBy,
}

impl ScimSettings {
    pub(super) fn parse(self) -> Result<Scim, ConfigError> {
        let claim = self.claim.unwrap_or_else(|| "sub".to_owned());
        let usable = !claim.is_empty()
            && claim.len() <= LONGEST
            && claim.bytes().all(|byte| byte.is_ascii_graphic())
            && !CHANGEABLE.contains(&claim.as_str());
        if !usable {
            return Err(ConfigError::ScimClaim(claim));
        }
        Ok(Scim {
            claim,
            groups: self.groups,
            groups_by: self.groups_by,
        })
    }
}
