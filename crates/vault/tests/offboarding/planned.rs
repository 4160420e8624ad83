//! A case that is planned, braked, called off, or accepted as it is.

use super::{Company, all_steps_done, give};
use crate::{is_online, organization::place, until};
use claviger_vault::{
    Purpose,
    view::offboarding::cases::{BrakeReason, CaseDraft, CaseStands, RotationStands, StartDraft},
};

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
