//! Somebody looks further back through their requests than the device keeps, by keyboard alone.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use thirtyfour::prelude::*;

const DEVELOPER: &str = "Aoife Byrne";
/// More than a device keeps (500), and two pages of the server's beyond.
const MANY: u32 = 800;
const OLDEST: &str = "Asked once upon a time: 800";

#[tokio::test(flavor = "multi_thread")]
async fn journey_through_earlier_requests() {
    let mut company = Company::start().await;
    company.stop();
    years_of_requests(&company).await;
    company.serve();
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit(DEVELOPER).await);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    window.keys("body", Key::Control + "2").await;
    window.find("request-row").await;
    assert!(!window.shown().await.contains(OLDEST));

    window.press("earlier-more", Key::Enter).await;
    let mut before = further(&window, 0).await;
    window.picture("requests-earlier").await;
    window.audit("earlier requests").await;
    while window.shown_now("[data-testid='earlier-more']").await.is_some() {
        window.press("earlier-more", Key::Enter).await;
        before = further(&window, before).await;
    }
    window
        .text("earlier-end", |text| {
            text == "These are all requests that are kept."
        })
        .await;
    let shown = window.shown().await;
    assert!(shown.contains(OLDEST), "{before} rows");
    // Each stands there once.
    assert_eq!(shown.matches("Asked once upon a time: 700").count(), 1);
    window.picture("requests-all").await;
    window.close().await;
}

/// Waits until more rows stand there than before, or there are no more, and the focus is on the first that came.
async fn further(window: &Window<'_>, before: usize) -> usize {
    window
        .until("further requests, and the focus at them", async || {
            let rows = By::Css("[data-testid='earlier-requests'] [data-testid='request-row']");
            let rows = window.driver.find_all(rows).await.ok()?.len();
            let look = "const at = document.activeElement;
                return at.closest(\"[data-testid='earlier-requests']\") !== null && at.tagName !== 'BUTTON'";
            let there = window.driver.execute(look, Vec::new()).await.ok()?;
            (rows > before && there.convert::<bool>().ok()?).then_some(rows)
        })
        .await
}

/// What somebody asked for in the course of years and took back, oldest last.
async fn years_of_requests(company: &Company) {
    let options = SqliteConnectOptions::new().filename(company.database());
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let fill = sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
         INSERT INTO requests (id, kind, scope, secret, role, seconds, asked_by, asked_at, reason, state, answered_by, answered_at)
         SELECT randomblob(16), one.kind, one.scope, one.secret, one.role, one.seconds, one.asked_by,
                one.asked_at - i * 60000, 'Asked once upon a time: ' || i, 'withdrawn', one.asked_by, one.asked_at - i * 60000 + 1000
         FROM n, (SELECT r.* FROM requests r JOIN principals p ON p.id = r.asked_by
                  WHERE p.name = $2 AND r.kind = 'access' ORDER BY r.asked_at LIMIT 1) one",
    );
    let filled = fill
        .bind(MANY)
        .bind(DEVELOPER)
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(filled.rows_affected(), u64::from(MANY));
}
