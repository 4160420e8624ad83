//! Offboarding by the use cases, through the real server: seen, rehearsed, done, followed device by device, undone; and the brake.

use crate::{
    is_online, list,
    organization::{id_of, make, place, sign_in},
    support::Server,
    until,
};
use claviger_testkit::peers::provider::{CLIENT_ID, Person, Provider};
use claviger_vault::{
    Purpose, Vault,
    view::{
        giving::{GiveAccess, GiveConditions},
        offboarding::{
            HoldingWay,
            cases::{
                BrakeReason, CaseDraft, CaseEffectKind, CaseStands, CaseStepState, CaseView, RotationStands,
                StartDraft,
            },
            radius::{AloneView, SuspectKind, SuspectRef},
        },
        places::EnvironmentClass,
        secret::SecretKind,
        state::SessionState,
        value::{SecretDraft, ValueInput},
    },
};
use std::path::Path;

const VALUE: &str = "sk_live_of_the_leaver";

async fn give(vault: &Vault, principal: &str, role: &str, place: &str) {
    let choices = vault.give_choices(place, None, None).await.unwrap();
    let role = choices
        .into_iter()
        .find(|choice| choice.name == role)
        .unwrap()
        .role;
    let give = GiveAccess {
        principal: principal.to_owned(),
        role,
        place: place.to_owned(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = vault.plan_access(&give).await.unwrap();
    vault
        .give_access(&give, &plan.grant, &plan.digest, "works on it")
        .await
        .unwrap();
}

fn person(id: &str) -> SuspectRef {
    SuspectRef {
        kind: SuspectKind::Person,
        id: id.to_owned(),
    }
}

fn text(text: &str) -> ValueInput {
    ValueInput::Text {
        text: text.to_owned(),
    }
}

/// An organization of olga, who owns it, with ben and cleo; ben can write in payments/production and made a secret there.
struct Company {
    _provider: Provider,
    folder: tempfile::TempDir,
    _server: Server,
    olga: Vault,
    ben: Vault,
    cleo: Vault,
    ben_id: String,
    cleo_id: String,
    secret: String,
}

impl Company {
    async fn found() -> Self {
        let people = ["olga", "ben", "cleo"].map(|name| Person::new(name, &[]));
        let provider = Provider::start(&people).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
        let home: &Path = folder.path();
        let olga = sign_in(&server, home, "olga", Some(server.bootstrap_code())).await;
        let ben = sign_in(&server, home, "ben", None).await;
        let cleo = sign_in(&server, home, "cleo", None).await;
        make(&olga, "", "payments", None).await;
        let class = Some(EnvironmentClass::Production);
        make(&olga, "payments", "production", class).await;
        let production = place(&olga, "payments/production").await.id;
        let (ben_id, cleo_id) = (id_of(&olga, "ben").await, id_of(&olga, "cleo").await);
        give(&olga, &ben_id, "Editor", &production).await;
        give(&olga, &cleo_id, "Editor", &production).await;
        let team = olga.create_team("Payments").await.unwrap();
        olga.add_member(&team, &ben_id).await.unwrap();
        until("the right to make a secret", async || {
            let places = ben.places().await.unwrap().places;
            places.into_iter().find(|one| one.rights.create)
        })
        .await;
        let draft = SecretDraft {
            place: production,
            title: "Stripe".to_owned(),
            env_name: None,
            kind: SecretKind::ApiKey,
            tags: Vec::new(),
            note: None,
            value: text(VALUE),
        };
        let secret = ben.create_secret(draft).await.unwrap();
        let opened = ben.value(&secret, None, Purpose::Reveal).await.unwrap();
        assert_eq!(opened.value.expose(), VALUE.as_bytes());
        Self {
            _provider: provider,
            folder,
            _server: server,
            olga,
            ben,
            cleo,
            ben_id,
            cleo_id,
            secret,
        }
    }

    /// A draft as a rehearsal prepares it.
    async fn draft(&self, heir: Option<&str>) -> CaseDraft {
        let rehearsal = self.olga.rehearse_case(&self.ben_id, heir).await.unwrap();
        CaseDraft {
            case: rehearsal.case,
            person: self.ben_id.clone(),
            reason: "moves on".to_owned(),
            heir: heir.map(str::to_owned),
            start: None,
        }
    }
}

/// Waits until the page of whoever left shows that they are out, and says why.
async fn out(vault: &Vault) -> String {
    until("the end of the leaver's session", async || {
        match vault.state().session {
            SessionState::SignedOut { problem, .. } => problem.map(|problem| problem.code),
            _ => None,
        }
    })
    .await
}

fn all_steps_done(case: &CaseView) -> bool {
    !case.steps.is_empty() && case.steps.iter().all(|step| step.state == CaseStepState::Done)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_leaves_and_it_is_seen_device_by_device_until_the_value_changed() {
    let company = Company::found().await;
    let Company { olga, ben, cleo, .. } = &company;
    assert!(olga.offboarding_rights().unwrap().conduct && olga.offboarding_rights().unwrap().own);
    assert!(!cleo.offboarding_rights().unwrap().conduct);
    assert_eq!(cleo.cases(false, None).await.unwrap_err().code, "forbidden");
    let refused = cleo.blast_radius(&person(&company.ben_id), None).await;
    assert_eq!(refused.unwrap_err().code, "forbidden");
    assert!(olga.cases(false, None).await.unwrap().cases.is_empty());

    // What ben reaches and holds.
    let radius = olga.blast_radius(&person(&company.ben_id), None).await.unwrap();
    assert_eq!(radius.name, "ben");
    assert_eq!((radius.numbers.known, radius.numbers.seen), (1, 1));
    let known = radius.known.first().unwrap();
    assert_eq!(known.secret.reference.title, "Stripe");
    assert_eq!(known.secret.reference.path, "payments/production");
    assert!(known.risk >= 80 && known.holdings.iter().any(|one| one.way == HoldingWay::Revealed));
    assert_eq!(radius.reach.first().unwrap().class, EnvironmentClass::Production);
    assert!(matches!(radius.alone.first(), Some(AloneView::Secret { secret }) if !secret.in_bin));
    let device = radius.devices.first().unwrap().clone();
    let lost = SuspectRef {
        kind: SuspectKind::Device,
        id: device.id.clone(),
    };
    let lost = olga.blast_radius(&lost, None).await.unwrap();
    assert_eq!(lost.whose.unwrap().name, "ben");
    assert_eq!(lost.numbers.known, 1);

    // Rehearsed, nothing happens; with an heir who is none it is refused.
    let unfit = olga.rehearse_case(&company.ben_id, Some(&company.ben_id)).await;
    assert_eq!(unfit.unwrap_err().code, "unfitHeir");
    let rehearsal = olga
        .rehearse_case(&company.ben_id, Some(&company.cleo_id))
        .await
        .unwrap();
    assert_eq!((rehearsal.rotations, rehearsal.brake), (1, None));
    assert!(is_online(ben));
    let draft = company.draft(Some(&company.cleo_id)).await;
    let silent = CaseDraft {
        reason: " ".to_owned(),
        ..draft.clone()
    };
    assert_eq!(olga.open_case(&silent).await.unwrap_err().code, "reasonMissing");

    // Done; the leaver's window says so, and the same draft again is the same case.
    let opened = olga.open_case(&draft).await.unwrap();
    assert!(!opened.merged && opened.case.begun.is_some());
    assert_eq!(olga.open_case(&draft).await.unwrap().case.id, opened.case.id);
    assert_eq!(out(ben).await, "allAccessEnded");
    let case = until("each device's word and every step", async || {
        let case = olga.case(&draft.case).await.unwrap();
        let told = case.devices.iter().all(|device| device.acknowledged_at.is_some());
        (all_steps_done(&case) && told && case.stands != CaseStands::Running).then_some(case)
    })
    .await;
    assert_eq!(case.stands, CaseStands::Waiting);
    assert!(!case.person.active);
    assert_eq!(case.heir.unwrap().name, "cleo");
    let told = case.devices.first().unwrap();
    assert_eq!(
        (told.id.as_str(), told.name.as_str()),
        (device.id.as_str(), "laptop")
    );
    assert!(told.after_ms.is_some() && case.acknowledged.count == 1);
    for (kind, all) in [(CaseEffectKind::Grant, 1), (CaseEffectKind::SecretOwner, 1)] {
        assert!(
            case.effects.iter().any(|one| one.kind == kind && one.all == all),
            "{kind:?}"
        );
    }

    // The value changes and the case is over.
    let rotations = olga.case_rotations(&draft.case, None).await.unwrap();
    let open = rotations.rotations.first().unwrap();
    assert_eq!(
        (open.stands, open.way),
        (RotationStands::Open, HoldingWay::Revealed)
    );
    assert_eq!(open.owner.as_ref().unwrap().name, "cleo");
    cleo.new_version(&company.secret, text("sk_live_new"), None)
        .await
        .unwrap();
    until("the end of the case", async || {
        let case = olga.case(&draft.case).await.unwrap();
        (case.stands == CaseStands::Done && case.closed.is_some()).then_some(())
    })
    .await;
    let settled = olga.case_rotations(&draft.case, None).await.unwrap();
    let changed = settled.rotations.first().unwrap();
    assert_eq!(changed.stands, RotationStands::Changed);
    assert!(changed.settled.is_some());

    // The way back: enabled, nothing is there; then the grant is given again, once.
    for (name, begins) in [
        ("report.html", "<!DOCTYPE html>"),
        ("report.json", "{\"report\":{"),
    ] {
        let path = company.folder.path().join(name);
        olga.save_case_report(&draft.case, &path).await.unwrap();
        assert!(
            std::fs::read_to_string(path).unwrap().starts_with(begins),
            "{name}"
        );
    }
    let ended = olga.ended_grants(&draft.case).await.unwrap();
    let grant = ended.grants.first().unwrap().clone();
    let team = ended.teams.first().unwrap().clone();
    assert_eq!((ended.teams.len(), team.name.as_str()), (1, "Payments"));
    assert_eq!(
        (grant.role.name.as_str(), grant.path.as_str()),
        ("Editor", "payments/production")
    );
    let early = olga
        .restore_grants(&draft.case, std::slice::from_ref(&grant.id), &[], "back")
        .await;
    assert!(early.is_err(), "nobody has grants who is not enabled");
    olga.enable_person(&company.ben_id, "is back").await.unwrap();
    ben.sign_in(None).await.unwrap();
    until("ben's sync", async || is_online(ben).then_some(())).await;
    assert_eq!(list(ben).await.total, 0, "coming back restores nothing");
    olga.restore_grants(&draft.case, &[grant.id], std::slice::from_ref(&team.id), "back")
        .await
        .unwrap();
    let ended = olga.ended_grants(&draft.case).await.unwrap();
    assert!(ended.grants.iter().all(|one| one.restored) && ended.teams.iter().all(|one| one.restored));
    let members = olga.team(&team.id).await.unwrap().members;
    assert!(
        members
            .iter()
            .any(|member| member.by_hand && member.principal.person.id == company.ben_id)
    );
    until("ben's names", async || (list(ben).await.total == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_braked_called_off_accepted() {
    let company = Company::found().await;
    let Company { olga, ben, .. } = &company;
    let draft = company.draft(None).await;

    // At a time of a zone; then called off, and nothing happened.
    let in_a_month =
        jiff::Timestamp::from_millisecond(olga.now().millis()).unwrap() + jiff::Span::new().hours(720);
    let soon = format!("{}T18:00", in_a_month.strftime("%Y-%m-%d"));
    let nowhere = CaseDraft {
        start: Some(StartDraft {
            local: soon.clone(),
            zone: "Europe/Atlantis".to_owned(),
        }),
        ..draft.clone()
    };
    assert_eq!(olga.open_case(&nowhere).await.unwrap_err().code, "notAccepted");
    let planned = CaseDraft {
        start: Some(StartDraft {
            local: soon.clone(),
            zone: "Europe/Berlin".to_owned(),
        }),
        ..draft
    };
    let opened = olga.open_case(&planned).await.unwrap().case;
    assert_eq!(opened.stands, CaseStands::Planned);
    let start = opened.start.clone().unwrap();
    assert!(start.local.starts_with(&soon) && start.zone == "Europe/Berlin");
    assert!(start.at > olga.now().millis());
    let seen = olga.case(&opened.id).await.unwrap();
    assert!(seen.may_cancel && !seen.may_approve);
    let off = olga.cancel_case(&opened.id, "stays after all").await.unwrap();
    assert_eq!(off.stands, CaseStands::Cancelled);
    assert_eq!(off.closed.unwrap().reason.as_deref(), Some("stays after all"));
    assert!(is_online(ben));

    // Whoever is protected waits for a second pair of eyes, and reads nothing meanwhile.
    let brake = olga.brake().await.unwrap();
    assert_eq!((brake.people_per_hour, brake.protected.len()), (10, 0));
    let set = olga
        .set_brake(5, std::slice::from_ref(&company.ben_id))
        .await
        .unwrap();
    assert_eq!(
        (set.people_per_hour, set.protected.first().unwrap().name.as_str()),
        (5, "ben")
    );
    let root = place(olga, "").await.id;
    give(olga, &company.cleo_id, "Offboarder", &root).await;
    let cleo = &company.cleo;
    until("cleo conducts offboarding", async || {
        cleo.offboarding_rights().unwrap().conduct.then_some(())
    })
    .await;
    let rights = cleo.offboarding_rights().unwrap();
    assert!(!rights.own && rights.enable);
    assert_eq!(cleo.set_brake(0, &[]).await.unwrap_err().code, "forbidden");
    let rehearsal = olga.rehearse_case(&company.ben_id, None).await.unwrap();
    assert_eq!(rehearsal.brake, Some(BrakeReason::Protected));
    let draft = CaseDraft {
        case: rehearsal.case,
        start: None,
        heir: None,
        ..planned
    };
    let braked = olga.open_case(&draft).await.unwrap().case;
    assert_eq!(
        (braked.stands, braked.brake),
        (CaseStands::Braked, Some(BrakeReason::Protected))
    );
    let seen = olga.case(&braked.id).await.unwrap();
    assert!(!seen.may_approve && seen.may_cancel);
    assert_eq!(
        olga.approve_case(&braked.id, None).await.unwrap_err().code,
        "forbidden"
    );
    let nothing = ben.value(&company.secret, None, Purpose::Reveal).await;
    assert!(nothing.is_err(), "suspended, ben reads nothing");
    let listed = cleo.cases(true, None).await.unwrap();
    assert_eq!(listed.cases.first().unwrap().stands, CaseStands::Braked);
    assert!(cleo.case(&braked.id).await.unwrap().may_approve);
    let begun = cleo.approve_case(&braked.id, None).await.unwrap();
    assert!(begun.begun.is_some() && begun.approved.unwrap().by.unwrap().name == "cleo");

    // An Owner, and nobody else, accepts that the value stays.
    let case = until("the rotation", async || {
        let case = olga.case(&braked.id).await.unwrap();
        all_steps_done(&case).then_some(case)
    })
    .await;
    assert_eq!(case.owners.first().map(|one| (one.all, one.open)), Some((1, 1)));
    let refused = cleo.accept_rotation(&case.id, &company.secret, "test key").await;
    assert_eq!(refused.unwrap_err().code, "forbidden");
    olga.accept_rotation(&case.id, &company.secret, "test key")
        .await
        .unwrap();
    let accepted = olga.case_rotations(&case.id, None).await.unwrap();
    let accepted = accepted.rotations.first().unwrap();
    assert_eq!(accepted.stands, RotationStands::Accepted);
    assert_eq!(
        accepted.settled.as_ref().unwrap().reason.as_deref(),
        Some("test key")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_value_finds_its_versions_and_holders() {
    let company = Company::found().await;
    let Company { olga, ben, cleo, .. } = &company;
    let found = olga.look_up_leak(text(&format!("  {VALUE}\n"))).await.unwrap();
    let version = found.versions.first().unwrap();
    assert_eq!(
        (found.versions.len(), version.version, version.current),
        (1, 1, true)
    );
    assert_eq!(version.secret.reference.path, "payments/production");
    let holders: Vec<_> = version
        .holdings
        .iter()
        .map(|one| one.person.name.as_str())
        .collect();
    assert!(!holders.is_empty() && holders.iter().all(|name| *name == "ben"));
    ben.new_version(&company.secret, text("another"), None)
        .await
        .unwrap();
    let old = olga.look_up_leak(text(VALUE)).await.unwrap();
    assert_eq!(
        old.versions.iter().map(|one| one.current).collect::<Vec<_>>(),
        [false]
    );
    assert!(
        olga.look_up_leak(text("never here"))
            .await
            .unwrap()
            .versions
            .is_empty()
    );
    assert_eq!(
        olga.look_up_leak(text(" \n")).await.unwrap_err().code,
        "valueMissing"
    );
    assert_eq!(
        cleo.look_up_leak(text(VALUE)).await.unwrap_err().code,
        "forbidden"
    );
}
