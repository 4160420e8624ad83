//! The list itself.

use super::{Caller, Route};

/// A POST either asks or does something, and its line says which; the other methods say it themselves.
macro_rules! asks {
    ("POST" asks) => {
        true
    };
    ("POST" does) => {
        false
    };
    ("GET") => {
        false
    };
    ("PUT") => {
        false
    };
    ("PATCH") => {
        false
    };
    ("DELETE") => {
        false
    };
}

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident = $method:tt $path:literal $caller:ident $($mark:ident)?;)*) => {
        $($(#[$doc])* pub const $name: Route = Route {
            method: $method,
            path: $path,
            caller: Caller::$caller,
            asks: asks!($method $($mark)?),
        };)*
        /// Every route.
        pub const ALL: &[Route] = &[$($name),*];
    };
}

routes! {
    /// Whether the process lives.
    LIVE = "GET" "/healthz" Anyone;
    /// Whether it can serve.
    READY = "GET" "/readyz" Anyone;
    /// Numbers in the text form of Prometheus; not found unless the configuration says so.
    METRICS = "GET" "/metrics" Anyone;
    /// [`crate::enrolment::Enrolment`].
    ENROLMENT = "GET" "/v1/enrolment" Anyone;
    /// The newest checkpoint, text.
    CHECKPOINT = "GET" "/v1/log/checkpoint" Anyone;
    /// A hash tile (C2SP tlog-tiles), bytes.
    TILE = "GET" "/v1/log/tile/{level}/{*index}" Session;
    /// [`crate::log::ConsistencyReply`].
    CONSISTENCY = "POST" "/v1/log/consistency" Session asks;
    /// [`crate::sign_in::Challenge`].
    CHALLENGE = "POST" "/v1/sign-in/challenge" Anyone does;
    /// [`crate::sign_in::SignIn`].
    SIGN_IN = "POST" "/v1/sign-in" Key does;
    /// [`crate::sign_in::Refresh`].
    REFRESH = "POST" "/v1/session/refresh" Key does;
    /// [`crate::sign_in::Reassert`].
    REASSERT = "POST" "/v1/session/reassert" Session does;
    /// [`crate::sign_in::StepUp`].
    STEP_UP = "POST" "/v1/session/step-up" Session does;
    /// [`crate::sign_in::ProviderRefused`].
    PROVIDER_REFUSED = "POST" "/v1/session/refused" Session does;
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
    SYNC = "POST" "/v1/sync" Session asks;
    /// [`crate::sync::ScopesCall`].
    SYNC_SCOPES = "POST" "/v1/sync/scopes" Session asks;
    /// [`crate::log::HistoryCall`].
    HISTORY = "POST" "/v1/history" Session asks;
    /// [`crate::release::ReleaseCall`].
    RELEASES = "POST" "/v1/releases" Session does;
    /// [`crate::secrets::CreateSecret`].
    CREATE_SECRET = "POST" "/v1/secrets" Session does;
    /// [`crate::secrets::SecretRecord`].
    SECRET = "GET" "/v1/secrets/{secret}" Session;
    /// [`crate::secrets::EditSecret`].
    EDIT_SECRET = "PUT" "/v1/secrets/{secret}/description" Session;
    /// [`crate::secrets::VersionsReply`].
    VERSIONS = "GET" "/v1/secrets/{secret}/versions" Session;
    /// [`crate::secrets::WriteVersion`].
    WRITE_VERSION = "POST" "/v1/secrets/{secret}/versions" Session does;
    /// [`crate::secrets::RollBack`].
    ROLL_BACK = "POST" "/v1/secrets/{secret}/roll-back" Session does;
    /// [`crate::secrets::MoveSecret`].
    MOVE_SECRET = "POST" "/v1/secrets/{secret}/move" Session does;
    /// Into the bin.
    DELETE_SECRET = "DELETE" "/v1/secrets/{secret}" Session;
    /// Out of the bin.
    RESTORE_SECRET = "POST" "/v1/secrets/{secret}/restore" Session does;
    /// [`crate::secrets::BinReply`].
    BIN = "GET" "/v1/bin" Session;
    /// [`crate::requests::RequestsReply`].
    REQUESTS = "GET" "/v1/requests" Session;
    /// [`crate::requests::RequestHistoryCall`].
    REQUEST_HISTORY = "POST" "/v1/requests/history" Session asks;
    /// [`crate::requests::MakeRequest`].
    MAKE_REQUEST = "POST" "/v1/requests" Session does;
    /// [`crate::requests::RefuseRequest`].
    REFUSE_REQUEST = "POST" "/v1/requests/{request}/refuse" Session does;
    /// [`crate::requests::ApproveRequest`].
    APPROVE_REQUEST = "POST" "/v1/requests/{request}/approve" Session does;
    /// [`crate::requests::AnswersCall`].
    ANSWER_REQUESTS = "POST" "/v1/requests/answers" Session does;
    /// [`crate::requests::OptionsCall`].
    REQUEST_OPTIONS = "POST" "/v1/requests/options" Session asks;
    /// [`crate::requests::Evidence`].
    REQUEST_EVIDENCE = "GET" "/v1/requests/{request}/evidence" Session;
    /// [`crate::requests::KnownCall`].
    KNOWN = "POST" "/v1/known" Session asks;
    /// [`crate::requests::RequestSettingsReply`].
    REQUEST_SETTINGS = "GET" "/v1/scopes/{scope}/requests" Session;
    /// [`crate::requests::SetRequestSettings`].
    SET_REQUEST_SETTINGS = "PUT" "/v1/scopes/{scope}/requests" Session;
    /// Taken back by its author.
    WITHDRAW_REQUEST = "POST" "/v1/requests/{request}/withdraw" Session does;
    /// [`crate::places::ScopesReply`].
    SCOPES = "GET" "/v1/scopes" Session;
    /// [`crate::places::CreateScope`].
    CREATE_SCOPE = "POST" "/v1/scopes" Session does;
    /// [`crate::places::EditScope`].
    EDIT_SCOPE = "PATCH" "/v1/scopes/{scope}" Session;
    /// [`crate::moving::MovePlan`].
    PREVIEW_MOVE_SCOPE = "POST" "/v1/scopes/{scope}/move/preview" Session asks;
    /// [`crate::moving::MoveScope`].
    MOVE_SCOPE = "POST" "/v1/scopes/{scope}/move" Session does;
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
    /// [`crate::guardrails::GuardrailsReply`].
    GUARDRAILS = "GET" "/v1/guardrails" Session;
    /// [`crate::guardrails::LanguageReply`].
    GUARDRAIL_LANGUAGE = "GET" "/v1/guardrails/language" Session;
    /// [`crate::guardrails::CheckGuardrail`].
    CHECK_GUARDRAIL = "POST" "/v1/guardrails/check" Session asks;
    /// [`crate::guardrail_plan::PastCall`].
    PAST_GUARDRAIL = "POST" "/v1/guardrails/past" Session asks;
    /// [`crate::guardrails::PlanGuardrail`].
    PLAN_GUARDRAIL = "POST" "/v1/guardrails/{policy}/plan" Session asks;
    /// [`crate::guardrails::ChangeGuardrail`].
    CHANGE_GUARDRAIL = "POST" "/v1/guardrails/{policy}/change" Session does;
    /// [`crate::policy_files::ExportFiles`].
    EXPORT_POLICY_FILES = "POST" "/v1/policy-files/export" Session asks;
    /// [`crate::policy_files::PlanFiles`].
    PLAN_POLICY_FILES = "POST" "/v1/policy-files/plan" Session asks;
    /// [`crate::policy_files::ApplyFiles`].
    APPLY_POLICY_FILES = "POST" "/v1/policy-files/apply" Session does;
    /// [`crate::policy_files::DelegationsReply`].
    FILE_DELEGATIONS = "GET" "/v1/policy-files/delegations" Session;
    /// [`crate::policy_files::DelegateFiles`].
    DELEGATE_FILES = "POST" "/v1/policy-files/delegations" Session does;
    /// [`crate::roles::ProposalsCall`].
    PROPOSALS = "POST" "/v1/proposals" Session asks;
    /// [`crate::roles::ApproveProposal`].
    APPROVE_PROPOSAL = "POST" "/v1/proposals/{proposal}/approve" Session does;
    /// [`crate::roles::RefuseProposal`].
    REFUSE_PROPOSAL = "POST" "/v1/proposals/{proposal}/refuse" Session does;
    /// Taken back by its author.
    WITHDRAW_PROPOSAL = "POST" "/v1/proposals/{proposal}/withdraw" Session does;
    /// [`crate::teams::CreateTeam`].
    CREATE_TEAM = "POST" "/v1/teams" Session does;
    /// [`crate::teams::TeamReply`].
    TEAM = "GET" "/v1/teams/{team}" Session;
    /// [`crate::teams::RenameTeam`].
    RENAME_TEAM = "PATCH" "/v1/teams/{team}" Session;
    /// [`crate::teams::AddMember`].
    ADD_MEMBER = "POST" "/v1/teams/{team}/members" Session does;
    /// [`crate::teams::RemoveMember`].
    REMOVE_MEMBER = "DELETE" "/v1/teams/{team}/members" Session;
    /// [`crate::teams::MapGroup`].
    MAP_GROUP = "POST" "/v1/teams/{team}/groups" Session does;
    /// [`crate::teams::UnmapGroup`].
    UNMAP_GROUP = "DELETE" "/v1/teams/{team}/groups" Session;
    /// [`crate::services::ServicesCall`].
    SERVICES = "POST" "/v1/services/list" Session asks;
    /// [`crate::services::CreateService`].
    CREATE_SERVICE = "POST" "/v1/services" Session does;
    /// [`crate::services::ServiceRecord`].
    SERVICE = "GET" "/v1/services/{service}" Session;
    /// [`crate::services::EditService`].
    EDIT_SERVICE = "PATCH" "/v1/services/{service}" Session;
    /// [`crate::services::SetServiceState`].
    SET_SERVICE_STATE = "POST" "/v1/services/{service}/state" Session does;
    /// [`crate::services::MakeServiceKey`].
    MAKE_SERVICE_KEY = "POST" "/v1/services/{service}/keys" Session does;
    /// [`crate::services::EndServiceKey`].
    END_SERVICE_KEY = "DELETE" "/v1/service-keys/{key}" Session;
    /// [`crate::services::ServiceTokenCall`]: a service identity's assertion for a short-lived token.
    SERVICE_TOKEN = "POST" "/v1/service-token" Key does;
    /// [`crate::grants::GrantsReply`].
    GRANTS = "GET" "/v1/grants" Session;
    /// The next page of [`GRANTS`].
    GRANTS_AFTER = "GET" "/v1/grants/after/{grant}" Session;
    /// [`crate::grants::GiveGrant`].
    GIVE_GRANT = "POST" "/v1/grants" Session does;
    /// [`crate::giving::GrantPlan`].
    PREVIEW_GRANT = "POST" "/v1/grants/preview" Session asks;
    /// [`crate::giving::ChoicesCall`].
    GRANT_CHOICES = "POST" "/v1/grants/choices" Session asks;
    /// [`crate::giving::ReceiversCall`].
    GRANT_RECEIVERS = "POST" "/v1/grants/receivers" Session asks;
    /// [`crate::grants::EndGrant`].
    END_GRANT = "DELETE" "/v1/grants/{grant}" Session;
    /// [`crate::grant_change::PlanGrantChange`].
    PLAN_GRANT_CHANGE = "POST" "/v1/grants/{grant}/plan" Session asks;
    /// [`crate::grant_change::ChangeGrant`].
    CHANGE_GRANT = "POST" "/v1/grants/{grant}/change" Session does;
    /// [`crate::emergency::EmergencyReply`].
    EMERGENCY = "GET" "/v1/emergency" Session;
    /// [`crate::emergency::GiveEmergencyRight`].
    GIVE_EMERGENCY = "POST" "/v1/emergency/rights" Session does;
    /// [`crate::emergency::GiveEmergencyRight`], answered with [`crate::giving::GrantPlan`].
    PLAN_EMERGENCY = "POST" "/v1/emergency/rights/preview" Session asks;
    /// [`crate::emergency::DrawsCall`].
    EMERGENCY_DRAWS = "POST" "/v1/emergency/draws" Session asks;
    /// [`crate::emergency::RightsCall`].
    EMERGENCY_RIGHTS = "POST" "/v1/emergency/rights/others" Session asks;
    /// [`crate::emergency::EndEmergencyRight`].
    END_EMERGENCY = "DELETE" "/v1/emergency/rights/{right}" Session;
    /// [`crate::emergency::DrawEmergency`].
    DRAW_EMERGENCY = "POST" "/v1/emergency/rights/{right}/draws" Session does;
    /// [`crate::emergency::ReviewEmergency`].
    REVIEW_EMERGENCY = "POST" "/v1/emergency/draws/{draw}/review" Session does;
    /// [`crate::access::AccessAt`].
    ACCESS_AT = "POST" "/v1/access/scope" Session asks;
    /// [`crate::access::AccessOf`].
    ACCESS_OF = "POST" "/v1/access/principal" Session asks;
    /// [`crate::access::AccessMatrix`].
    ACCESS_MATRIX = "POST" "/v1/access/matrix" Session asks;
    /// [`crate::explain::ExplainCall`].
    EXPLAIN = "POST" "/v1/explain" Session asks;
    /// [`crate::notices::NoticesCall`].
    NOTICES = "POST" "/v1/notices/list" Session asks;
    /// [`crate::notices::ReadNotices`].
    READ_NOTICES = "POST" "/v1/notices/read" Session does;
    /// [`crate::notices::PreferencesReply`].
    NOTICE_PREFERENCES = "GET" "/v1/notices/preferences" Session;
    /// [`crate::notices::SetPreferences`].
    SET_NOTICE_PREFERENCES = "PUT" "/v1/notices/preferences" Session;
    /// [`crate::notices::WebhooksReply`].
    WEBHOOKS = "GET" "/v1/webhooks" Session;
    /// [`crate::notices::CreateWebhook`].
    CREATE_WEBHOOK = "POST" "/v1/webhooks" Session does;
    /// Nothing is posted there any more.
    END_WEBHOOK = "DELETE" "/v1/webhooks/{webhook}" Session;
    /// [`crate::notices::TestReply`].
    TEST_WEBHOOK = "POST" "/v1/webhooks/{webhook}/test" Session does;
    /// [`crate::notices::RotateWebhookKey`].
    ROTATE_WEBHOOK_KEY = "POST" "/v1/webhooks/key" Session does;
    /// [`crate::offboarding::radius::RadiusCall`].
    BLAST_RADIUS = "POST" "/v1/offboarding/radius" Session asks;
    /// [`crate::offboarding::leak::LeakCall`].
    LOOK_UP_LEAK = "POST" "/v1/offboarding/leak" Session does;
    /// [`crate::offboarding::cases::OpenCase`].
    OPEN_CASE = "POST" "/v1/offboarding/cases" Session does;
    /// [`crate::offboarding::cases::Rehearse`].
    REHEARSE_CASE = "POST" "/v1/offboarding/rehearse" Session asks;
    /// [`crate::offboarding::cases::CasesCall`].
    CASES = "POST" "/v1/offboarding/cases/list" Session asks;
    /// [`crate::offboarding::cases::CaseRecord`].
    CASE = "GET" "/v1/offboarding/cases/{case}" Session;
    /// By a second pair of eyes.
    APPROVE_CASE = "POST" "/v1/offboarding/cases/{case}/approve" Session does;
    /// [`crate::offboarding::cases::CancelCase`].
    CANCEL_CASE = "POST" "/v1/offboarding/cases/{case}/cancel" Session does;
    /// [`crate::offboarding::cases::RotationsCall`].
    CASE_ROTATIONS = "POST" "/v1/offboarding/cases/{case}/rotations" Session asks;
    /// [`crate::offboarding::cases::AcceptRotation`].
    ACCEPT_ROTATION = "POST" "/v1/offboarding/cases/{case}/accept" Session does;
    /// [`crate::offboarding::connected::AcceptConnected`].
    ACCEPT_CONNECTED = "POST" "/v1/offboarding/cases/{case}/accept-connected" Session does;
    /// [`crate::offboarding::cases::EndedGrants`].
    CASE_GRANTS = "GET" "/v1/offboarding/cases/{case}/grants" Session;
    /// [`crate::offboarding::cases::EndedOf`].
    ENDED_OF = "GET" "/v1/offboarding/people/{person}/ended" Session;
    /// [`crate::offboarding::report::ReportReply`].
    CASE_REPORT = "GET" "/v1/offboarding/cases/{case}/report" Session;
    /// [`crate::offboarding::cases::RestoreGrants`].
    RESTORE_GRANTS = "POST" "/v1/offboarding/cases/{case}/restore" Session does;
    /// [`crate::offboarding::cases::EnablePerson`].
    ENABLE_PERSON = "POST" "/v1/people/{person}/enable" Session does;
    /// [`crate::offboarding::cases::OffboardingSettings`].
    OFFBOARDING_SETTINGS = "GET" "/v1/offboarding/settings" Session;
    /// [`crate::offboarding::cases::OffboardingSettings`].
    SET_OFFBOARDING_SETTINGS = "PUT" "/v1/offboarding/settings" Session;
    /// [`crate::provisioning::TokensReply`].
    SCIM_TOKENS = "GET" "/v1/scim/tokens" Session;
    /// [`crate::provisioning::MakeToken`].
    MAKE_SCIM_TOKEN = "POST" "/v1/scim/tokens" Session does;
    /// [`crate::provisioning::RotateToken`].
    ROTATE_SCIM_TOKEN = "POST" "/v1/scim/tokens/{token}/rotate" Session does;
    /// Ends a token at once.
    END_SCIM_TOKEN = "DELETE" "/v1/scim/tokens/{token}" Session;
    /// A logout token of the identity provider (OpenID Connect Back-Channel Logout 1.0).
    BACK_CHANNEL_LOGOUT = "POST" "/v1/back-channel-logout" Anyone does;
    /// What this server can (RFC 7644, 4).
    SCIM_CONFIGURATION = "GET" "/scim/v2/ServiceProviderConfig" Provisioner;
    /// Types of resources.
    SCIM_TYPES = "GET" "/scim/v2/ResourceTypes" Provisioner;
    /// One of them.
    SCIM_TYPE = "GET" "/scim/v2/ResourceTypes/{type}" Provisioner;
    /// Their schemas.
    SCIM_SCHEMAS = "GET" "/scim/v2/Schemas" Provisioner;
    /// One of them.
    SCIM_SCHEMA = "GET" "/scim/v2/Schemas/{schema}" Provisioner;
    /// Users and groups; the body says which.
    SEARCH_SCIM = "POST" "/scim/v2/.search" Provisioner asks;
    /// Users; the query says which.
    SCIM_USERS = "GET" "/scim/v2/Users" Provisioner;
    /// The same; the body says which.
    SEARCH_SCIM_USERS = "POST" "/scim/v2/Users/.search" Provisioner asks;
    /// A user comes.
    CREATE_SCIM_USER = "POST" "/scim/v2/Users" Provisioner does;
    /// One user.
    SCIM_USER = "GET" "/scim/v2/Users/{user}" Provisioner;
    /// The whole of a user.
    REPLACE_SCIM_USER = "PUT" "/scim/v2/Users/{user}" Provisioner;
    /// Parts of a user.
    PATCH_SCIM_USER = "PATCH" "/scim/v2/Users/{user}" Provisioner;
    /// A user leaves.
    DELETE_SCIM_USER = "DELETE" "/scim/v2/Users/{user}" Provisioner;
    /// Groups; the query says which.
    SCIM_GROUPS = "GET" "/scim/v2/Groups" Provisioner;
    /// The same; the body says which.
    SEARCH_SCIM_GROUPS = "POST" "/scim/v2/Groups/.search" Provisioner asks;
    /// A group comes.
    CREATE_SCIM_GROUP = "POST" "/scim/v2/Groups" Provisioner does;
    /// One group.
    SCIM_GROUP = "GET" "/scim/v2/Groups/{group}" Provisioner;
    /// The whole of a group.
    REPLACE_SCIM_GROUP = "PUT" "/scim/v2/Groups/{group}" Provisioner;
    /// Parts of a group.
    PATCH_SCIM_GROUP = "PATCH" "/scim/v2/Groups/{group}" Provisioner;
    /// A group goes.
    DELETE_SCIM_GROUP = "DELETE" "/scim/v2/Groups/{group}" Provisioner;
    /// [`crate::order::OrdersCall`].
    ORDERS = "POST" "/v1/device/orders" Device asks;
    /// [`crate::device::AcknowledgementsCall`].
    ACKNOWLEDGE = "POST" "/v1/device/acknowledgements" Device does;
    /// [`crate::journal::JournalCall`].
    JOURNAL = "POST" "/v1/device/journal" Device does;
}
