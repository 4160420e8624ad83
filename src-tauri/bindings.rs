//! The list of commands and events, from which the page's bindings are generated.

use crate::commands::{
    access, account, device, export, giving, history, organization, requests, secrets, state, values,
};
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
            giving::give_choices,
            giving::give_receivers,
            giving::plan_access,
            giving::give_access,
            organization::managed_places,
            organization::create_place,
            organization::edit_place,
            organization::plan_move,
            organization::move_place,
            organization::approval_settings,
            organization::set_approval,
            organization::people,
            organization::team,
            organization::create_team,
            organization::rename_team,
            organization::add_member,
            organization::remove_member,
            organization::map_group,
            organization::unmap_group,
            organization::roles,
            organization::put_role,
            organization::delete_role,
            organization::proposals,
            organization::approve_proposal,
            organization::refuse_proposal,
            organization::withdraw_proposal,
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
