//! Mail through a real server: only to verified addresses, only what the person wants, never a name.

use crate::house::{Actor, House};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::GrantId};
use claviger_protocol::route;
use claviger_server::{
    config::{Config, Mail, MailTls},
    telling::outbox::{self, BACKOFF},
};
use claviger_testkit::{
    certificates,
    peers::mail::{MailServer, Manner, Speaks, Taken},
};
use serde_json::json;
use std::{path::PathBuf, time::Duration};

/// Files that the settings name.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), certificates::AUTHORITY).unwrap();
        std::fs::write(folder.path().join("another.pem"), certificates::ANOTHER_AUTHORITY).unwrap();
        std::fs::write(folder.path().join("password"), "pw\n").unwrap();
        std::fs::write(folder.path().join("wrong"), "wrong\n").unwrap();
        for name in ["password", "wrong"] {
            let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(folder.path().join(name), owner_only).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn mail(&self, server: &MailServer, tls: MailTls) -> Mail {
        Mail {
            host: "localhost".to_owned(),
            port: server.port(),
            tls,
            from: "Claviger <claviger@example.com>".to_owned(),
            credentials: None,
            certificate_authority: (tls != MailTls::None).then(|| self.path("authority.pem")),
            patience: Mail::PATIENCE,
        }
    }
}

pub(super) async fn house(mail: Mail) -> (House, Actor, Actor) {
    let house = House::with(|config: &mut Config| config.mail = Some(mail)).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    address(&house, &person, Some("ada@example.test")).await;
    (house, lead, person)
}

async fn address(house: &House, person: &Actor, address: Option<&str>) {
    let mut locked = house.app.store.locked().await.unwrap();
    locked.set_mail_address(person.principal, address).await.unwrap();
    locked.commit().await.unwrap();
}

/// Takes something from somebody, of which they are told by mail.
async fn take(house: &House, lead: &Actor, person: &Actor) {
    taken_away(house, lead, person).await;
    outbox::deliver(&house.app).await.unwrap();
}

/// The same; nothing is delivered yet.
pub(super) async fn taken_away(house: &House, lead: &Actor, person: &Actor) {
    let grant = GrantId::random(&SystemEntropy);
    let body = json!({
        "id": grant, "principal": person.principal, "role": roles::READER, "scope": house.places.production,
        "reason": "the secret reason",
    });
    let lead = house.sign_in(lead.principal).await;
    assert_eq!(
        house
            .call(Some(&lead), &route::GIVE_GRANT, &[], &body)
            .await
            .code(),
        "ok"
    );
    let end = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&lead), &route::END_GRANT, &[&grant], &end)
            .await
            .code(),
        "ok"
    );
    house.catch_up().await;
}

pub(super) async fn given_up(house: &House) -> Vec<String> {
    let mut reader = house.app.store.reader().await.unwrap();
    let given_up = reader.deliveries_given_up(9).await.unwrap();
    given_up.into_iter().map(|one| one.said).collect()
}

fn header<'a>(taken: &'a Taken, name: &str) -> &'a str {
    let line = taken.message.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("{name}: {}", taken.message))
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_says_a_plain_sentence_with_a_link_and_no_name_of_anything() {
    let mut server = MailServer::start(Speaks::Starttls, Manner::Takes).await.unwrap();
    let files = Files::new();
    let (house, lead, person) = house(files.mail(&server, MailTls::Starttls)).await;
    take(&house, &lead, &person).await;
    let taken = server.taken().await.unwrap();
    assert!(taken.tls);
    assert_eq!(
        (taken.from.as_str(), taken.to.as_slice()),
        ("claviger@example.com", &["ada@example.test".to_owned()][..])
    );
    assert_eq!(
        header(&taken, "Subject:"),
        "Subject: Claviger: Some of your access was taken away"
    );
    assert_eq!(
        header(&taken, "Auto-Submitted:"),
        "Auto-Submitted: auto-generated"
    );
    let told = house.told(&person).await;
    let revoked = told.iter().find(|one| one.kind == "access.revoked").unwrap();
    assert_eq!(
        header(&taken, "Message-ID:"),
        format!("Message-ID: <{}@example.com>", revoked.id)
    );
    let link = format!("claviger://open/{}/notice/{}", house.app.organization, revoked.id);
    assert!(taken.text.contains(&link), "{}", taken.text);
    for name in [
        "payments",
        "production",
        "Reader",
        "Somebody",
        "the secret reason",
        "left the team",
    ] {
        assert!(
            !taken.message.contains(name) && !taken.text.contains(name),
            "{}",
            taken.message
        );
    }
    // Being given something is in the list only, unless one wants it otherwise.
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.next_delivery().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_through_tls_that_holds_and_after_signing_in() {
    let files = Files::new();
    let mut server = MailServer::start(Speaks::Implicit, Manner::WantsSignIn)
        .await
        .unwrap();
    let credentials = |file| Some(("app".to_owned(), files.path(file)));
    let mail = Mail {
        credentials: credentials("password"),
        ..files.mail(&server, MailTls::Implicit)
    };
    let (house, lead, person) = house(mail.clone()).await;
    take(&house, &lead, &person).await;
    let taken = server.taken().await.unwrap();
    assert!(taken.tls && taken.login);

    for wrong in [
        Mail {
            credentials: credentials("wrong"),
            ..mail.clone()
        },
        Mail {
            credentials: None,
            ..mail.clone()
        },
        Mail {
            certificate_authority: Some(files.path("another.pem")),
            ..mail.clone()
        },
        Mail {
            certificate_authority: None,
            ..mail.clone()
        },
        Mail {
            host: "127.0.0.1".to_owned(),
            ..mail.clone()
        },
        Mail {
            tls: MailTls::Starttls,
            ..mail.clone()
        },
        Mail {
            credentials: credentials("missing"),
            ..mail.clone()
        },
    ] {
        let (house, lead, person) = self::house(wrong.clone()).await;
        take(&house, &lead, &person).await;
        let mut reader = house.app.store.reader().await.unwrap();
        let last = reader
            .last_delivery(claviger_storage::notices::Channel::Mail)
            .await
            .unwrap()
            .unwrap();
        assert_ne!(
            last.state,
            claviger_storage::notices::DeliveryState::Sent,
            "{wrong:?}"
        );
    }
    // A server that offers no STARTTLS is told nothing.
    let mut clear = MailServer::start(Speaks::Clear, Manner::Takes).await.unwrap();
    let (house, lead, person) = self::house(files.mail(&clear, MailTls::Starttls)).await;
    take(&house, &lead, &person).await;
    let (house, lead, person) = self::house(files.mail(&clear, MailTls::None)).await;
    take(&house, &lead, &person).await;
    let told = house.told(&person).await;
    let taken = clear.taken().await.unwrap();
    let revoked = told.iter().find(|one| one.kind == "access.revoked").unwrap();
    assert!(
        taken.text.contains(&revoked.id.to_string()),
        "only the second house's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_is_tried_again_under_the_same_id_and_a_no_is_a_no() {
    let files = Files::new();
    let mut server = MailServer::start(Speaks::Clear, Manner::Busy).await.unwrap();
    let (house, lead, person) = house(files.mail(&server, MailTls::None)).await;
    take(&house, &lead, &person).await;
    for wait in &BACKOFF[..2] {
        house.clock.advance(*wait);
        outbox::deliver(&house.app).await.unwrap();
    }
    assert_eq!(server.taken().await.unwrap().to, ["ada@example.test"]);
    assert_eq!(given_up(&house).await, Vec::<String>::new());

    let never = MailServer::start(Speaks::Clear, Manner::Never).await.unwrap();
    let (house, lead, person) = self::house(files.mail(&never, MailTls::None)).await;
    take(&house, &lead, &person).await;
    // What the other side said in words is not repeated.
    assert_eq!(given_up(&house).await, ["the mail server refused it: 550"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_verified_address_is_written_to_and_no_line_gets_into_a_header() {
    let files = Files::new();
    let mut server = MailServer::start(Speaks::Clear, Manner::Takes).await.unwrap();
    let (house, lead, person) = house(files.mail(&server, MailTls::None)).await;
    address(&house, &person, None).await;
    take(&house, &lead, &person).await;
    // An address is not enough for somebody who asked and was disabled before the answer came.
    let asker = house.actor(&[(roles::VIEWER, house.places.production)]).await;
    address(&house, &asker, Some("eve@example.test")).await;
    let id = crate::house::request_id();
    let want =
        json!({"kind": "access", "role": roles::READER, "scope": house.places.production, "seconds": 3600});
    let ask = json!({"id": id, "want": want, "reason": "the payment job hangs"});
    assert_eq!(
        house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &ask)
            .await
            .code(),
        "ok"
    );
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(asker.principal).await.unwrap().unwrap();
    row.state = claviger_model::principal::PrincipalState::Disabled;
    assert!(locked.update_principal(&row).await.unwrap());
    locked.commit().await.unwrap();
    let no = json!({"words": "no"});
    let no = house.call(Some(&lead), &route::REFUSE_REQUEST, &[&id], &no).await;
    assert_eq!(no.code(), "ok");
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.next_delivery().await.unwrap(), None, "nobody to write to");
    for evil in [
        "ada@example.test\r\nBcc: eve@example.test",
        "ada@example.test>\r\nRCPT TO:<eve@example.test",
        "ada@example.test, eve@example.test",
        "<ada@example.test> eve@example.test",
        "ada@example.test\0",
        "ada",
        "",
    ] {
        address(&house, &person, Some(evil)).await;
        let before = given_up(&house).await.len();
        take(&house, &lead, &person).await;
        let said = given_up(&house).await;
        assert_eq!(said.len(), before + 1, "{evil:?}");
        assert!(
            said.contains(&"the person's address is none".to_owned()),
            "{said:?}"
        );
        house.clock.advance(Duration::from_secs(1));
    }
    address(&house, &person, Some("ada@example.test")).await;
    take(&house, &lead, &person).await;
    assert_eq!(
        server.taken().await.unwrap().to,
        ["ada@example.test"],
        "the first that was taken at all"
    );
}
