-- A responder sent to a home on account of an alert. `body` is the visit whole; the columns are what is asked for.
CREATE TABLE visits (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, home TEXT NOT NULL, alert TEXT NOT NULL, responder TEXT, state TEXT NOT NULL, is_open BIGINT NOT NULL,
  created_us BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX visits_by_organisation ON visits (organisation, id);
CREATE INDEX visits_by_responder ON visits (responder, id);
CREATE INDEX visits_by_alert ON visits (alert, id);
CREATE INDEX visits_open ON visits (home) WHERE is_open = 1;
