//! The list of commands and events, from which the page's bindings are generated.

use crate::commands::{access, account, device, export, history, requests, secrets, state, values};
use claviger_vault::view::{
    event::{Changed, ClipboardCleared, OrderExecuted},
    state::AppState,
};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

/// Every command, with the types that cross the bridge.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .commands(collect_commands![
            state::state,
            state::note_activity,
            account::connect_server,
            account::confirm_server,
            account::forget_server,
            account::sign_in,
            account::cancel_sign_in,
            account::sign_out,
            account::lock,
            account::unlock,
            account::retry_keyring,
            account::sync_now,
            secrets::places,
            secrets::list,
            secrets::search,
            secrets::secret,
            secrets::set_favourite,
            secrets::update_metadata,
            secrets::delete_secret,
            secrets::restore_secret,
            secrets::bin,
            secrets::keep_offline,
            values::copy_value,
            values::clear_clipboard,
            values::copy_text,
            values::reveal_value,
            values::create_secret,
            values::new_version,
            requests::requests,
            requests::request_rotation,
            requests::refuse_request,
            requests::withdraw_request,
            access::access_places,
            access::access_at,
            access::access_of,
            access::access_matrix,
            access::access_people,
            access::lesser_roles,
            access::plan_grant_change,
            access::change_grant,
            access::explain,
            requests::access_options,
            requests::request_access,
            requests::approve_request,
            requests::answer_requests,
            requests::hand_back,
            requests::request_evidence,
            history::history,
            history::proof_status,
            export::export_history,
            device::leases,
            device::devices,
            device::end_session,
            device::end_device,
            device::settings,
            device::set_settings,
        ])
        .typ::<AppState>()
        .typ::<Changed>()
        .typ::<ClipboardCleared>()
        .typ::<OrderExecuted>()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .dangerously_cast_bigints_to_number()
}
