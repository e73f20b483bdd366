-- Reports that are made by the calendar and sent, and what became of each; and how long what is kept.

-- `timing` and `recipients` are JSON. `next_us` is when it is due next; NULL while nothing is to come. `stopped` says why the service itself switched it
-- off.
CREATE TABLE report_schedules (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisations (id), name TEXT NOT NULL, report TEXT NOT NULL, format TEXT NOT NULL,
  report_table TEXT, timing TEXT NOT NULL, recipients TEXT NOT NULL, active BIGINT NOT NULL, stopped TEXT, author TEXT NOT NULL, next_us BIGINT,
  created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX report_schedules_by_organisation ON report_schedules (organisation, id);
CREATE INDEX report_schedules_due ON report_schedules (next_us) WHERE next_us IS NOT NULL;

-- One making of a report. `due_day` is the local day on which the calendar asked for it, and NULL where a person did: one run for a day, whichever
-- replica was quicker. `next_us` is when somebody should begin it, or, while somebody makes it, when that one counts as lost; NULL when it is over.
-- `told` says that the alert about one that failed was raised.
CREATE TABLE report_runs (
  schedule TEXT NOT NULL REFERENCES report_schedules (id), n BIGINT NOT NULL, organisation TEXT NOT NULL, report TEXT NOT NULL, format TEXT NOT NULL,
  report_table TEXT, due_day TEXT, asked_by TEXT, send BIGINT NOT NULL, from_us BIGINT NOT NULL, to_us BIGINT NOT NULL, state TEXT NOT NULL,
  row_count BIGINT NOT NULL, attempts BIGINT NOT NULL, next_us BIGINT, created_us BIGINT NOT NULL, begun_us BIGINT, finished_us BIGINT, error TEXT,
  file_name TEXT, size BIGINT, sha256 TEXT, kept_until_us BIGINT, sent_to BIGINT NOT NULL,
  told BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (schedule, n)
);
CREATE UNIQUE INDEX report_runs_by_day ON report_runs (schedule, due_day);
CREATE INDEX report_runs_open ON report_runs (next_us) WHERE next_us IS NOT NULL;
CREATE INDEX report_runs_untold ON report_runs (schedule, n) WHERE state = 'failed' AND told = 0;
CREATE INDEX report_runs_kept ON report_runs (kept_until_us) WHERE kept_until_us IS NOT NULL;

-- The files, in parts that are short to write. `attempt` keeps apart what two makers of one run wrote.
CREATE TABLE report_files (
  schedule TEXT NOT NULL, n BIGINT NOT NULL, attempt BIGINT NOT NULL, part BIGINT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (schedule, n, attempt, part)
);

-- How long what is kept where an organisation has its own periods; what must be kept whatever they say; and who was erased.

-- `class` as in src/domain/retention.rs. What is not here follows the settings of the installation.
CREATE TABLE retention_periods (
  organisation TEXT NOT NULL REFERENCES organisations (id), class TEXT NOT NULL, days BIGINT NOT NULL, PRIMARY KEY (organisation, class)
);

-- A legal hold: nothing of a resident, a home or an organisation is deleted while it stands. `object` is the id of what it is on.
CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisations (id), kind TEXT NOT NULL, object TEXT NOT NULL, reason TEXT NOT NULL,
  author TEXT NOT NULL, since_us BIGINT NOT NULL, until_us BIGINT, lifted_us BIGINT, lifted_by TEXT, lift_reason TEXT
);
CREATE INDEX legal_holds_by_organisation ON legal_holds (organisation, id);

-- A visit whose words were taken out of it, and whose times stay for the reports.
ALTER TABLE visits ADD COLUMN thinned BIGINT NOT NULL DEFAULT 0;
CREATE INDEX visits_whole ON visits (organisation, created_us) WHERE is_open = 0 AND thinned = 0;

ALTER TABLE homes ADD COLUMN erased_us BIGINT;
ALTER TABLE residents ADD COLUMN erased_us BIGINT;

CREATE INDEX audit_by_organisation ON audit (organisation, at_us);
