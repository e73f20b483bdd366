//! What each column of an export is, in words: those that mean the same in every table once, the others table by table.

use super::dictionary_of_registers::REGISTERS;

/// Columns that mean the same wherever they stand.
const SHARED: &[(&str, &str)] = &[
    ("id", "Its id, unique among its kind."),
    ("organisation", "Id of the organisation that answers for it."),
    ("home", "Id of the home; `unclaimed/` and a gateway for equipment that no home has."),
    ("resident", "Id of the person whom it concerns, where that is known."),
    ("gateway", "Id of the gateway, as it signs on."),
    ("alert", "Id of the alert."),
    ("rule", "Id of the rule."),
    ("name", "Its name, as people call it."),
    ("zone", "IANA time zone in which its days and hours are told."),
    ("author", "Id of who made it: a person or another system; `cli` for the command line."),
    ("reason", "Why, in their words."),
    ("created_us", "When it was entered."),
    ("archived_us", "When it was taken out of use; empty while it is in use."),
    ("first_heard_us", "When it was heard first; empty when it never was."),
    ("last_heard_us", "When it was heard last; empty when it never was."),
    ("call_back", "`tel:` or `sip:` address on which to speak to the person."),
    ("version", "Counts its changes, beginning with 1."),
    ("subject", "What the rule keeps apart: `home`, `device:{gateway}/{address}` or `resident:{id}`."),
    ("n", "Its number within what it belongs to, in the order of entry."),
];

/// The columns of one table that mean something of their own there.
pub(super) type Own = (&'static str, &'static [(&'static str, &'static str)]);

const OWN: &[Own] = &[
    (
        "events",
        &[
            ("id", "The id that the gateway gave it, unique within the gateway."),
            ("device", "Address of the sensor behind the gateway; empty: the gateway itself."),
            ("kind", "What happened, by the catalogue of events."),
            ("at_us", "When it happened, as it is counted: by the device's clock where that is credible, else when it was received."),
            ("claimed_us", "When it happened by the device's own clock; empty when it did not say."),
            ("received_us", "When it was received."),
            ("body", "JSON: readings with their unit, marks, and what else the device said."),
        ],
    ),
    (
        "day_rollups",
        &[
            ("device", "Address of the sensor behind the gateway; empty: the gateway itself."),
            ("day", "Local day (yyyy-mm-dd) in the home's zone."),
            ("kind", "What happened, by the catalogue of events."),
            ("events", "How often."),
            ("first_us", "When first on that day."),
            ("last_us", "When last on that day."),
        ],
    ),
    (
        "quarantine",
        &[
            ("received_us", "When it came."),
            ("topic", "The MQTT topic on which it came."),
            ("length", "Its length in bytes."),
            ("reason", "Why it could not be understood."),
            ("head", "Its first bytes, 4 KiB at most."),
        ],
    ),
    ("rule_states", &[("revision", "Revision of the rules under which it was kept."), ("state", "JSON: what the rule remembers.")]),
    (
        "clocks",
        &[
            ("rule", "Id of the rule that looks; names beginning with `#` are the service's own clocks, such as those of alerts."),
            ("subject", "What is looked at: a subject of the rule, or the id of an alert."),
            ("due_us", "When."),
        ],
    ),
    (
        "alerts",
        &[
            ("queue", "Who it waits for: `care`, `health`, `technical` or `test`."),
            ("priority", "1 life, 2 urgent, 3 soon, 4 later, 5 information."),
            ("state", "`raised`, `accepted`, `held` or `closed`."),
            ("holder", "Id of who has it now."),
            ("lease_us", "Until when they have it unless they show that they are there."),
            ("raised_us", "When it was raised."),
            ("closed_us", "When it was closed."),
            ("body", "JSON: the whole alert, as `GET /api/v1/alerts/{id}` shows it."),
            ("rank_us", "Its place among open alerts of its priority: lower stands first."),
        ],
    ),
    (
        "alert_entries",
        &[
            ("position", "Its place in the history: the version of the alert after it."),
            ("at_us", "When it happened."),
            ("what", "What happened, as a code: `raised`, `accepted`, `note`, `closed` and others."),
            ("who", "Name of who did it; empty for the service itself."),
            ("text", "What happened, in words."),
        ],
    ),
    (
        "alert_evidence",
        &[("event", "Id of the event within its gateway."), ("body", "JSON: the event as it was, kept as long as the alert.")],
    ),
    (
        "alert_facts",
        &[
            ("title", "What the rule was called when it raised the alert."),
            ("kind", "Kind of the first event that it rests on; empty without one."),
            ("model", "Model of the sensor, as the register has it; empty when it is not known."),
            ("device", "Gateway and address of the sensor (`gateway/address`); `gateway/` for the gateway itself; empty without one."),
            ("lane", "`emergency`, `health`, `fault` or `test`: what it counts as."),
            ("priority", "1 life, 2 urgent, 3 soon, 4 later, 5 information."),
            ("raised_us", "When it was raised."),
            ("occurred_us", "When what it is about happened."),
            ("month", "Month (yyyymm) in which it was raised, in the organisation's zone."),
            ("hour", "Hour of the day, 0 to 23, in which it was raised, in the organisation's zone."),
            ("weekday", "Day of the week on which it was raised, 1 Monday to 7 Sunday, in the organisation's zone."),
            ("wait_s", "Whole seconds from the first receipt until it was accepted first; empty when nobody has."),
            ("accepted_us", "When it was accepted first."),
            ("operator", "Id of who accepted it first."),
            ("owner", "Of a fault: whose task it is, in the words that were entered."),
            ("closed_us", "When it was closed."),
            ("outcome", "Code with which it was closed."),
            ("cause", "Why the answer came too late, in the words of whoever closed it."),
            ("activations", "How often it was activated while it was open."),
        ],
    ),
    ("facts_due", &[]),
    (
        "shadow_alerts",
        &[
            ("revision", "Revision of the rules that were tried out."),
            ("occurred_us", "When what it is about happened."),
            ("recorded_us", "When it was written down."),
            ("body", "JSON: the alert that would have been raised."),
        ],
    ),
    (
        "excuses",
        &[
            ("kind", "`away`, `hospital`, `carer_present`, `maintenance` or `test_mode`."),
            ("device", "Of test mode: the sensor that is tested; empty: all of the home."),
            ("kinds", "JSON array: the kinds of events that are meant; empty: all."),
            ("from_us", "From when."),
            ("until_us", "Until when; moved forward when somebody ends it early."),
            ("ended_by", "Id of who ended it early."),
        ],
    ),
    ("rotas", &[("layers", "JSON array: who takes turns with whom, and when.")]),
    (
        "rota_versions",
        &[("rota", "Id of the rota."), ("body", "JSON: the rota in that version, whole."), ("created_us", "When that version was made.")],
    ),
    (
        "rota_overrides",
        &[
            ("rota", "Id of the rota."),
            ("from_us", "From when."),
            ("until_us", "Until when."),
            ("person", "Id of who is on call; empty: nobody."),
            ("instead_of", "Id of whom they stand in for; empty: whoever it is."),
            ("beside", "Whether they are on call beside whom the rota names, and not instead."),
            ("withdrawn_us", "When it was withdrawn."),
            ("withdrawn_by", "Id of who withdrew it."),
        ],
    ),
    ("rota_persons", &[("person", "Id of the person."), ("rota", "Id of the rota.")]),
    (
        "visits",
        &[
            ("responder", "Id of who is asked, or goes; empty when nobody is."),
            ("state", "`offered`, `accepted`, `en_route`, `arrived`, `completed`, `unfilled` or `cancelled`."),
            ("is_open", "Whether something is still to be done."),
            ("created_us", "When it was asked for."),
            ("body", "JSON: the whole visit, as `GET /api/v1/visits/{id}` shows it."),
            ("thinned", "Whether its words were taken out because their time was over."),
        ],
    ),
    (
        "incidents",
        &[
            ("cause", "What the homes have in common: `silence` or `mains_lost`."),
            ("area_kind", "What makes them neighbours: `locality` or `network`."),
            ("area", "Name of that locality or network."),
            ("alert", "Id of the incident's own alert."),
            ("opened_us", "When it began."),
            ("last_joined_us", "When the last home joined."),
            ("closed_us", "When it was over."),
        ],
    ),
    (
        "incident_members",
        &[
            ("alert", "Id of the home's own alert."),
            ("incident", "Id of the incident."),
            ("since_us", "Since when the home is concerned."),
            ("joined_us", "When it was counted to the incident."),
        ],
    ),
    (
        "welfare_checks",
        &[
            ("incident", "Id of the incident."),
            ("at_us", "When."),
            ("who", "Id of who looked."),
            ("who_name", "Their name."),
            ("result", "What they found: `well`, `away`, `needs_help` or `no_answer`."),
            ("note", "What they wrote."),
        ],
    ),
    (
        "notices",
        &[
            ("matter", "What it is about, as a code."),
            ("title", "Its heading."),
            ("text", "What was told."),
            ("from_us", "Since when what it tells of lasted."),
            ("until_us", "Until when; empty while it lasted."),
            ("at_us", "When it was told."),
        ],
    ),
    ("up_intervals", &[("path", "Id of the gateway."), ("from_us", "Since when it was heard without a gap."), ("until_us", "Until when.")]),
    (
        "webhooks",
        &[
            ("url", "Where messages are sent."),
            ("events", "JSON array: of what it is told; empty: of all."),
            ("previous_until_us", "Until when signatures were made with the secret before too."),
        ],
    ),
    (
        "outbox",
        &[
            ("channel", "How it is sent: `webhook` or `email`."),
            ("target", "Id of the webhook or person, or an address."),
            ("kind", "What it tells of, as a code."),
            ("body", "JSON: what is sent."),
            ("created_us", "When what it tells of happened."),
            ("next_us", "When the next try is due; empty when it is finished."),
            ("attempts", "How often it was tried."),
            ("state", "`pending`, `delivered` or `dead`."),
            ("last_status", "HTTP status or SMTP code of the last try."),
            ("last_error", "What went wrong in the last try."),
            ("delivered_us", "When the receiver took it."),
            ("told", "Whether an alert was raised about a message that could not be delivered."),
        ],
    ),
    (
        "audit",
        &[
            ("seq", "Number of the entry in the trail of the installation."),
            ("at_us", "When."),
            (
                "who",
                "Id of who did it: a person or another system; `cli` for the command line, `harken` and `system` for the service itself.",
            ),
            ("action", "What was done, as a code: `read`, `created`, `changed`, `accepted` and others."),
            ("object_kind", "What it was done to: `alert`, `home`, `resident` and others."),
            ("object_id", "Id of that."),
            ("detail", "Kept apart in `audit_details`; empty here but in entries of early versions."),
        ],
    ),
    ("audit_details", &[("seq", "Number of the entry in `audit`."), ("detail", "JSON: words, and values before and after.")]),
    (
        "report_schedules",
        &[
            ("report", "Name of the report."),
            ("format", "`json`, `csv` or `xlsx`."),
            ("report_table", "Of CSV: which table."),
            ("timing", "JSON: on which days it is made, and at what time."),
            ("recipients", "JSON array: to whom it is sent, and how."),
            ("active", "Whether it is made."),
            ("stopped", "Why the service itself switched it off."),
            ("next_us", "When it is due next; empty while nothing is to come."),
        ],
    ),
    (
        "report_runs",
        &[
            ("schedule", "Id of the schedule."),
            ("report", "Name of the report."),
            ("format", "`json`, `csv` or `xlsx`."),
            ("report_table", "Of CSV: which table."),
            ("due_day", "Local day for which the calendar asked; empty where a person did."),
            ("asked_by", "Id of the person who asked for it; empty: the calendar."),
            ("send", "Whether it is sent."),
            ("from_us", "Begin of the time that the report tells of."),
            ("to_us", "End of the time that the report tells of."),
            ("state", "`waiting`, `running`, `done` or `failed`."),
            ("row_count", "Rows written so far."),
            ("attempts", "How often it was begun."),
            ("next_us", "When somebody should begin it, or counts as lost who makes it; empty when it is over."),
            ("begun_us", "When its last making began."),
            ("finished_us", "When it was over."),
            ("error", "What went wrong."),
            ("file_name", "Name of the file."),
            ("size", "Bytes of the file."),
            ("sha256", "SHA-256 of the file."),
            ("kept_until_us", "Until when the file is kept."),
            ("sent_to", "To how many it was sent."),
            ("told", "Whether an alert was raised about one that failed."),
        ],
    ),
];

/// What a column of a table is, in words.
#[must_use]
pub fn words(table: &str, column: &str) -> Option<&'static str> {
    let own = REGISTERS.iter().chain(OWN).find(|(name, _)| *name == table)?.1;
    own.iter().chain(SHARED).find(|(name, _)| *name == column).map(|(_, words)| *words)
}

/// All words that are kept: the table (none for what is shared) and the column.
pub fn all() -> impl Iterator<Item = (Option<&'static str>, &'static str)> {
    let own = REGISTERS.iter().chain(OWN).flat_map(|(table, columns)| columns.iter().map(|(column, _)| (Some(*table), *column)));
    SHARED.iter().map(|(column, _)| (None, *column)).chain(own)
}
