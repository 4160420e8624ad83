//! Keys: who makes them, their limits, their end.

mod holders;
mod lives;
