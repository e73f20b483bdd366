-- What reports count: one narrow row for each alert, made from the alert itself, its evidence and its equipment (src/store/facts.rs). It stays when the
-- alert is erased, and then names nobody. `month` is yyyymm, `hour` 0 to 23 and `weekday` 1 (Monday) to 7, on the wall of the organisation's zone.
CREATE TABLE alert_facts (
  alert TEXT PRIMARY KEY, organisation TEXT NOT NULL, home TEXT NOT NULL, resident TEXT, rule TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,
  model TEXT NOT NULL, device TEXT NOT NULL, lane TEXT NOT NULL, priority BIGINT NOT NULL, raised_us BIGINT NOT NULL, occurred_us BIGINT NOT NULL,
  month BIGINT NOT NULL, hour BIGINT NOT NULL, weekday BIGINT NOT NULL, wait_s BIGINT, accepted_us BIGINT, operator TEXT,
  owner TEXT, closed_us BIGINT, outcome TEXT, cause TEXT, activations BIGINT NOT NULL
);
CREATE INDEX alert_facts_by_time ON alert_facts (raised_us, alert);
CREATE INDEX alert_facts_by_organisation ON alert_facts (organisation, raised_us, alert);
-- For long periods: all that the commonest figures look at, in the order in which they are told, so that years are counted without sorting them.
CREATE INDEX alert_facts_in_months ON alert_facts (organisation, month, hour, weekday, lane, wait_s, outcome, closed_us, raised_us, activations);
CREATE INDEX alert_facts_in_rules ON alert_facts (rule, month, lane, outcome, closed_us, raised_us, activations);
CREATE INDEX alert_facts_in_homes ON alert_facts (home, organisation, lane, outcome, closed_us, raised_us, activations);
CREATE INDEX alert_facts_open ON alert_facts (organisation, lane) WHERE closed_us IS NULL;
CREATE INDEX alert_facts_of_tests ON alert_facts (device) WHERE lane = 'test';
CREATE INDEX alert_facts_of_silence ON alert_facts (raised_us) WHERE rule = 'gateway_silent';

-- Alerts whose row is to be made anew, beside those that the feed names: those of before, and those that were imported.
CREATE TABLE facts_due (alert TEXT PRIMARY KEY);
INSERT INTO facts_due (alert) SELECT id FROM alerts;
INSERT INTO counters (name, value) SELECT 'facts', value FROM counters WHERE name = 'feed';

CREATE INDEX visits_by_time ON visits (created_us, id);
CREATE INDEX day_rollups_of_tests ON day_rollups (home, device) WHERE kind = 'test_call';
