import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Host, HostEvents, Unsubscribe } from './host';
import type { Problem } from './primitives';

const eventNames: Record<keyof HostEvents, string> = {
  stateChanged: 'state-changed',
  changed: 'changed',
  clipboardCleared: 'clipboard-cleared',
  orderExecuted: 'order-executed',
  linkWaits: 'link-waits',
};

export function desktopHost(): Host {
  return {
    on: subscribe,
    state: () => call('state'),
    connectServer: (origin) => call('connect_server', { origin }),
    confirmServer: (origin, fingerprint) => call('confirm_server', { origin, fingerprint }),
    forgetServer: () => call('forget_server'),
    signIn: (bootstrapCode) => call('sign_in', { bootstrapCode }),
    cancelSignIn: () => call('cancel_sign_in'),
    signOut: () => call('sign_out'),
    lock: () => call('lock'),
    unlock: () => call('unlock'),
    retryKeyring: () => call('retry_keyring'),
    noteActivity: () => call('note_activity'),
    syncNow: () => call('sync_now'),

    places: () => call('places'),
    list: (query) => call('list', { query }),
    search: (text, limit) => call('search', { text, limit }),
    secret: (id) => call('secret', { id }),
    setFavourite: (id, on) => call('set_favourite', { id, on }),
    copyValue: (id, version) => call('copy_value', { id, version }),
    clearClipboard: () => call('clear_clipboard'),
    copyText: (text) => call('copy_text', { text }),
    revealValue: (id, version) => call('reveal_value', { id, version }),
    createSecret: (draft) => call('create_secret', { draft }),
    updateMetadata: (id, edit) => call('update_metadata', { id, edit }),
    newVersion: (id, value, fulfils) => call('new_version', { id, value, fulfils }),
    chooseEnvFile: (place) => call('choose_env_file', { place }),
    importEnvFile: (id, choices) => call('import_env_file', { id, choices }),
    forgetEnvFile: () => call('forget_env_file'),
    deleteSecret: (id) => call('delete_secret', { id }),
    restoreSecret: (id) => call('restore_secret', { id }),
    bin: () => call('bin'),
    keepOffline: (place, on) => call('keep_offline', { place, on }),

    requests: () => call('requests'),
    requestHistory: (after) => call('request_history', { after }),
    requestRotation: (secret, reason) => call('request_rotation', { secret, reason }),
    refuseRequest: (id, words) => call('refuse_request', { id, words }),
    withdrawRequest: (id) => call('withdraw_request', { id }),
    accessOptions: (place, secret) => call('access_options', { place, secret }),
    requestAccess: (ask) => call('request_access', { ask }),
    approveRequest: (id, terms) => call('approve_request', { id, terms }),
    answerRequests: (ids, refusal) => call('answer_requests', { ids, refusal }),
    handBack: (id) => call('hand_back', { id }),
    requestEvidence: (id) => call('request_evidence', { id }),

    accessPlaces: () => call('access_places'),
    signInAfresh: () => call('sign_in_afresh'),
    accessAt: (place, after) => call('access_at', { place, after }),
    accessOf: (principal, after) => call('access_of', { principal, after }),
    accessMatrix: (top, after, afterPlaces) => call('access_matrix', { top, after, afterPlaces }),
    accessPeople: (letters) => call('access_people', { letters }),
    lesserRoles: (role) => call('lesser_roles', { role }),
    planGrantChange: (grant, change) => call('plan_grant_change', { grant, change }),
    changeGrant: (grant, change, digest, reason) => call('change_grant', { grant, change, digest, reason }),
    explain: (about, action, principal) => call('explain', { about, action, principal }),

    giveChoices: (place, principal, action) => call('give_choices', { place, principal, action }),
    giveReceivers: (place, role, letters) => call('give_receivers', { place, role, letters }),
    planAccess: (give) => call('plan_access', { give }),
    giveAccess: (give, grant, digest, reason) => call('give_access', { give, grant, digest, reason }),

    emergency: () => call('emergency'),
    emergencyDraws: (after) => call('emergency_draws', { after }),
    emergencyRights: (after) => call('emergency_rights', { after }),
    planEmergency: (give) => call('plan_emergency', { give }),
    giveEmergency: (give, right, digest, reason) => call('give_emergency', { give, right, digest, reason }),
    endEmergency: (right, reason) => call('end_emergency', { right, reason }),
    drawEmergency: (right, reason, seconds) => call('draw_emergency', { right, reason, seconds }),
    endDraw: (grant, reason) => call('end_draw', { grant, reason }),
    reviewEmergency: (draw, verdict, words) => call('review_emergency', { draw, verdict, words }),

    managedPlaces: () => call('managed_places'),
    createPlace: (place) => call('create_place', { place }),
    editPlace: (id, edit) => call('edit_place', { id, edit }),
    planMove: (id, parent) => call('plan_move', { id, parent }),
    movePlace: (id, parent, digest) => call('move_place', { id, parent, digest }),
    approvalSettings: (place) => call('approval_settings', { place }),
    setApproval: (place, edit) => call('set_approval', { place, edit }),
    services: (after) => call('services', { after }),
    service: (id) => call('service', { id }),
    servicePlaces: () => call('service_places'),
    createService: (draft) => call('create_service', { draft }),
    editService: (id, edit) => call('edit_service', { id, edit }),
    setServiceActive: (id, active, reason) => call('set_service_active', { id, active, reason }),
    makeServiceKey: (service, draft) => call('make_service_key', { service, draft }),
    registerServiceKey: (service, draft, publicKey) => call('register_service_key', { service, draft, publicKey }),
    endServiceKey: (key, reason) => call('end_service_key', { key, reason }),
    people: () => call('people'),
    team: (id) => call('team', { id }),
    createTeam: (name) => call('create_team', { name }),
    renameTeam: (id, name) => call('rename_team', { id, name }),
    addMember: (team, member) => call('add_member', { team, member }),
    removeMember: (team, member) => call('remove_member', { team, member }),
    mapGroup: (team, group, reason, propose) => call('map_group', { team, group, reason, propose }),
    unmapGroup: (team, group) => call('unmap_group', { team, group }),
    roles: () => call('roles'),
    putRole: (edit, reason, propose) => call('put_role', { edit, reason, propose }),
    deleteRole: (id, reason) => call('delete_role', { id, reason }),
    guardrails: () => call('guardrails'),
    guardrailLanguage: () => call('guardrail_language'),
    checkGuardrail: (text) => call('check_guardrail', { text }),
    planGuardrail: (edit, skip) => call('plan_guardrail', { edit, skip }),
    guardrailPast: (text, skip) => call('guardrail_past', { text, skip }),
    changeGuardrail: (edit, digest, reason, propose) => call('change_guardrail', { edit, digest, reason, propose }),
    proposals: () => call('proposals'),
    approveProposal: (id, digest) => call('approve_proposal', { id, digest }),
    refuseProposal: (id, words) => call('refuse_proposal', { id, words }),
    withdrawProposal: (id) => call('withdraw_proposal', { id }),

    notices: (before, unread) => call('notices', { before, unread }),
    readNotices: (ids) => call('read_notices', { ids }),
    readNoticesUntil: (until) => call('read_notices_until', { until }),
    noticePreferences: () => call('notice_preferences'),
    setNoticePreference: (kind, way, wanted) => call('set_notice_preference', { kind, way, wanted }),
    exportPolicyFiles: () => call('export_policy_files'),
    comparePolicyFiles: () => call('compare_policy_files'),
    policyDelegations: () => call('policy_delegations'),
    delegatePolicyFiles: (draft, reason) => call('delegate_policy_files', { draft, reason }),

    webhooks: () => call('webhooks'),
    createWebhook: (draft) => call('create_webhook', { draft }),
    endWebhook: (id) => call('end_webhook', { id }),
    rotateWebhookKey: (replaces, atOnce) => call('rotate_webhook_key', { replaces, atOnce }),
    testWebhook: (id) => call('test_webhook', { id }),
    provisioning: () => call('provisioning'),
    makeProvisioningToken: (draft) => call('make_provisioning_token', { draft }),
    rotateProvisioningToken: (id, turn) => call('rotate_provisioning_token', { id, turn }),
    endProvisioningToken: (id) => call('end_provisioning_token', { id }),
    takeLink: () => call('take_link'),

    offboardingRights: () => call('offboarding_rights'),
    blastRadius: (of, after) => call('blast_radius', { of, after }),
    lookUpLeak: (value) => call('look_up_leak', { value }),
    rehearseCase: (person, heir) => call('rehearse_case', { person, heir }),
    openCase: (draft) => call('open_case', { draft }),
    cases: (open, after) => call('cases', { open, after }),
    case: (id) => call('case', { id }),
    approveCase: (id, startsAt) => call('approve_case', { id, startsAt }),
    saveCaseReport: (id) => call('save_case_report', { id }),
    cancelCase: (id, reason) => call('cancel_case', { id, reason }),
    caseRotations: (id, after) => call('case_rotations', { id, after }),
    acceptRotation: (id, secret, reason) => call('accept_rotation', { id, secret, reason }),
    acceptConnected: (id, system, account, reason) => call('accept_connected', { id, system, account, reason }),
    endedGrants: (id) => call('ended_grants', { id }),
    endedOf: (person) => call('ended_of', { person }),
    restoreGrants: (id, grants, teams, reason) => call('restore_grants', { id, grants, teams, reason }),
    enablePerson: (person, reason) => call('enable_person', { person, reason }),
    brake: () => call('brake'),
    setBrake: (peoplePerHour, people) => call('set_brake', { peoplePerHour, people }),

    history: (query) => call('history', { query }),
    proofStatus: () => call('proof_status'),
    exportHistory: (format, query) => call('export_history', { format, query }),

    leases: () => call('leases'),
    devices: () => call('devices'),
    endSession: (id) => call('end_session', { id }),
    endDevice: (id) => call('end_device', { id }),
    settings: () => call('settings'),
    setSettings: (settings) => call('set_settings', { settings }),
  };
}

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (refusal) {
    throw problemOf(refusal);
  }
}

/** Whatever the bridge throws, the page sees a problem with a code. */
export function problemOf(refusal: unknown): Problem {
  if (typeof refusal === 'object' && refusal !== null && 'code' in refusal && typeof refusal.code === 'string') {
    const given = refusal as Partial<Problem> & { code: string };
    return {
      code: given.code,
      message: given.message ?? '',
      detail: given.detail ?? null,
      remedy: given.remedy ?? null,
    };
  }
  return { code: 'internal', message: '', detail: String(refusal), remedy: null };
}

function subscribe<E extends keyof HostEvents>(event: E, listener: (payload: HostEvents[E]) => void): Unsubscribe {
  let ended = false;
  let end: Unsubscribe | undefined;
  void listen<HostEvents[E]>(eventNames[event], ({ payload }) => {
    if (!ended) listener(payload);
  }).then((unlisten) => {
    if (ended) unlisten();
    else end = unlisten;
  });
  return () => {
    ended = true;
    end?.();
  };
}
