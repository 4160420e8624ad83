//! AEAD envelopes, the key hierarchy, sealing to a device, signatures, secret types that cannot be printed.
