//! Somebody leaves, device by device, until the value changed.

use super::{Company, all_steps_done, out, person, text};
use crate::{is_online, list, until};
use claviger_vault::view::{
    offboarding::{
        HoldingWay,
        cases::{CaseDraft, CaseEffectKind, CaseStands, RotationStands},
        radius::{AloneView, SuspectKind, SuspectRef},
    },
    places::EnvironmentClass,
};

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
