//! What a signed-in person can do, one use case a file.
