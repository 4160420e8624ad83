//! claviger-demo: seeds the demonstration organization (rule 37). Nothing of it is in the server or in a package.

pub mod company;
pub mod provider;
pub mod seed;
