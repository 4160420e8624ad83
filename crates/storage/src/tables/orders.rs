//! Orders to devices.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
    ids,
    rows::insert,
};
use crate::{
    Conflict, Result,
    changes::{ChangeKind, ChangeWrites as _},
    orders::{Acknowledged, Order, OrderReads, OrderWrites},
    raw_id::{RawId as _, int},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, OrderId},
    time::Timestamp,
};

macro_rules! orders {
    ($condition:expr) => {
        concat!("SELECT ", order_columns!(), " FROM orders o WHERE ", $condition)
    };
}

#[async_trait]
impl OrderReads for Handle {
    async fn order(&mut self, id: OrderId) -> Result<Option<Order>> {
        let row = sqlx::query(orders!("o.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), order)
    }

    async fn pending_orders(&mut self, device: DeviceId) -> Result<Vec<Order>> {
        let rows = sqlx::query(orders!(
            "o.device = $1 AND o.acknowledged_at IS NULL ORDER BY o.seq"
        ))
        .bind(device.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, order)
    }

    async fn unacknowledged_orders(&mut self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>> {
        let rows = sqlx::query(orders!(
            "o.acknowledged_at IS NULL AND o.id > $1 ORDER BY o.id LIMIT $2"
        ))
        .bind(after.as_ref().map_or(b"".as_slice(), |id| id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, order)
    }

    async fn orders_of(&mut self, device: DeviceId, limit: u32) -> Result<Vec<Order>> {
        let rows = sqlx::query(orders!("o.device = $1 ORDER BY o.seq DESC LIMIT $2"))
            .bind(device.raw())
            .bind(i64::from(limit))
            .fetch_all(self.db())
            .await?;
        all(&rows, order)
    }
}

#[async_trait]
impl OrderWrites for Handle {
    async fn next_order_seq(&mut self, device: DeviceId) -> Result<u64> {
        let row = sqlx::query("SELECT MAX(o.seq) FROM orders o WHERE o.device = $1")
            .bind(device.raw())
            .fetch_one(self.db())
            .await?;
        Ok(Cells::of(&row).number_or_null::<u64>()?.unwrap_or(0) + 1)
    }

    async fn insert_orders(&mut self, orders: &[Order]) -> Result<()> {
        let mut rows = Vec::with_capacity(orders.len());
        for order in orders {
            rows.push((order, json_text(&order.targets)?));
        }
        insert(
            self.db(),
            "INSERT INTO orders (id, device, seq, targets, signed, issued_at, known_generation, known_journal_seq, \
             acknowledged_at, acknowledgement) ",
            &rows,
            |row, (order, targets)| {
                let acknowledged = order.acknowledged.as_ref();
                row.push_bind(order.id.raw())
                    .push_bind(order.device.raw())
                    .push_bind(int(order.seq))
                    .push_bind(targets.as_str())
                    .push_bind(order.signed.as_slice())
                    .push_bind(order.issued_at.millis())
                    .push_bind(int(order.known_generation))
                    .push_bind(int(order.known_journal_seq))
                    .push_bind(acknowledged.map(|word| word.at.millis()))
                    .push_bind(acknowledged.map(|word| word.signed.as_slice()));
            },
        )
        .await?;
        let mut devices: Vec<DeviceId> = orders.iter().map(|order| order.device).collect();
        devices.sort_unstable();
        devices.dedup();
        let rows = sqlx::query(concat!(
            "SELECT DISTINCT d.principal FROM devices d WHERE d.id ",
            any!("$1")
        ))
        .bind(ids(&devices))
        .fetch_all(self.db())
        .await?;
        let changes = all(&rows, |cells| {
            Ok(super::changes::of_principal(ChangeKind::Order, cells.id()?, None))
        })?;
        self.record_changes(&changes).await?;
        Ok(())
    }

    async fn resign_order(&mut self, id: OrderId, signed: &[u8]) -> Result<()> {
        let done = sqlx::query("UPDATE orders SET signed = $2 WHERE id = $1 AND acknowledged_at IS NULL")
            .bind(id.raw())
            .bind(signed)
            .execute(self.db())
            .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::Changed.into())
        } else {
            Ok(())
        }
    }

    async fn acknowledge_order(&mut self, id: OrderId, acknowledged: &Acknowledged) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE orders SET acknowledged_at = $2, acknowledgement = $3 WHERE id = $1 AND acknowledged_at IS NULL",
        )
        .bind(id.raw())
        .bind(acknowledged.at.millis())
        .bind(acknowledged.signed.as_slice())
        .execute(self.db())
        .await?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
        match self.order(id).await? {
            Some(_) => Ok(false),
            None => Err(Conflict::Missing.into()),
        }
    }
}

fn order(cells: &mut Cells<'_>) -> Result<Order> {
    let mut order = Order {
        id: cells.id()?,
        device: cells.id()?,
        seq: cells.number()?,
        targets: cells.json()?,
        signed: cells.take()?,
        issued_at: cells.time()?,
        known_generation: cells.number()?,
        known_journal_seq: cells.number()?,
        acknowledged: None,
    };
    let (at, signed): (Option<Timestamp>, Option<Vec<u8>>) = (cells.time_or_null()?, cells.take()?);
    order.acknowledged = at.zip(signed).map(|(at, signed)| Acknowledged { at, signed });
    Ok(order)
}
