-- What a device had said of itself when an order was issued: its acknowledgement cannot say less (rules 24 and 26).
-- Orders from before say nothing of it, so that any acknowledgement is good enough for them.

ALTER TABLE orders ADD COLUMN known_generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN known_journal_seq BIGINT NOT NULL DEFAULT 0;
