-- What waits, target by target: whoever looks for what is due passes over targets that hang, however much waits for them. Reports apart.
CREATE INDEX outbox_waiting ON outbox (target, next_us, id) WHERE next_us IS NOT NULL AND kind <> 'report.ready';
CREATE INDEX outbox_waiting_reports ON outbox (target, next_us, id) WHERE next_us IS NOT NULL AND kind = 'report.ready';
