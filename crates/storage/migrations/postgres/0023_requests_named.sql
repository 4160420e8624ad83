-- The feed names the request that changed, so that the answer to one that is older than many others reaches devices too.
ALTER TABLE changes ADD COLUMN request BYTEA;
