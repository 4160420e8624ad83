//! Orders that wait for a device (`POST /v1/device/orders`).

use crate::{
    app::Shared,
    caller::{DeviceCaller, body::Json},
    http::Refusal,
};
use axum::extract::State;
use claviger_protocol::order::{OrdersCall, OrdersReply};

/// Orders that were not acknowledged, after the one that the device says it carried out last.
pub async fn orders(
    State(app): State<Shared>,
    caller: DeviceCaller,
    Json(call): Json<OrdersCall>,
) -> Result<axum::Json<OrdersReply>, Refusal> {
    let pending = app.store.reader().await?.pending_orders(caller.device).await?;
    let mut orders = Vec::with_capacity(pending.len());
    for order in pending.into_iter().filter(|order| order.seq > call.after) {
        orders.push(serde_json::from_slice(&order.signed).map_err(Refusal::internal)?);
    }
    Ok(axum::Json(OrdersReply { orders }))
}
