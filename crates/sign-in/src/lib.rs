//! OIDC client, PKCE, device keys and DPoP proofs.
