//! What crosses the wire: requests, replies, proofs' claims, orders, error codes.
