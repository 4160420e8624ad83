//! Teams: made, nested, filled by hand and by the provider's groups.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn teams_are_made_renamed_nested_and_never_in_a_circle() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let ids: Vec<_> = (0..3).map(|_| PrincipalId::random(&SystemEntropy)).collect();
    for (number, id) in ids.iter().enumerate() {
        let body = json!({"id": id, "name": format!("Team {number}")});
        for _ in 0..2 {
            assert_eq!(
                code(&say(&house, &owner, route::CREATE_TEAM, &[], body.clone()).await),
                "ok"
            );
        }
    }
    let taken = json!({"id": PrincipalId::random(&SystemEntropy), "name": "TEAM 1"});
    assert_eq!(
        code(&say(&house, &owner, route::CREATE_TEAM, &[], taken).await),
        "name_taken"
    );
    let add = async |team: PrincipalId, member: PrincipalId| {
        let body = json!({"member": member});
        say(&house, &owner, route::ADD_MEMBER, &[&team], body).await
    };
    assert_eq!(code(&add(ids[0], ids[1]).await), "ok");
    assert_eq!(code(&add(ids[1], ids[2]).await), "ok");
    assert_eq!(code(&add(ids[1], ids[2]).await), "ok");
    let circle = add(ids[2], ids[0]).await;
    assert_eq!(code(&circle), "team_cycle");
    assert_eq!(circle.json()["detail"], "`Team 2` is in `Team 0` already");
    assert_eq!(code(&add(ids[0], ids[0]).await), "team_cycle");
    let renamed = say(
        &house,
        &owner,
        route::RENAME_TEAM,
        &[&ids[1]],
        json!({"name": "Payments crew"}),
    )
    .await;
    assert_eq!(renamed.json()["name"], "Payments crew");
    let team: TeamReply = say(&house, &owner, route::TEAM, &[&ids[1]], Value::Null)
        .await
        .parse();
    assert_eq!(
        (team.name.as_str(), team.within.as_slice(), team.members.len()),
        ("Payments crew", &ids[..1], 1)
    );
    assert!(team.members[0].by_hand && !team.members[0].by_provider);
    let body = json!({"member": ids[2]});
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&ids[1]], body.clone()).await),
        "ok"
    );
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&ids[1]], body).await),
        "wrong_state"
    );
    let stranger = house.actor(&[]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::TEAM, &[&ids[1]], Value::Null).await),
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_into_a_team_is_being_given_what_it_holds() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let owner = house.actor(&[(OWNER, root)]).await;
    let (team, above) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    put_in(&house, above, team).await;
    given(&house, above, READER, production).await;
    let add = async |by: &Actor, team: PrincipalId, member: PrincipalId| {
        code(&say(&house, by, route::ADD_MEMBER, &[&team], json!({"member": member})).await)
    };
    let person = house.actor(&[]).await.principal;
    assert_eq!(add(&owner, team, person).await, "ok");
    assert!(allowed(&house, person, Action::SecretReveal, production).await);
    assert_eq!(add(&owner, team, owner.principal).await, "separation_of_duties");
    // Nor through a team that one is in, nor a service that one answers for.
    let mine = principal(&house, Nature::Team).await;
    put_in(&house, mine, owner.principal).await;
    assert_eq!(add(&owner, team, mine).await, "separation_of_duties");
    let robot = principal(
        &house,
        Nature::Service {
            class: EnvironmentClass::Production,
            owner: mine,
        },
    )
    .await;
    assert_eq!(add(&owner, team, robot).await, "separation_of_duties");
    assert!(!allowed(&house, owner.principal, Action::SecretReveal, production).await);
    // Whoever manages teams without the right to grant fills only teams that hold nothing.
    let manager = role(&house, &[Action::TeamManage, Action::ScopeView]).await;
    let manager = house.actor(&[(manager.id, root)]).await;
    let (empty, other) = (
        principal(&house, Nature::Team).await,
        house.actor(&[]).await.principal,
    );
    assert_eq!(add(&manager, empty, other).await, "ok");
    assert_eq!(add(&manager, team, other).await, "forbidden");
    assert_eq!(
        add(&manager, team, empty).await,
        "forbidden",
        "nor with a team in between"
    );
    // Nobody from outside without an end, and nobody who is disabled.
    let outside = principal(&house, Nature::Person { outside: true }).await;
    assert_eq!(add(&owner, team, outside).await, "bad_request");
    let mut locked = house.app.store.locked().await.unwrap();
    let mut gone = locked.principal(other).await.unwrap().unwrap();
    gone.state = PrincipalState::Disabled;
    locked.update_principal(&gone).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(add(&owner, team, other).await, "wrong_state");
    let body = gift(other, VIEWER, production);
    assert_eq!(
        code(&say(&house, &owner, route::GIVE_GRANT, &[], body).await),
        "wrong_state"
    );
    // Leaving takes it away at once, with an order for what the device holds.
    let seat = house.sign_in(person).await;
    let body = json!({"member": person});
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&team], body).await),
        "ok"
    );
    assert!(!allowed(&house, person, Action::SecretReveal, production).await);
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.orders_of(seat.device, 9).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_with_ones_own_service_in_it_is_ones_own() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let (mine, team) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    put_in(&house, mine, owner.principal).await;
    let class = EnvironmentClass::Staging;
    let robot = principal(&house, Nature::Service { class, owner: mine }).await;
    put_in(&house, team, robot).await;
    let body = gift(team, READER, house.places.staging);
    assert_eq!(
        code(&say(&house, &owner, route::GIVE_GRANT, &[], body).await),
        "separation_of_duties"
    );
    assert!(!allowed(&house, robot, Action::SecretUse, house.places.staging).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_stands_for_a_team_by_two_owners_where_the_team_holds_anything() {
    let house = House::new().await;
    let root = house.places.root;
    let (owner, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let (empty, team) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    given(&house, team, READER, house.places.production).await;
    let map = |group: &str| json!({"group": group, "reason": "the provider has it"});
    let harmless = say(&house, &owner, route::MAP_GROUP, &[&empty], map("everyone")).await;
    assert_eq!(harmless.parse::<Changed>(), Changed::Made);
    assert_eq!(
        code(&say(&house, &owner, route::MAP_GROUP, &[&team], map("everyone")).await),
        "second_owner_needed"
    );
    let proposal = ProposalId::random(&SystemEntropy);
    let answer = say(
        &house,
        &owner,
        route::MAP_GROUP,
        &[&team],
        with(map("everyone"), "proposal", proposal),
    )
    .await;
    assert_eq!(answer.parse::<Changed>(), Changed::Proposed { proposal });
    let list: ProposalsReply = say(&house, &second, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let yes = json!({"digest": list.proposals[0].digest});
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], yes).await),
        "ok"
    );
    let mut reader = house.app.store.reader().await.unwrap();
    let issuer = &house.app.config.oidc.issuer;
    assert_eq!(
        reader.group_mappings(issuer).await.unwrap(),
        [("everyone".to_owned(), team)]
    );
    let shown: TeamReply = say(&house, &owner, route::TEAM, &[&team], Value::Null)
        .await
        .parse();
    assert_eq!(shown.groups, ["everyone"]);
    let unmap = json!({"group": "everyone"});
    assert_eq!(
        code(&say(&house, &owner, route::UNMAP_GROUP, &[&empty], unmap.clone()).await),
        "wrong_state"
    );
    assert_eq!(
        code(&say(&house, &owner, route::UNMAP_GROUP, &[&team], unmap).await),
        "ok"
    );
    assert!(reader.group_mappings(issuer).await.unwrap().is_empty());
}
