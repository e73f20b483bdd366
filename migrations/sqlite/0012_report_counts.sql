-- What reports count of a silent gateway names that gateway (`gateway/`), and not only its home: made anew from the alerts.
INSERT INTO facts_due (alert) SELECT alert FROM alert_facts WHERE rule = 'gateway_silent' ON CONFLICT DO NOTHING;

-- For long periods: all that figures by outcome, rule, kind and model look at, in one order, with the organisation by which they are restricted; and what
-- operators took on, by the hour of the clock.
DROP INDEX alert_facts_in_rules;
CREATE INDEX alert_facts_in_outcomes ON alert_facts (organisation, month, lane, outcome, rule, kind, model, closed_us, raised_us, activations);
CREATE INDEX alert_facts_of_operators ON alert_facts (organisation, operator, (accepted_us / 3600000000), accepted_us, closed_us, raised_us);
