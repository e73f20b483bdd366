-- A message to many receivers, written once in the transaction that it tells of. A moment later each receiver (`targets`, a JSON array) has a row of
-- its own in the outbox; `spread` says how many have it by now.
CREATE TABLE mailings (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, channel TEXT NOT NULL, alert TEXT, kind TEXT NOT NULL, body TEXT NOT NULL, targets TEXT NOT NULL,
  receivers BIGINT NOT NULL, spread BIGINT NOT NULL, created_us BIGINT NOT NULL
);
