//! The matrix of people and places.

use super::{DAY, give, given, team};
use crate::house::{House, grant, name};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    grant::Grant,
    ids::PrincipalId,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    time::Clock,
};
use claviger_protocol::{
    access::{AccessMatrixReply, CellStands},
    route,
};
use claviger_storage::principals::Principal;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_shows_the_strongest_in_each_cell() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    let lead = house.actor(&[(roles::LEAD, payments)]).await;
    let person = house
        .actor(&[(roles::VIEWER, payments), (roles::EDITOR, staging)])
        .await;
    let squad = team(&house, "squad", &[person.principal]).await;
    let ends = Grant {
        expires_at: Some(house.clock.now().plus(DAY)),
        ..grant(squad, roles::READER, production, house.clock.now())
    };
    give(&house, &ends).await;
    // A service of another class: a guardrail keeps it out of production.
    let service = Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: name("zz-robot"),
        state: PrincipalState::Active,
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: squad,
        },
        email: None,
        created_at: house.clock.now(),
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.insert_principal(&service).await.unwrap();
    locked.commit().await.unwrap();
    given(&house, service.id, roles::CONSUMER, payments).await;

    let ask = async |body: Value| -> AccessMatrixReply {
        house
            .call(Some(&lead), &route::ACCESS_MATRIX, &[], &body)
            .await
            .parse()
    };
    let matrix = ask(json!({"top": payments})).await;
    let paths: Vec<_> = matrix.places.iter().map(|place| place.path.to_string()).collect();
    assert_eq!(paths, ["payments", "payments/production", "payments/staging"]);
    let cells = |matrix: &AccessMatrixReply, who: PrincipalId| {
        let row = matrix.rows.iter().find(|row| row.principal.id == who).unwrap();
        row.cells
            .iter()
            .map(|cell| {
                (
                    cell.place,
                    cell.role,
                    cell.stands,
                    cell.more,
                    cell.inherited,
                    cell.by_team,
                )
            })
            .collect::<Vec<_>>()
    };
    use CellStands::{Counts, Guardrail};
    assert_eq!(
        cells(&matrix, person.principal),
        [
            (0, roles::VIEWER, Counts, 0, false, false),
            (1, roles::READER, Counts, 1, false, true),
            (2, roles::EDITOR, Counts, 1, false, false)
        ]
    );
    assert_eq!(
        cells(&matrix, service.id),
        [
            // What no Owner classed counts as production.
            (0, roles::CONSUMER, Guardrail, 0, false, false),
            (1, roles::CONSUMER, Guardrail, 0, true, false),
            (2, roles::CONSUMER, Counts, 0, true, false)
        ]
    );
    let row = matrix
        .rows
        .iter()
        .find(|row| row.principal.id == person.principal)
        .unwrap();
    assert_eq!(row.cells[1].expires_at, ends.expires_at);

    let part = ask(json!({"top": payments, "people": 1, "places": 2})).await;
    assert_eq!((part.rows.len(), part.places.len()), (1, 2));
    let body = json!({"top": payments, "after": part.next, "after_path": part.next_path});
    let rest = ask(body).await;
    assert_eq!((rest.rows.len(), rest.places.len()), (2, 1));
    assert_eq!((rest.next, rest.next_path), (None, None));
}
