//! Calls that need only a proof by the device's key.

use crate::signed::Signed;
use serde::{Deserialize, Serialize};

/// `POST /v1/device/acknowledgements`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementsCall {
    /// [`crate::order::Acknowledgement`]s, signed by the device.
    pub acknowledgements: Vec<Signed>,
}
