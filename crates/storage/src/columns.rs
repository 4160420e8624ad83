//! The columns of each row type, in the order in which its reader takes them. Each macro names the table's alias.

macro_rules! principal_columns {
    () => {
        "p.id, p.name, p.state, p.kind, p.outside, p.class, p.owner, p.email, p.created_at"
    };
}

macro_rules! proposal_columns {
    () => {
        "o.id, o.kind, o.content, o.widens, o.reason, o.author, o.proposed_at, o.expires_at, o.state, o.answered_by, \
         o.answered_at, o.word"
    };
}

macro_rules! notice_columns {
    () => {
        "n.id, n.person, n.kind, n.at, n.about, n.read_at"
    };
}

macro_rules! webhook_columns {
    () => {
        "w.id, w.name, w.url, w.kinds, w.made_by, w.made_at, w.ended_at, w.ended_by"
    };
}

macro_rules! scim_token_columns {
    () => {
        "k.id, k.name, k.hash, k.made_by, k.made_at, k.ends_at, k.last_used_at, k.replaces, k.ended_at, k.ended_by"
    };
}

macro_rules! scim_user_columns {
    () => {
        "u.id, u.principal, u.user_name, u.external_id, u.active, u.attributes, u.version, u.made_at, u.changed_at"
    };
}

macro_rules! scim_group_columns {
    () => {
        "g.id, g.display, g.external_id, g.version, g.made_at, g.changed_at"
    };
}

macro_rules! service_columns {
    () => {
        "v.principal, v.kind, v.home, v.made_by, v.made_at"
    };
}

macro_rules! service_key_columns {
    () => {
        "k.id, k.service, k.name, k.jkt, k.networks, k.made_by, k.made_at, k.ends_at, k.last_used_at, k.ended_at, k.ended_by"
    };
}

macro_rules! device_columns {
    () => {
        "d.id, d.principal, d.name, d.platform, d.jkt, d.proof_key, d.sealing_key, d.state, d.cache_generation, \
         d.cache_digest, d.journal_seq, d.journal_head, d.enrolled_at, d.seen_at"
    };
}

macro_rules! session_columns {
    () => {
        "s.id, s.principal, s.device, s.refresh_n, s.refresh_used, s.issuer, s.subject, s.audience, s.sid, s.acr, \
         s.amr, s.auth_time, s.nonce, s.access_hash, s.access_expires_at, s.created_at, s.ends_at, s.asserted_at, \
         s.state, s.ended_at, s.service_key, s.networks"
    };
}

macro_rules! scope_columns {
    () => {
        "c.id, c.parent, c.path, c.class, c.discoverable, c.lease_seconds"
    };
}

macro_rules! grant_columns {
    () => {
        "g.id, g.principal, g.role, g.scope, g.reason, g.granted_by, g.granted_at, g.not_before, g.expires_at, \
         g.conditions, g.ended_at, g.ended_by, g.ended_reason"
    };
}

macro_rules! secret_columns {
    () => {
        "s.id, s.scope, s.name, s.variable, s.kind, s.owner, s.tags, s.note, s.rotate_after_days, s.expires_at, \
         s.version, s.created_at, s.changed_at, s.deleted_at"
    };
}

macro_rules! version_columns {
    () => {
        "v.secret, v.version, v.stage, v.size, v.is_binary, v.created_at, v.created_by"
    };
}

macro_rules! sealed_columns {
    () => {
        concat!(
            version_columns!(),
            ", v.envelope, v.data_key, v.kek, v.fingerprint"
        )
    };
}

macro_rules! entry_columns {
    () => {
        "e.idx, e.event, e.at, e.kind, e.outcome, e.actor, e.leaf, e.leaf_hash"
    };
}

macro_rules! release_columns {
    () => {
        "r.event, r.principal, r.device, r.secret, r.version, r.ciphertext_sha256, r.issued_at, r.max_age_ms, \
         r.ended_at"
    };
}

macro_rules! request_columns {
    () => {
        "r.id, r.kind, r.scope, r.secret, r.role, r.seconds, r.asked_by, r.asked_at, r.reason, r.state, \
         r.answered_by, r.answered_at, r.word, r.version, r.extends"
    };
}

macro_rules! step_columns {
    () => {
        "t.request, t.approved_by, t.approved_at, t.role, t.scope, t.seconds, t.word"
    };
}

macro_rules! given_columns {
    () => {
        "v.request, v.given, v.rule, v.ends_at, v.closed_at"
    };
}

macro_rules! emergency_right_columns {
    () => {
        "y.id, y.principal, y.role, y.scope, y.reason, y.given_by, y.given_at, y.ends_at, y.ended_at, y.ended_by, \
         y.ended_reason"
    };
}

macro_rules! emergency_draw_columns {
    () => {
        "w.id, w.emergency_right, w.given, y.principal, y.role, y.scope, w.reason, w.drawn_at, w.ends_at, w.closed_at, \
         w.again, w.reviewed_by, w.reviewed_at, w.verdict, w.review_words"
    };
}

macro_rules! case_columns {
    () => {
        "a.id, a.person, a.cause, a.state, a.reason, a.opened_by, a.opened_at, a.heir, a.starts_at, a.starts_local, \
         a.starts_zone, a.brake, a.approved_by, a.approved_at, a.clicked_at, a.begun_at, a.numbers, a.digest, \
         a.closed_by, a.closed_at, a.closed_reason, a.returned_at, a.look_at"
    };
}

macro_rules! effect_columns {
    () => {
        "e.offboarding, e.kind, e.object, e.detail, e.at, e.restored_by, e.restored_at, e.restored_as"
    };
}

macro_rules! rotation_columns {
    () => {
        "t.offboarding, t.secret, t.version, t.fingerprint, t.how, t.risk, t.owner, t.due_at, t.request, t.state, \
         t.settled_at, t.settled_by, t.settled_version, t.words"
    };
}

macro_rules! case_system_columns {
    () => {
        "s.offboarding, s.system, s.kind, s.state, s.attempts, s.next_at, s.said, s.since, s.asked_at, s.accepted_by, \
         s.accepted_at, s.reason"
    };
}

macro_rules! case_account_columns {
    () => {
        "k.id, k.offboarding, k.system, k.name, k.account_key, k.places, k.state, k.presence, k.kept, k.attempts, \
         k.next_at, k.said, k.since, k.found_at, k.disabled_at, k.removed_at, k.verified_at, k.accepted_by, \
         k.accepted_at, k.reason"
    };
}

macro_rules! order_columns {
    () => {
        "o.id, o.device, o.seq, o.targets, o.signed, o.issued_at, o.known_generation, o.known_journal_seq, \
         o.acknowledged_at, o.acknowledgement"
    };
}

macro_rules! change_columns {
    () => {
        "c.cursor, c.at, c.kind, c.scope, c.secret, c.principal, c.request"
    };
}

macro_rules! head_columns {
    () => {
        "h.next_index, h.epoch, h.last_time, h.sync_cursor, h.sync_floor, h.origin, h.edge, h.checkpoint, \
         h.keys"
    };
}
