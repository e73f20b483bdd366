-- Gateways that are silent now: a few of all that ever were.
CREATE INDEX alert_facts_silent_now ON alert_facts (raised_us, alert) WHERE rule = 'gateway_silent' AND closed_us IS NULL;
