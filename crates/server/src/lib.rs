//! claviger-server: axum routes, caller, jobs.
