//! Real parts for journeys: the company's server and identity provider, a private desktop, the window, a second person.

mod audit;
pub mod company;
pub mod desktop;
pub mod lead;
pub mod window;
