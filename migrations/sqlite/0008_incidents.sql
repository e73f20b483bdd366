-- Trouble that many homes share, grouped; who is rung first then; and what organisations are told of trouble of the service itself.

-- Whose network a gateway speaks through, and how much depends on a person's alarm: 0 usual, 1 raised, 2 high.
ALTER TABLE gateways ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE residents ADD COLUMN vulnerability BIGINT NOT NULL DEFAULT 0;

-- `alert` is the incident's own alert; each member's alert stays as it is.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, cause TEXT NOT NULL, area_kind TEXT NOT NULL, area TEXT NOT NULL, alert TEXT NOT NULL,
  opened_us BIGINT NOT NULL, last_joined_us BIGINT NOT NULL, closed_us BIGINT
);
CREATE INDEX incidents_by_organisation ON incidents (organisation, id);
CREATE INDEX incidents_open ON incidents (organisation) WHERE closed_us IS NULL;

CREATE TABLE incident_members (
  alert TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents (id), home TEXT NOT NULL, since_us BIGINT NOT NULL, joined_us BIGINT NOT NULL
);
CREATE INDEX incident_members_by_incident ON incident_members (incident, home);

-- Every time that somebody looked after a home of an incident; the newest counts.
CREATE TABLE welfare_checks (
  incident TEXT NOT NULL REFERENCES incidents (id), home TEXT NOT NULL, n BIGINT NOT NULL, at_us BIGINT NOT NULL, who TEXT NOT NULL, who_name TEXT NOT NULL,
  result TEXT NOT NULL, note TEXT, PRIMARY KEY (incident, home, n)
);

CREATE TABLE notices (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, matter TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, from_us BIGINT NOT NULL, until_us BIGINT,
  at_us BIGINT NOT NULL
);
CREATE INDEX notices_by_organisation ON notices (organisation, id);
-- One on a matter of one time, whichever replica tells it.
CREATE UNIQUE INDEX notices_by_matter ON notices (organisation, matter, from_us);

-- What the auditor looks for: a message that waits for nothing.
CREATE INDEX outbox_forgotten ON outbox (id) WHERE state = 'pending' AND next_us IS NULL;
