//! Every route: one written list, from which the server builds its router and the golden table its rows.

use std::fmt;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Caller {
    /// Anybody.
    Anyone,
    /// Whoever holds a device key: a proof and no token.
    Key,
    /// An enrolled device, even while it is ending: a proof and no token.
    Device,
    /// A signed-in session: token and proof.
    Session,
}

/// A method and a path with `{names}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path template, in axum's form.
    pub path: &'static str,
    /// Who may call.
    pub caller: Caller,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident = $method:literal $path:literal $caller:ident;)*) => {
        $($(#[$doc])* pub const $name: Route = Route { method: $method, path: $path, caller: Caller::$caller };)*
        /// Every route.
        pub const ALL: &[Route] = &[$($name),*];
    };
}

routes! {
    /// Whether the process lives.
    LIVE = "GET" "/healthz" Anyone;
    /// Whether it can serve.
    READY = "GET" "/readyz" Anyone;
    /// [`crate::enrolment::Enrolment`].
    ENROLMENT = "GET" "/v1/enrolment" Anyone;
    /// The newest checkpoint, text.
    CHECKPOINT = "GET" "/v1/log/checkpoint" Anyone;
    /// A hash tile (C2SP tlog-tiles), bytes.
    TILE = "GET" "/v1/log/tile/{level}/{*index}" Session;
    /// [`crate::log::ConsistencyReply`].
    CONSISTENCY = "POST" "/v1/log/consistency" Session;
    /// [`crate::sign_in::Challenge`].
    CHALLENGE = "POST" "/v1/sign-in/challenge" Anyone;
    /// [`crate::sign_in::SignIn`].
    SIGN_IN = "POST" "/v1/sign-in" Key;
    /// [`crate::sign_in::Refresh`].
    REFRESH = "POST" "/v1/session/refresh" Key;
    /// [`crate::sign_in::Reassert`].
    REASSERT = "POST" "/v1/session/reassert" Session;
    /// [`crate::sign_in::StepUp`].
    STEP_UP = "POST" "/v1/session/step-up" Session;
    /// [`crate::sign_in::ProviderRefused`].
    PROVIDER_REFUSED = "POST" "/v1/session/refused" Session;
    /// Signs out.
    SIGN_OUT = "DELETE" "/v1/session" Session;
    /// [`crate::session::Me`].
    ME = "GET" "/v1/me" Session;
    /// [`crate::session::SessionsReply`].
    SESSIONS = "GET" "/v1/sessions" Session;
    /// Ends one of one's own sessions, or anyone's with `session.end`.
    END_SESSION = "DELETE" "/v1/sessions/{session}" Session;
    /// Ends one of one's own devices: orders it to destroy everything.
    END_DEVICE = "DELETE" "/v1/devices/{device}" Session;
    /// Server-sent [`crate::stream::Hint`]s.
    STREAM = "GET" "/v1/stream" Session;
    /// [`crate::sync::SyncCall`].
    SYNC = "POST" "/v1/sync" Session;
    /// [`crate::sync::ScopesCall`].
    SYNC_SCOPES = "POST" "/v1/sync/scopes" Session;
    /// [`crate::log::HistoryCall`].
    HISTORY = "POST" "/v1/history" Session;
    /// [`crate::release::ReleaseCall`].
    RELEASES = "POST" "/v1/releases" Session;
    /// [`crate::secrets::CreateSecret`].
    CREATE_SECRET = "POST" "/v1/secrets" Session;
    /// [`crate::secrets::SecretRecord`].
    SECRET = "GET" "/v1/secrets/{secret}" Session;
    /// [`crate::secrets::EditSecret`].
    EDIT_SECRET = "PUT" "/v1/secrets/{secret}/description" Session;
    /// [`crate::secrets::VersionsReply`].
    VERSIONS = "GET" "/v1/secrets/{secret}/versions" Session;
    /// [`crate::secrets::WriteVersion`].
    WRITE_VERSION = "POST" "/v1/secrets/{secret}/versions" Session;
    /// [`crate::secrets::RollBack`].
    ROLL_BACK = "POST" "/v1/secrets/{secret}/roll-back" Session;
    /// [`crate::secrets::MoveSecret`].
    MOVE_SECRET = "POST" "/v1/secrets/{secret}/move" Session;
    /// Into the bin.
    DELETE_SECRET = "DELETE" "/v1/secrets/{secret}" Session;
    /// Out of the bin.
    RESTORE_SECRET = "POST" "/v1/secrets/{secret}/restore" Session;
    /// [`crate::secrets::BinReply`].
    BIN = "GET" "/v1/bin" Session;
    /// [`crate::requests::RequestsReply`].
    REQUESTS = "GET" "/v1/requests" Session;
    /// [`crate::requests::MakeRequest`].
    MAKE_REQUEST = "POST" "/v1/requests" Session;
    /// [`crate::requests::RefuseRequest`].
    REFUSE_REQUEST = "POST" "/v1/requests/{request}/refuse" Session;
    /// [`crate::requests::ApproveRequest`].
    APPROVE_REQUEST = "POST" "/v1/requests/{request}/approve" Session;
    /// [`crate::requests::AnswersCall`].
    ANSWER_REQUESTS = "POST" "/v1/requests/answers" Session;
    /// [`crate::requests::OptionsCall`].
    REQUEST_OPTIONS = "POST" "/v1/requests/options" Session;
    /// [`crate::requests::Evidence`].
    REQUEST_EVIDENCE = "GET" "/v1/requests/{request}/evidence" Session;
    /// [`crate::requests::KnownCall`].
    KNOWN = "POST" "/v1/known" Session;
    /// [`crate::requests::RequestSettingsReply`].
    REQUEST_SETTINGS = "GET" "/v1/scopes/{scope}/requests" Session;
    /// [`crate::requests::SetRequestSettings`].
    SET_REQUEST_SETTINGS = "PUT" "/v1/scopes/{scope}/requests" Session;
    /// Taken back by its author.
    WITHDRAW_REQUEST = "POST" "/v1/requests/{request}/withdraw" Session;
    /// [`crate::places::ScopesReply`].
    SCOPES = "GET" "/v1/scopes" Session;
    /// [`crate::places::CreateScope`].
    CREATE_SCOPE = "POST" "/v1/scopes" Session;
    /// [`crate::places::EditScope`].
    EDIT_SCOPE = "PATCH" "/v1/scopes/{scope}" Session;
    /// [`crate::moving::MovePlan`].
    PREVIEW_MOVE_SCOPE = "POST" "/v1/scopes/{scope}/move/preview" Session;
    /// [`crate::moving::MoveScope`].
    MOVE_SCOPE = "POST" "/v1/scopes/{scope}/move" Session;
    /// [`crate::principals::PrincipalsReply`].
    PRINCIPALS = "GET" "/v1/principals" Session;
    /// The next page of [`PRINCIPALS`].
    PRINCIPALS_AFTER = "GET" "/v1/principals/after/{principal}" Session;
    /// [`crate::grants::RolesReply`].
    ROLES = "GET" "/v1/roles" Session;
    /// [`crate::roles::PutRole`].
    PUT_ROLE = "PUT" "/v1/roles/{role}" Session;
    /// [`crate::roles::DeleteRole`].
    DELETE_ROLE = "DELETE" "/v1/roles/{role}" Session;
    /// [`crate::roles::ProposalsCall`].
    PROPOSALS = "POST" "/v1/proposals" Session;
    /// [`crate::roles::ApproveProposal`].
    APPROVE_PROPOSAL = "POST" "/v1/proposals/{proposal}/approve" Session;
    /// [`crate::roles::RefuseProposal`].
    REFUSE_PROPOSAL = "POST" "/v1/proposals/{proposal}/refuse" Session;
    /// Taken back by its author.
    WITHDRAW_PROPOSAL = "POST" "/v1/proposals/{proposal}/withdraw" Session;
    /// [`crate::teams::CreateTeam`].
    CREATE_TEAM = "POST" "/v1/teams" Session;
    /// [`crate::teams::TeamReply`].
    TEAM = "GET" "/v1/teams/{team}" Session;
    /// [`crate::teams::RenameTeam`].
    RENAME_TEAM = "PATCH" "/v1/teams/{team}" Session;
    /// [`crate::teams::AddMember`].
    ADD_MEMBER = "POST" "/v1/teams/{team}/members" Session;
    /// [`crate::teams::RemoveMember`].
    REMOVE_MEMBER = "DELETE" "/v1/teams/{team}/members" Session;
    /// [`crate::teams::MapGroup`].
    MAP_GROUP = "POST" "/v1/teams/{team}/groups" Session;
    /// [`crate::teams::UnmapGroup`].
    UNMAP_GROUP = "DELETE" "/v1/teams/{team}/groups" Session;
    /// [`crate::services::ServicesCall`].
    SERVICES = "POST" "/v1/services/list" Session;
    /// [`crate::services::CreateService`].
    CREATE_SERVICE = "POST" "/v1/services" Session;
    /// [`crate::services::ServiceRecord`].
    SERVICE = "GET" "/v1/services/{service}" Session;
    /// [`crate::services::EditService`].
    EDIT_SERVICE = "PATCH" "/v1/services/{service}" Session;
    /// [`crate::services::SetServiceState`].
    SET_SERVICE_STATE = "POST" "/v1/services/{service}/state" Session;
    /// [`crate::services::MakeServiceKey`].
    MAKE_SERVICE_KEY = "POST" "/v1/services/{service}/keys" Session;
    /// [`crate::services::EndServiceKey`].
    END_SERVICE_KEY = "DELETE" "/v1/service-keys/{key}" Session;
    /// [`crate::services::ServiceTokenCall`]: a service identity's assertion for a short-lived token.
    SERVICE_TOKEN = "POST" "/v1/service-token" Key;
    /// [`crate::grants::GrantsReply`].
    GRANTS = "GET" "/v1/grants" Session;
    /// The next page of [`GRANTS`].
    GRANTS_AFTER = "GET" "/v1/grants/after/{grant}" Session;
    /// [`crate::grants::GiveGrant`].
    GIVE_GRANT = "POST" "/v1/grants" Session;
    /// [`crate::giving::GrantPlan`].
    PREVIEW_GRANT = "POST" "/v1/grants/preview" Session;
    /// [`crate::giving::ChoicesCall`].
    GRANT_CHOICES = "POST" "/v1/grants/choices" Session;
    /// [`crate::giving::ReceiversCall`].
    GRANT_RECEIVERS = "POST" "/v1/grants/receivers" Session;
    /// [`crate::grants::EndGrant`].
    END_GRANT = "DELETE" "/v1/grants/{grant}" Session;
    /// [`crate::grant_change::PlanGrantChange`].
    PLAN_GRANT_CHANGE = "POST" "/v1/grants/{grant}/plan" Session;
    /// [`crate::grant_change::ChangeGrant`].
    CHANGE_GRANT = "POST" "/v1/grants/{grant}/change" Session;
    /// [`crate::access::AccessAt`].
    ACCESS_AT = "POST" "/v1/access/scope" Session;
    /// [`crate::access::AccessOf`].
    ACCESS_OF = "POST" "/v1/access/principal" Session;
    /// [`crate::access::AccessMatrix`].
    ACCESS_MATRIX = "POST" "/v1/access/matrix" Session;
    /// [`crate::explain::ExplainCall`].
    EXPLAIN = "POST" "/v1/explain" Session;
    /// [`crate::order::OrdersCall`].
    ORDERS = "POST" "/v1/device/orders" Device;
    /// [`crate::device::AcknowledgementsCall`].
    ACKNOWLEDGE = "POST" "/v1/device/acknowledgements" Device;
    /// [`crate::journal::JournalCall`].
    JOURNAL = "POST" "/v1/device/journal" Device;
}

impl Route {
    /// The path with its names replaced, in order.
    pub fn at(&self, arguments: &[&dyn fmt::Display]) -> String {
        let mut path = String::new();
        let mut arguments = arguments.iter();
        for segment in self.path.split('/').skip(1) {
            path.push('/');
            match (segment.starts_with('{'), arguments.as_slice().first()) {
                (true, Some(value)) => {
                    path.push_str(&value.to_string());
                    arguments.next();
                }
                _ => path.push_str(segment),
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_unique_and_take_their_arguments() {
        let unique: std::collections::BTreeSet<_> = ALL.iter().map(ToString::to_string).collect();
        assert_eq!(unique.len(), ALL.len());
        assert_eq!(WRITE_VERSION.at(&[&"x"]), "/v1/secrets/x/versions");
        assert_eq!(LIVE.at(&[]), "/healthz");
    }
}
