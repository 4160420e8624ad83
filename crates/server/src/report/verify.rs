//! Whether a report holds: the server's signature, the log's checkpoint, each leaf's path to it, no leaf left out in between, each
//! device's word, and every claim that a leaf can prove.

use super::{
    claims::{self, Leaves, Proved},
    html,
    keys::PublishedKeys,
};
use claviger_crypto::{
    bytes::{constant_time_eq, sha256},
    commitment::Opening,
    jwk::DevicePublicKey,
    secret::{Key256, SecretString},
};
use claviger_ledger::{
    checkpoint::Checkpoint,
    hash::NodeHash,
    history::{HistoryCheck, HistoryEntry as Entry, check_history},
    label::Label,
    leaf::Leaf,
    proof::verify_path,
    subject::SubjectHead,
};
use claviger_model::ids::DeviceId;
use claviger_protocol::{
    log::HistoryEntry,
    offboarding::report::{DeviceEvidence, Report, read, split},
    order::{Acknowledgement, Order, Target},
    signed::{Signed, parse},
};

/// Why a report does not hold; the first reason that was found.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Neither of the two forms.
    #[error("this is no report: neither its JSON nor its page, exactly as the server wrote it")]
    Form,
    /// Signed, and in a form that this program does not read.
    #[error(
        "what the published keys signed is no report in the form that this program reads; a report of another version of the program may be one for that version"
    )]
    Unread,
    /// The page shows something else than the report in it.
    #[error("the page shows something else than the report that it carries")]
    Page,
    /// Not signed by any of the published keys.
    #[error("the report is not signed by the published keys, or was altered")]
    Signature,
    /// Of another organization, server or log.
    #[error("the report is of another organization or server than the published keys")]
    Organization,
    /// The checkpoint is not signed by the log.
    #[error("the checkpoint is not signed by the published key of the log")]
    Checkpoint,
    /// A leaf that is malformed or not in the log.
    #[error("leaf {0} is not in the log, or was altered")]
    Leaf(u64),
    /// A leaf of the person is missing.
    #[error(
        "between the opening of the case and its report a leaf about the person is missing or altered: {0}"
    )]
    History(String),
    /// A device's order or acknowledgement does not hold.
    #[error("the signed word of device {0} does not hold")]
    Device(String),
    /// Something is claimed that the log does not say.
    #[error("the log does not say what the report claims: {0}")]
    Claim(String),
}

/// What is known of the page that carries a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// There is none: the file is the JSON.
    Absent,
    /// It shows what the report says.
    Same,
    /// Nothing: it says that it is another drawing than [`html::DRAWING`], or does not say which. Anybody can write that
    /// into it, so that it may show whatever they like.
    Unchecked(Option<u32>),
}

/// What was checked.
#[derive(Debug)]
pub struct Verified {
    /// The report.
    pub report: Report,
    /// The page around it, of which all else here says nothing.
    pub page: Page,
    /// The head that everything is in.
    pub checkpoint: Checkpoint,
    /// How many claims the log proves.
    pub proved: Proved,
}

/// Checks a file, which is the JSON or the page. A page of another drawing is not checked, and [`Verified::page`] says so.
///
/// # Errors
/// The first fault.
pub fn verify(file: &str, keys: &PublishedKeys) -> Result<Verified, Fault> {
    let carried = html::carried(file);
    let json = carried.as_deref().unwrap_or(file);
    let signed = split(json).ok_or(Fault::Form)?;
    let by_any = keys
        .orders
        .iter()
        .any(|key| key.verify(&signed.body.0, &signed.signature.0).is_ok());
    if !by_any {
        return Err(Fault::Signature);
    }
    let report = read(&signed.body.0).map_err(|_| Fault::Unread)?;
    let page = match carried {
        Some(_) => page(file, &report, json)?,
        None => Page::Absent,
    };
    if report.organization != keys.bundle.organization || report.origin != keys.bundle.origin {
        return Err(Fault::Organization);
    }
    let checkpoint = checkpoint(&report, keys)?;
    let leaves = Leaves {
        history: history(&report, &checkpoint)?,
        reads: reads(&report, &checkpoint)?,
    };
    words(&report, keys)?;
    let proved = claims::proved(&report, &leaves).map_err(Fault::Claim)?;
    Ok(Verified {
        report,
        page,
        checkpoint,
        proved,
    })
}

/// A page of this drawing is drawn again; of another one nothing can be said.
fn page(file: &str, report: &Report, json: &str) -> Result<Page, Fault> {
    match html::drawn_by(file) {
        Some(html::DRAWING) if html::page(report, json) == file => Ok(Page::Same),
        Some(html::DRAWING) => Err(Fault::Page),
        other => Ok(Page::Unchecked(other)),
    }
}

fn checkpoint(report: &Report, keys: &PublishedKeys) -> Result<Checkpoint, Fault> {
    let verified = keys
        .log
        .iter()
        .find_map(|key| Checkpoint::verify(&report.checkpoint, key, &[]).ok());
    Ok(verified.ok_or(Fault::Checkpoint)?.checkpoint)
}

type Parts = (Vec<NodeHash>, Vec<(Label, Opening)>);

fn parts(entry: &HistoryEntry) -> Option<Parts> {
    let path = entry
        .proof
        .iter()
        .map(|hash| hash.array().map(NodeHash::from_bytes));
    let openings = entry.openings.iter().map(|record| {
        let key = Key256::from_slice(&record.key.0)?;
        let value = SecretString::new(record.value.clone());
        Some((Label::new(&record.field).ok()?, Opening::new(key, value)))
    });
    Some((path.collect::<Option<_>>()?, openings.collect::<Option<_>>()?))
}

/// The person's leaves, which must follow one another without a hole.
fn history(report: &Report, checkpoint: &Checkpoint) -> Result<Vec<Leaf>, Fault> {
    let parts: Vec<Parts> = report
        .history
        .iter()
        .map(|entry| parts(entry).ok_or(Fault::Leaf(entry.index)))
        .collect::<Result<_, _>>()?;
    let entries: Vec<_> = report
        .history
        .iter()
        .zip(&parts)
        .map(|(entry, (path, openings))| Entry {
            leaf: &entry.leaf.0,
            index: entry.index,
            path,
            openings,
        })
        .collect();
    let leaves: Vec<Leaf> = report
        .history
        .iter()
        .map(|entry| Leaf::parse(&entry.leaf.0).map_err(|_| Fault::Leaf(entry.index)))
        .collect::<Result<_, _>>()?;
    // It begins in the middle of the person's history: what the first leaf says of the one before is where it goes on from.
    let first = leaves.first().and_then(|leaf| leaf.link_of(report.case.person));
    let before = first.and_then(|link| {
        Some(SubjectHead {
            seq: link.seq.checked_sub(1)?,
            hash: link.prev?,
        })
    });
    match check_history(report.case.person, before.as_ref(), checkpoint, &entries) {
        HistoryCheck::Whole { .. } => Ok(leaves),
        other => Err(Fault::History(format!("{other:?}"))),
    }
}

/// The leaves of reads, each by itself.
fn reads(report: &Report, checkpoint: &Checkpoint) -> Result<Vec<Leaf>, Fault> {
    let one = |entry: &HistoryEntry| {
        let (path, _) = parts(entry)?;
        let hash = NodeHash::of_leaf(&entry.leaf.0);
        verify_path(hash, entry.index, &path, checkpoint).ok()?;
        let leaf = Leaf::parse(&entry.leaf.0).ok()?;
        leaf.link_of(report.case.person)?;
        Some(leaf)
    };
    report
        .reads
        .iter()
        .map(|entry| one(entry).ok_or(Fault::Leaf(entry.index)))
        .collect()
}

/// Each device of the case has its order and its word there, and no other has.
fn words(report: &Report, keys: &PublishedKeys) -> Result<(), Fault> {
    let fault = |device: DeviceId| Fault::Device(device.to_string());
    for line in &report.case.devices {
        if !report.devices.iter().any(|device| device.device == line.device) {
            return Err(fault(line.device));
        }
    }
    for device in &report.devices {
        word(report, device, keys).ok_or_else(|| fault(device.device))?;
    }
    Ok(())
}

/// The server's order to destroy everything, and the device's word that it has, where one is told of.
fn word(report: &Report, device: &DeviceEvidence, keys: &PublishedKeys) -> Option<()> {
    let line = report
        .case
        .devices
        .iter()
        .find(|line| line.device == device.device)?;
    let signed = |signed: &Signed| {
        keys.orders
            .iter()
            .any(|key| key.verify(&signed.body.0, &signed.signature.0).is_ok())
    };
    let order: Order = parse(&device.order.body.0).ok()?;
    let ordered = signed(&device.order)
        && order.organization == report.organization
        && (order.device, order.order) == (line.device, line.order)
        && order.targets.contains(&Target::Everything);
    if !ordered {
        return None;
    }
    match (&device.acknowledgement, line.acknowledged_at) {
        (None, None) => Some(()),
        (Some(word), Some(_)) => {
            let key = DevicePublicKey::from_point(&device.key.0)?;
            key.verify(&word.body.0, &word.signature.0).ok()?;
            let said: Acknowledgement = parse(&word.body.0).ok()?;
            let fits = said.organization == report.organization
                && (said.device, said.order) == (line.device, line.order)
                && constant_time_eq(&said.order_sha256.0, &sha256(&device.order.body.0));
            fits.then_some(())
        }
        _ => None,
    }
}
