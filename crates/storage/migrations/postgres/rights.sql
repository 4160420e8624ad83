-- What the server's own role may do (rule 12): on the log's tables it may insert, read, move the head, and erase openings.
-- `migrate` uses the role that owns the tables; the server must not.
GRANT USAGE ON SCHEMA public TO claviger_server;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    organization, kek_generations, server_keys, settings, principals, identities, team_members, group_teams, devices,
    sessions, challenges, used_id_tokens, used_proofs, bootstrap, scopes, scope_ancestors, roles, grants, guardrails,
    secrets, secret_versions, releases, requests, request_steps, request_grants, request_settings, orders, journal, changes, failure_counts,
    usage_mark, usage_grants, usage_places, usage_secrets, usage_deeds, usage_deeds_sums, usage_deeds_mark, proposals,
    services, service_keys, service_key_uses, guardrail_notes,
    emergency_rights, emergency_draws, emergency_reads, emergency_changes, file_delegations, file_objects,
    offboarding_cases, offboarding_voices, offboarding_steps, offboarding_effects, offboarding_devices, offboarding_rotations,
    offboarding_systems, offboarding_accounts, offboarding_known,
    holdings,
    rotations_told, notice_mark, notices, notice_deliveries, notice_preferences, mail_addresses, person_zones, webhooks,
    scim_tokens, scim_users, scim_groups, scim_members, provider_claims
TO claviger_server;
GRANT SELECT, INSERT ON log_events, log_subjects, log_tiles TO claviger_server;
GRANT SELECT, INSERT, DELETE ON log_openings TO claviger_server;
GRANT SELECT, UPDATE ON log_head TO claviger_server;
GRANT SELECT ON _sqlx_migrations TO claviger_server;
