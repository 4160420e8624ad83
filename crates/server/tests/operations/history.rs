//! One's own history proves itself whole; checkpoints and tiles are the log's.

use crate::house::House;
use crate::releases::release;
use claviger_ledger::{
    checkpoint::Checkpoint, consistency::verify_consistency, hash::NodeHash, leaf::Leaf, proof::verify_path,
};
use claviger_model::builtin_roles as roles;
use claviger_protocol::{
    log::{ConsistencyReply, HistoryReply},
    route,
    wire::Bytes,
};
use serde_json::{Value, json};

fn hashes(bytes: &[Bytes]) -> Vec<NodeHash> {
    bytes
        .iter()
        .map(|hash| NodeHash::from_bytes(hash.array().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_no_holes_and_continues_what_was_pinned() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.production)]).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let pinned = house.call(None, &route::CHECKPOINT, &[], &Value::Null).await.body;
    let log = house.app.keys.now().log.verifier().clone();
    let verify = |text: &str| Checkpoint::verify(text, &log, &[]).unwrap().checkpoint;
    let pinned = verify(std::str::from_utf8(&pinned).unwrap());
    // Past the edge of a tile.
    for _ in 0..300 {
        assert_eq!(release(&house, &reader, secret, "use").await.code(), "ok");
    }
    let body = json!({"after": 0, "pinned": pinned.size});
    let reply: HistoryReply = house
        .call(Some(&reader), &route::HISTORY, &[], &body)
        .await
        .parse();
    let newest = verify(&reply.checkpoint);
    verify_consistency(&pinned, &newest, &hashes(&reply.consistency)).unwrap();
    assert_eq!((reply.entries.len(), reply.head, reply.more), (300, 300, false));
    let mut prev = None;
    for (seq, entry) in (1..).zip(&reply.entries) {
        let hash = NodeHash::of_leaf(&entry.leaf.0);
        verify_path(hash, entry.index, &hashes(&entry.proof), &newest).unwrap();
        let leaf = Leaf::parse(&entry.leaf.0).unwrap();
        let link = leaf.link_of(reader.principal).unwrap();
        assert_eq!((link.seq, link.prev), (seq, prev));
        prev = Some(hash);
    }
    let later = json!({"after": 299, "pinned": newest.size});
    let reply: HistoryReply = house
        .call(Some(&reader), &route::HISTORY, &[], &later)
        .await
        .parse();
    assert_eq!((reply.entries.len(), reply.consistency.len()), (1, 0));

    let body = json!({"from": pinned.size});
    let reply: ConsistencyReply = house
        .call(Some(&reader), &route::CONSISTENCY, &[], &body)
        .await
        .parse();
    verify_consistency(&pinned, &verify(&reply.checkpoint), &hashes(&reply.proof)).unwrap();
    // To a tree that is not the newest any more, such as the one of a release.
    assert_eq!(release(&house, &reader, secret, "use").await.code(), "ok");
    let body = json!({"from": pinned.size, "to": newest.size});
    let reply: ConsistencyReply = house
        .call(Some(&reader), &route::CONSISTENCY, &[], &body)
        .await
        .parse();
    verify_consistency(&pinned, &newest, &hashes(&reply.proof)).unwrap();
    assert_eq!(verify(&reply.checkpoint).size, newest.size + 1);
    for beyond in [
        json!({"from": newest.size + 9}),
        json!({"from": 1, "to": newest.size + 9}),
        json!({"from": 9, "to": 8}),
    ] {
        let answer = house.call(Some(&reader), &route::CONSISTENCY, &[], &beyond).await;
        assert_eq!(answer.code(), "bad_request", "{beyond}");
    }

    // Full and partial tiles rebuild the root.
    let full = house
        .call(Some(&reader), &route::TILE, &[&0, &"000"], &Value::Null)
        .await;
    assert_eq!((full.status, full.body.len()), (200, 256 * 32));
    let width = newest.size - 256;
    let partial = house
        .call(
            Some(&reader),
            &route::TILE,
            &[&0, &format!("001.p/{width}")],
            &Value::Null,
        )
        .await;
    let mut edge = claviger_ledger::edge::Edge::new();
    let leaves = full.body.chunks(32).chain(partial.body.chunks(32));
    edge.append(leaves.map(|hash| NodeHash::from_bytes(hash.try_into().unwrap())));
    assert_eq!(edge.root(), newest.root);
    let above = house
        .call(Some(&reader), &route::TILE, &[&1, &"000.p/1"], &Value::Null)
        .await;
    assert_eq!((above.status, above.body.len()), (200, 32));
    assert_eq!(
        house
            .call(Some(&reader), &route::TILE, &[&0, &"002"], &Value::Null)
            .await
            .status,
        404
    );
}
