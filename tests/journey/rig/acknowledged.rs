//! What the server knows of the app's obedience.

use super::{company::Company, window::Window};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;

impl Window<'_> {
    /// Waits until there were orders to this computer, and it acknowledged them all.
    pub async fn obeyed(&self, company: &Company) {
        self.until("the orders are acknowledged", async || {
            let (all, acknowledged) = orders(&company.database()).await;
            (all > 0 && all == acknowledged).then_some(())
        })
        .await;
    }
}

/// How many orders went to this computer, and how many of them it acknowledged. (The seeded devices never answer.)
async fn orders(database: &Path) -> (i64, i64) {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let text = "SELECT count(*), count(acknowledged_at) FROM orders JOIN devices ON devices.id = device WHERE name = $1";
    sqlx::query_as(text)
        .bind(gethostname::gethostname().to_string_lossy().into_owned())
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
