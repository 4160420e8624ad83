//! One refresher for each device: a lock between processes.
