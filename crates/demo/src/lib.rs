//! claviger-demo: seeds the demonstration organization.
