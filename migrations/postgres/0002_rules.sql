-- Revisions of the rules: whose they change, and what they were made from. What rules in shadow would have raised.

ALTER TABLE rule_revisions ADD COLUMN organisation TEXT;
ALTER TABLE rule_revisions ADD COLUMN base BIGINT NOT NULL DEFAULT 0;

CREATE TABLE shadow_alerts (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL, home TEXT NOT NULL, rule TEXT NOT NULL, revision BIGINT NOT NULL, subject TEXT NOT NULL,
  occurred_us BIGINT NOT NULL, recorded_us BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX shadow_alerts_by_rule ON shadow_alerts (rule, recorded_us, id);
CREATE INDEX shadow_alerts_by_time ON shadow_alerts (recorded_us);
