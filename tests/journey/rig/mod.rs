//! Real parts for journeys: the company's server and identity provider, a private desktop, the window, a second person.

mod acknowledged;
mod audit;
mod choose;
pub mod company;
pub mod desktop;
mod effort;
mod entry;
pub mod lead;
pub mod remains;
pub mod server;
pub mod system_dialog;
mod watch;
pub mod window;
