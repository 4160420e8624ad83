use crate::ground::{Ground, name};
use claviger_model::{
    ids::PrincipalId,
    principal::{Nature, PrincipalKind, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_storage::{
    Conflict, StorageError,
    principals::{
        Identity, MemberSource, NamePlace, Principal, PrincipalFilter, TeamMember, TeamsChanged, ZoneSource,
    },
};
use std::collections::BTreeSet;

contract!(
    every_nature_reads_back,
    names_of_teams_are_unique_case_aside,
    an_identity_belongs_to_one_principal,
    pages_cover_everyone_once,
    browsing_by_name_finds_parts_of_names_case_aside,
    closures_follow_nested_teams_and_survive_cycles,
    provider_teams_touch_only_what_differs,
    groups_stand_for_teams,
    each_source_keeps_its_word_about_a_zone,
);

async fn every_nature_reads_back(ground: Ground) {
    let team = ground.team("Payments");
    let service = Principal {
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team.id,
        },
        email: None,
        ..ground.person(PrincipalId::random(&ground.entropy), "ci")
    };
    let outside = Principal {
        nature: Nature::Person { outside: true },
        state: PrincipalState::Suspended,
        ..ground.person(PrincipalId::random(&ground.entropy), "Žofie")
    };
    let mut locked = ground.locked().await;
    for principal in [&team, &service, &outside] {
        locked.insert_principal(principal).await.unwrap();
        assert_eq!(
            locked.principal(principal.id).await.unwrap().as_ref(),
            Some(principal)
        );
    }
    let left = Principal {
        state: PrincipalState::Disabled,
        ..outside
    };
    assert!(locked.update_principal(&left).await.unwrap());
    assert_eq!(locked.principal(left.id).await.unwrap(), Some(left.clone()));
    let other_kind = Principal {
        nature: Nature::Team,
        ..left
    };
    assert!(
        !locked.update_principal(&other_kind).await.unwrap(),
        "the kind never changes"
    );
    assert_eq!(locked.principals(&[team.id, service.id]).await.unwrap().len(), 2);
}

async fn names_of_teams_are_unique_case_aside(ground: Ground) {
    let mut locked = ground.locked().await;
    locked.insert_principal(&ground.team("Straße")).await.unwrap();
    let found = locked
        .principal_named(PrincipalKind::Team, &name("STRASSE"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().name, name("Straße"));
    locked
        .insert_principal(&ground.person(PrincipalId::random(&ground.entropy), "Ada"))
        .await
        .unwrap();
    let error = locked
        .insert_principal(&ground.team("strasse"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::NameTaken)),
        "{error:?}"
    );
}

async fn an_identity_belongs_to_one_principal(ground: Ground) {
    let identity = Identity {
        issuer: "https://id.example".to_owned(),
        subject: "42".to_owned(),
    };
    let mut locked = ground.locked().await;
    assert_eq!(locked.principal_by_identity(&identity).await.unwrap(), None);
    locked.link_identity(ground.ada, &identity).await.unwrap();
    assert_eq!(
        locked.principal_by_identity(&identity).await.unwrap().unwrap().id,
        ground.ada
    );
    assert_eq!(
        locked.identities(ground.ada).await.unwrap(),
        vec![identity.clone()]
    );
    let other = Identity {
        issuer: "https://evil.example".to_owned(),
        ..identity.clone()
    };
    assert_eq!(
        locked.principal_by_identity(&other).await.unwrap(),
        None,
        "the issuer counts too"
    );
    let error = locked.link_identity(ground.ada, &identity).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::IdentityLinked)),
        "{error:?}"
    );
}

async fn pages_cover_everyone_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut expected = BTreeSet::from([ground.ada]);
    for number in 0..7 {
        let person = ground.person(PrincipalId::random(&ground.entropy), &format!("P{number}"));
        expected.insert(person.id);
        locked.insert_principal(&person).await.unwrap();
    }
    locked.insert_principal(&ground.team("T")).await.unwrap();
    let people = PrincipalFilter {
        kind: Some(PrincipalKind::Person),
        state: None,
    };
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let page = locked.principals_page(people, after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|person| person.id));
    }
    assert_eq!(seen, expected.into_iter().collect::<Vec<_>>());
}

async fn closures_follow_nested_teams_and_survive_cycles(ground: Ground) {
    let mut locked = ground.locked().await;
    let (inner, middle, outer, asleep) = (
        ground.team("inner"),
        ground.team("middle"),
        ground.team("outer"),
        ground.team("asleep"),
    );
    let asleep = Principal {
        state: PrincipalState::Suspended,
        ..asleep
    };
    for team in [&inner, &middle, &outer, &asleep] {
        locked.insert_principal(team).await.unwrap();
    }
    let source = MemberSource::Local;
    for (team, member) in [
        (inner.id, ground.ada),
        (middle.id, inner.id),
        (outer.id, middle.id),
        (inner.id, outer.id),
        (asleep.id, ground.ada),
    ] {
        assert!(
            locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap()
        );
        assert!(
            !locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap()
        );
    }
    let closure: BTreeSet<_> = locked
        .team_closure(ground.ada)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(
        closure,
        BTreeSet::from([ground.ada, inner.id, middle.id, outer.id])
    );
    let members: BTreeSet<_> = locked
        .members_closure(outer.id)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(
        members,
        BTreeSet::from([ground.ada, inner.id, middle.id, outer.id])
    );
    assert!(
        locked
            .remove_team_member(TeamMember {
                team: inner.id,
                member: ground.ada,
                source
            })
            .await
            .unwrap()
    );
    assert_eq!(locked.team_closure(ground.ada).await.unwrap(), vec![ground.ada]);
}

async fn provider_teams_touch_only_what_differs(ground: Ground) {
    let (a, b, c) = (ground.team("a"), ground.team("b"), ground.team("c"));
    let mut locked = ground.locked().await;
    for team in [&a, &b, &c] {
        locked.insert_principal(team).await.unwrap();
    }
    let local = TeamMember {
        team: c.id,
        member: ground.ada,
        source: MemberSource::Local,
    };
    locked.add_team_member(local).await.unwrap();
    let joined = locked
        .set_provider_teams(ground.ada, &[a.id, b.id])
        .await
        .unwrap();
    assert_eq!((joined.joined.len(), joined.left.len()), (2, 0));

    let before = (locked.epoch().await.unwrap(), locked.cursor().await.unwrap());
    let same = locked
        .set_provider_teams(ground.ada, &[b.id, a.id, a.id])
        .await
        .unwrap();
    assert_eq!(same, TeamsChanged::default());
    assert_eq!(
        (locked.epoch().await.unwrap(), locked.cursor().await.unwrap()),
        before
    );

    let moved = locked.set_provider_teams(ground.ada, &[b.id]).await.unwrap();
    assert_eq!(
        moved,
        TeamsChanged {
            joined: vec![],
            left: vec![a.id]
        }
    );
    assert!(locked.epoch().await.unwrap() > before.0);
    let teams: BTreeSet<_> = locked
        .teams_of(ground.ada)
        .await
        .unwrap()
        .iter()
        .map(|m| m.team)
        .collect();
    assert_eq!(teams, BTreeSet::from([b.id, c.id]), "what people said here stays");
    assert_eq!(locked.team_members(c.id).await.unwrap(), vec![local]);
}

async fn groups_stand_for_teams(ground: Ground) {
    let (a, b) = (ground.team("a"), ground.team("b"));
    let mut locked = ground.locked().await;
    for team in [&a, &b] {
        locked.insert_principal(team).await.unwrap();
    }
    locked.map_group("https://id.example", "g'1", a.id).await.unwrap();
    locked.map_group("https://id.example", "g2", a.id).await.unwrap();
    locked.map_group("https://id.example", "g2", b.id).await.unwrap();
    let groups = ["g'1".to_owned(), "g2".to_owned(), "unknown".to_owned()];
    let teams: BTreeSet<_> = locked
        .teams_of_groups("https://id.example", &groups)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(teams, BTreeSet::from([a.id, b.id]));
    assert!(
        locked
            .teams_of_groups("https://other.example", &groups)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        locked.group_mappings("https://id.example").await.unwrap().len(),
        2
    );
    assert!(locked.unmap_group("https://id.example", "g2").await.unwrap());
    assert!(!locked.unmap_group("https://id.example", "g2").await.unwrap());
}

async fn browsing_by_name_finds_parts_of_names_case_aside(ground: Ground) {
    let mut locked = ground.locked().await;
    let names = ["Žofie", "Straße", "100% Ops", "1000 Ops", "straßE", "Zoe_x"];
    for text in names {
        let person = ground.person(PrincipalId::random(&ground.entropy), text);
        locked.insert_principal(&person).await.unwrap();
    }
    let people = PrincipalFilter {
        kind: Some(PrincipalKind::Person),
        state: None,
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = locked
            .principals_by_name(people, "", after.as_ref(), 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(NamePlace {
            folded: last.name.folded(),
            id: last.id,
        });
        seen.extend(page.into_iter().map(|person| person.name.folded()));
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.iter().filter(|name| *name == "strasse").count(), 2);
    let mut find = async |text: &str| -> Vec<String> {
        let found = locked.principals_by_name(people, text, None, 9).await.unwrap();
        found.into_iter().map(|person| person.name.to_string()).collect()
    };
    assert_eq!(find("ŽOF").await, ["Žofie"]);
    assert_eq!(find("STRASSE").await.len(), 2);
    assert_eq!(find("0% o").await, ["100% Ops"], "a percent sign is itself");
    assert_eq!(find("e_").await, ["Zoe_x"]);
    assert_eq!(find("nobody at all").await, [""; 0]);
    let teams = PrincipalFilter {
        kind: Some(PrincipalKind::Team),
        state: None,
    };
    assert!(
        locked
            .principals_by_name(teams, "ops", None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn each_source_keeps_its_word_about_a_zone(ground: Ground) {
    let (berlin, lisbon) = ("Europe/Berlin", "Europe/Lisbon");
    let mut locked = ground.locked().await;
    let epoch = locked.epoch().await.unwrap();
    assert_eq!(locked.zones_of(ground.ada).await.unwrap(), []);
    let said = |source, zone: &str| (source, zone.to_owned());
    for (source, zone) in [
        (ZoneSource::Scim, berlin),
        (ZoneSource::SignIn, berlin),
        (ZoneSource::SignIn, lisbon),
    ] {
        locked.set_zone(ground.ada, source, Some(zone)).await.unwrap();
    }
    assert_eq!(
        locked.zones_of(ground.ada).await.unwrap(),
        [said(ZoneSource::SignIn, lisbon), said(ZoneSource::Scim, berlin)]
    );
    locked
        .set_zone(ground.ada, ZoneSource::SignIn, None)
        .await
        .unwrap();
    assert_eq!(
        locked.zones_of(ground.ada).await.unwrap(),
        [said(ZoneSource::Scim, berlin)]
    );
    assert_eq!(locked.epoch().await.unwrap(), epoch, "nothing is decided by it");
    let nobody = PrincipalId::random(&ground.entropy);
    assert_eq!(locked.zones_of(nobody).await.unwrap(), []);
}
