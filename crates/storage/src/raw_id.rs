//! Ids as the 16 bytes that stand in the tables.

use claviger_model::ids::{
    AccountId, CaseId, DeviceId, DrawId, EmergencyId, EventId, GrantId, KeyId, NoticeId, OrderId,
    OrganizationId, ParseIdError, PolicyId, PrincipalId, ProposalId, RequestId, RoleId, ScimId, ScopeId,
    SecretId, SessionId, WebhookId,
};

/// An id of whatever kind.
pub(crate) trait RawId: Copy {
    fn raw(&self) -> &[u8];
    fn from_raw(bytes: &[u8]) -> Result<Self, ParseIdError>;
}

macro_rules! raw {
    ($($id:ident)*) => {$(
        impl RawId for $id {
            fn raw(&self) -> &[u8] {
                self.as_bytes()
            }

            fn from_raw(bytes: &[u8]) -> Result<Self, ParseIdError> {
                Self::from_slice(bytes)
            }
        }
    )*};
}

raw! {
    AccountId CaseId DeviceId DrawId EmergencyId EventId GrantId KeyId NoticeId OrderId OrganizationId
    PolicyId PrincipalId ProposalId RequestId RoleId ScimId ScopeId SecretId SessionId WebhookId
}

/// The bytes of an id that may be absent.
pub(crate) fn raw_or_null<T: RawId>(id: Option<&T>) -> Option<&[u8]> {
    id.map(RawId::raw)
}

/// A count as the tables hold it; none of ours comes near the limit.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
