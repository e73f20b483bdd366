-- How well somebody hears, and what to do about it when speaking to them.
ALTER TABLE residents ADD COLUMN hearing TEXT NOT NULL DEFAULT '';
-- When a gateway was moved to the home where it stands; absent where it was registered for that home. What was heard before was heard elsewhere.
ALTER TABLE gateways ADD COLUMN placed_us BIGINT;
