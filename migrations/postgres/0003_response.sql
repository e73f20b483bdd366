-- The place in the queue: what came back stands first, then what breaches first.
ALTER TABLE alerts ADD COLUMN rank_us BIGINT NOT NULL DEFAULT 0;
UPDATE alerts SET rank_us = raised_us + 180000000 WHERE state <> 'closed';
DROP INDEX alerts_in_rank;
CREATE INDEX alerts_in_order ON alerts (priority, rank_us, id) WHERE state <> 'closed';
-- Every open alert has a clock: those that were raised before get theirs now.
INSERT INTO clocks (home, rule, subject, due_us) SELECT home, '#lease', id, raised_us FROM alerts WHERE state <> 'closed' ON CONFLICT DO NOTHING;

-- Who is told of an alert that nobody takes. `organisation` NULL: for all; `queue` NULL: only where a rule names it.
CREATE TABLE escalation_policies (
  id TEXT PRIMARY KEY, organisation TEXT REFERENCES organisations (id), name TEXT NOT NULL, queue TEXT, steps TEXT NOT NULL, repeat_s BIGINT NOT NULL,
  version BIGINT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX escalation_policies_by_organisation ON escalation_policies (organisation, id);
