//! claviger-demo: seeds the demonstration organization.

pub mod company;
