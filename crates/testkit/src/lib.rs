//! Clock, randomness, fixtures, started peers.
