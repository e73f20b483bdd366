-- Times are microseconds since 1970 in UTC (`…_us`); ids are text; JSON is text. The same on both databases (docs/adr/0005).

CREATE TABLE organisations (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);

CREATE TABLE homes (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisations (id), name TEXT NOT NULL, address TEXT NOT NULL, locality TEXT NOT NULL,
  zone TEXT NOT NULL, call_back TEXT, access_notes TEXT NOT NULL, key_safe BLOB, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX homes_by_organisation ON homes (organisation, id);

-- One narrow row per home (also `unclaimed/{gateway}`): the version of everything that a decision reads. Locked and raised by each commit.
CREATE TABLE home_versions (home TEXT PRIMARY KEY, version BIGINT NOT NULL);

CREATE TABLE residents (
  id TEXT PRIMARY KEY, home TEXT NOT NULL REFERENCES homes (id), name TEXT NOT NULL, preferred_name TEXT, language TEXT, born TEXT, notes TEXT NOT NULL,
  medical TEXT NOT NULL, risks TEXT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX residents_by_home ON residents (home, id);

CREATE TABLE contacts (
  id TEXT PRIMARY KEY, home TEXT NOT NULL REFERENCES homes (id), name TEXT NOT NULL, relation TEXT NOT NULL, telephone TEXT NOT NULL,
  calling_order BIGINT NOT NULL, key_holder BIGINT NOT NULL, notes TEXT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX contacts_by_home ON contacts (home, calling_order, id);

-- `home` is the home key: a home's id, or `unclaimed/{gateway}` for a gateway that nobody registered.
CREATE TABLE gateways (
  id TEXT PRIMARY KEY, home TEXT NOT NULL, registered BIGINT NOT NULL, secret_sha256 TEXT, revoked_certificates TEXT NOT NULL, model TEXT NOT NULL,
  call_back TEXT, status TEXT, status_us BIGINT, first_heard_us BIGINT, last_heard_us BIGINT, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX gateways_by_home ON gateways (home, id);

CREATE TABLE devices (
  id TEXT PRIMARY KEY, gateway TEXT NOT NULL REFERENCES gateways (id), address TEXT NOT NULL, home TEXT NOT NULL, resident TEXT, model TEXT NOT NULL,
  room TEXT NOT NULL, call_back TEXT, confirmed BIGINT NOT NULL, first_heard_us BIGINT, last_heard_us BIGINT, battery TEXT,
  created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE UNIQUE INDEX devices_by_address ON devices (gateway, address);
CREATE INDEX devices_by_home ON devices (home, id);

CREATE TABLE users (
  id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, secret_sha256 TEXT NOT NULL UNIQUE, created_us BIGINT NOT NULL, last_used_us BIGINT, archived_us BIGINT
);
-- `holder` is a user's or token's id; `organisation` NULL means all.
CREATE TABLE grants (holder TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT);
CREATE INDEX grants_by_holder ON grants (holder);
CREATE TABLE sessions (
  secret_sha256 TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES users (id), csrf TEXT NOT NULL, created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_us);
CREATE TABLE presence (principal TEXT PRIMARY KEY, seen_us BIGINT NOT NULL);
CREATE TABLE idempotency_keys (
  principal TEXT NOT NULL, idempotency_key TEXT NOT NULL, request_sha256 TEXT NOT NULL, status BIGINT, body TEXT, created_us BIGINT NOT NULL,
  PRIMARY KEY (principal, idempotency_key)
);

-- Every version of every scope's overrides; the highest version rules. `scope_kind` is organisation, home or device.
CREATE TABLE plans (
  scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL, version BIGINT NOT NULL, overrides TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,
  created_us BIGINT NOT NULL, PRIMARY KEY (scope_kind, scope_id, version)
);

CREATE TABLE rule_revisions (
  revision BIGINT PRIMARY KEY, rules TEXT NOT NULL, source_sha256 TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, created_us BIGINT NOT NULL
);

-- Named numbers: the feed's last position, the active rule revision, the last event in the daily sums.
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('feed', 0), ('rules', 0), ('rollups', 0);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY, gateway TEXT NOT NULL, id TEXT NOT NULL, home TEXT NOT NULL, device TEXT, resident TEXT, kind TEXT NOT NULL,
  at_us BIGINT NOT NULL, claimed_us BIGINT, received_us BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE UNIQUE INDEX events_by_id ON events (gateway, id);
CREATE INDEX events_by_home ON events (home, at_us);

CREATE TABLE day_rollups (
  home TEXT NOT NULL, device TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, events BIGINT NOT NULL, first_us BIGINT NOT NULL, last_us BIGINT NOT NULL,
  PRIMARY KEY (home, day, device, kind)
);

CREATE TABLE quarantine (
  id TEXT PRIMARY KEY, received_us BIGINT NOT NULL, gateway TEXT NOT NULL, organisation TEXT NOT NULL, home TEXT NOT NULL, topic TEXT NOT NULL,
  length BIGINT NOT NULL, reason TEXT NOT NULL, head BLOB NOT NULL
);
CREATE INDEX quarantine_by_time ON quarantine (received_us, id);

-- Who knocked at the listener and was refused.
CREATE TABLE strangers (
  gateway TEXT PRIMARY KEY, reason TEXT NOT NULL, peer TEXT NOT NULL, first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, refusals BIGINT NOT NULL
);

CREATE TABLE rule_states (
  home TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, revision BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (home, rule, subject)
);

CREATE TABLE clocks (
  home TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, due_us BIGINT NOT NULL, PRIMARY KEY (home, rule, subject)
);
CREATE INDEX clocks_by_due ON clocks (due_us);

-- `home` is the home key. The unique index is what makes two creators end with one alert.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, home TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, queue TEXT NOT NULL,
  priority BIGINT NOT NULL, state TEXT NOT NULL, holder TEXT, lease_us BIGINT, raised_us BIGINT NOT NULL, closed_us BIGINT, version BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX alerts_open ON alerts (home, queue, rule, subject) WHERE state <> 'closed';
CREATE INDEX alerts_in_rank ON alerts (priority, raised_us, id) WHERE state <> 'closed';
CREATE INDEX alerts_by_organisation ON alerts (organisation, raised_us, id);
CREATE INDEX alerts_by_home ON alerts (home, raised_us, id);
CREATE INDEX alerts_by_time ON alerts (raised_us, id);
CREATE INDEX alerts_by_holder ON alerts (holder) WHERE holder IS NOT NULL;

CREATE TABLE alert_entries (
  alert TEXT NOT NULL, position BIGINT NOT NULL, at_us BIGINT NOT NULL, what TEXT NOT NULL, who TEXT, text TEXT NOT NULL, PRIMARY KEY (alert, position)
);
-- Copies of the events that an alert rests on, so that retention cannot hollow it out.
CREATE TABLE alert_evidence (
  alert TEXT NOT NULL, gateway TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (alert, gateway, event)
);
CREATE INDEX alert_evidence_by_event ON alert_evidence (gateway, event);

-- The numbered change feed: the whole alert as it was at each change.
CREATE TABLE feed (position BIGINT PRIMARY KEY, at_us BIGINT NOT NULL, organisation TEXT NOT NULL, alert TEXT NOT NULL, body TEXT NOT NULL);

-- When a path was up: `platform` is our own, anything else a gateway id. `until_us` moves on while it is alive.
CREATE TABLE up_intervals (path TEXT NOT NULL, from_us BIGINT NOT NULL, until_us BIGINT NOT NULL, PRIMARY KEY (path, from_us));

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at_us BIGINT NOT NULL, organisation TEXT, who TEXT NOT NULL, action TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX audit_by_object ON audit (object_id, seq);

-- How far a recording was shifted at its first replay, so that the next one sends the same events again.
CREATE TABLE replays (recording TEXT PRIMARY KEY, shift_us BIGINT NOT NULL);
