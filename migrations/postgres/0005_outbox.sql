-- What is to be sent out, written in the transaction that it tells of; the webhooks that it goes to; and the seals of the trail.

ALTER TABLE users ADD COLUMN email TEXT;

-- `events` is a JSON array of kinds; empty means all. The secrets are encrypted under the key of the installation.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisations (id), name TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,
  secret BYTEA NOT NULL, previous_secret BYTEA, previous_until_us BIGINT, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX webhooks_by_organisation ON webhooks (organisation, id);

-- `next_us` is when to try next, and while somebody tries, when that try counts as lost; NULL when it is finished. `told` says that the alert about
-- a dead one was raised.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL, alert TEXT, kind TEXT NOT NULL, body TEXT NOT NULL,
  created_us BIGINT NOT NULL, next_us BIGINT, attempts BIGINT NOT NULL, state TEXT NOT NULL, last_status BIGINT, last_error TEXT, delivered_us BIGINT,
  told BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_by_next ON outbox (next_us, target, id) WHERE next_us IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (target, id) WHERE state = 'dead' AND told = 0;
CREATE INDEX outbox_by_target ON outbox (target, id);
CREATE INDEX outbox_by_time ON outbox (created_us);

-- The trail, sealed: entries in the order in which they were chained. What may be erased of an entry (names, words) stands apart with its salt; the
-- seal keeps the digest of both.
CREATE TABLE audit_details (seq BIGINT PRIMARY KEY, salt TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE audit_seals (
  position BIGINT PRIMARY KEY, seq BIGINT NOT NULL UNIQUE, detail_sha256 TEXT, hash TEXT NOT NULL, sealed_us BIGINT NOT NULL
);
