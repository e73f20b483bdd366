//! What is exported: the tables in the order in which they can be read in again, whose rows they are, and what their columns mean.

/// How a column is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; JSON where the dictionary says so.
    Text,
    /// A whole number; microseconds since 1970 (UTC) where the name ends in `_us`.
    Number,
    /// Bytes, exported as hexadecimal digits.
    Bytes,
}

/// A table of the export.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub says: &'static str,
    columns: &'static str,
    whose: &'static str,
    /// Whether an import reads it. The others are for reading only, and the dictionary says why.
    pub loaded: bool,
    /// Columns that stay behind, with the reason.
    pub left_out: &'static [(&'static str, &'static str)],
}

impl Table {
    /// Its columns in order. In the list, `#` marks numbers and `%` bytes.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Kind)> + use<> {
        self.columns.split_whitespace().map(|name| match name.split_at(1) {
            ("#", rest) => (rest, Kind::Number),
            ("%", rest) => (rest, Kind::Bytes),
            _ => (name, Kind::Text),
        })
    }

    /// Which rows are the organisation's (`$1`), and their order.
    pub(super) fn whose(&self) -> String {
        const HOMES: &str = "(SELECT id FROM homes WHERE organisation = $1)";
        const ALERTS: &str = "(SELECT id FROM alerts WHERE organisation = $1)";
        self.whose.replace("{homes}", HOMES).replace("{alerts}", ALERTS)
    }
}

const fn table(name: &'static str, says: &'static str, columns: &'static str, whose: &'static str) -> Table {
    Table { name, says, columns, whose, loaded: true, left_out: &[] }
}

/// The tables.
pub const TABLES: &[Table] = &[
    table("organisations", "The organisation.", "id name zone #created_us #archived_us", "id = $1"),
    table(
        "homes",
        "A home: where the equipment is, and how to get in.",
        "id organisation name address locality zone call_back access_notes %key_safe #created_us #archived_us #erased_us",
        "organisation = $1 ORDER BY id",
    ),
    table("retention_periods", "For how many days the organisation keeps what, where it set that itself.", "organisation class #days", "organisation = $1 ORDER BY class"),
    table(
        "legal_holds",
        "What must be kept whatever the periods say.",
        "id organisation kind object reason author #since_us #until_us #lifted_us lifted_by lift_reason",
        "organisation = $1 ORDER BY id",
    ),
    table("home_versions", "How often what is known of a home was changed.", "home #version", "home IN {homes} ORDER BY home"),
    table(
        "residents",
        "Somebody who lives in a home.",
        "id home name preferred_name language hearing born notes medical risks #vulnerability #created_us #archived_us #erased_us",
        "home IN {homes} ORDER BY id",
    ),
    table(
        "contacts",
        "Somebody to call about a home.",
        "id home name relation telephone #calling_order #key_holder notes #created_us #archived_us",
        "home IN {homes} ORDER BY id",
    ),
    table(
        "gateways",
        "The equipment that a home's sensors speak through.",
        "id home #registered secret_sha256 revoked_certificates model network call_back status #status_us #first_heard_us #last_heard_us #created_us #archived_us #placed_us",
        "home IN {homes} ORDER BY id",
    ),
    table(
        "devices",
        "A sensor or pendant behind a gateway.",
        "id gateway address home resident model room call_back #confirmed #first_heard_us #last_heard_us battery #created_us #archived_us",
        "home IN {homes} ORDER BY id",
    ),
    Table {
        left_out: &[("password", "Secret. After an import each person sets a new one with `harken user add` or through an administrator.")],
        ..table(
            "users",
            "Somebody who works for the organisation, or answered one of its alerts.",
            "id login name email #created_us #archived_us",
            "id IN (SELECT holder FROM grants WHERE organisation = $1) OR id IN (SELECT operator FROM alert_facts WHERE organisation = $1)
             OR id IN (SELECT responder FROM visits WHERE organisation = $1) ORDER BY id",
        )
    },
    table("grants", "What somebody may do in the organisation.", "holder role organisation", "organisation = $1 AND holder IN (SELECT id FROM users) ORDER BY holder, role"),
    table(
        "plans",
        "A version of the settings of the organisation, a home, a resident or a device.",
        "scope_kind scope_id #version overrides author reason #created_us",
        "(scope_kind = 'organisation' AND scope_id = $1) OR scope_id IN {homes} OR scope_id IN (SELECT id FROM residents WHERE home IN {homes})
         OR scope_id IN (SELECT id FROM devices WHERE home IN {homes}) ORDER BY scope_kind, scope_id, version",
    ),
    table(
        "rule_revisions",
        "A revision of the rules: the organisation's own, and those of the installation that they stand on.",
        "#revision rules source_sha256 author reason #created_us organisation #base",
        "organisation IS NULL OR organisation = $1 ORDER BY revision",
    ),
    table(
        "escalation_policies",
        "Who is told of an alert, in steps: the organisation's own, and those of the installation.",
        "id organisation name queue steps #repeat_s #version #created_us #archived_us",
        "organisation IS NULL OR organisation = $1 ORDER BY id",
    ),
    Table {
        left_out: &[("seq", "A number of the installation; the order of the rows is its order.")],
        ..table(
            "events",
            "What a device said.",
            "gateway id home device resident kind #at_us #claimed_us #received_us body",
            "home IN {homes} ORDER BY seq",
        )
    },
    table(
        "day_rollups",
        "How often a device said something on a local day. Events are counted here once they are a minute old, and stay counted when they are deleted.",
        "home device day kind #events #first_us #last_us",
        "home IN {homes} ORDER BY home, day, device, kind",
    ),
    table(
        "quarantine",
        "A message that could not be understood.",
        "id #received_us gateway organisation home topic #length reason %head",
        "organisation = $1 ORDER BY id",
    ),
    table("rule_states", "What a rule remembers of a home.", "home rule subject #revision state", "home IN {homes} ORDER BY home, rule, subject"),
    table(
        "clocks",
        "When a home is looked at again.",
        "home rule subject #due_us",
        "home IN {homes} OR home = 'organisation/' || $1 ORDER BY home, rule, subject",
    ),
    table(
        "alerts",
        "An alert.",
        "id organisation home rule subject queue #priority state holder #lease_us #raised_us #closed_us #version body #rank_us",
        "organisation = $1 ORDER BY id",
    ),
    table("alert_entries", "What happened with an alert.", "alert #position #at_us what who text", "alert IN {alerts} ORDER BY alert, position"),
    table("alert_evidence", "An event that an alert rests on.", "alert gateway event body", "alert IN {alerts} ORDER BY alert, gateway, event"),
    table(
        "alert_facts",
        "What reports count of an alert.",
        "alert organisation home resident rule title kind model device lane #priority #raised_us #occurred_us #month #hour #weekday #wait_s #accepted_us operator owner #closed_us outcome cause #activations",
        "organisation = $1 ORDER BY alert",
    ),
    table("facts_due", "An alert whose facts are out of date.", "alert", "alert IN {alerts} ORDER BY alert"),
    table(
        "shadow_alerts",
        "What a rule that is tried out would have raised.",
        "id organisation home rule #revision subject #occurred_us #recorded_us body",
        "organisation = $1 ORDER BY id",
    ),
    table(
        "excuses",
        "Why a home is quiet: away, maintenance, test mode.",
        "id home kind device kinds #from_us #until_us reason author ended_by",
        "home IN {homes} ORDER BY id",
    ),
    table("rotas", "Who is on call.", "id organisation name zone layers #version #created_us #archived_us", "organisation = $1 ORDER BY id"),
    table(
        "rota_versions",
        "A rota as it was.",
        "rota #version body author #created_us",
        "rota IN (SELECT id FROM rotas WHERE organisation = $1) ORDER BY rota, version",
    ),
    table(
        "rota_overrides",
        "Somebody on call instead of, or beside, whom the rota names.",
        "rota #n #from_us #until_us person instead_of #beside reason author #created_us #withdrawn_us withdrawn_by",
        "rota IN (SELECT id FROM rotas WHERE organisation = $1) ORDER BY rota, n",
    ),
    table("rota_persons", "Who is in a rota.", "person rota", "rota IN (SELECT id FROM rotas WHERE organisation = $1) ORDER BY rota, person"),
    table(
        "visits",
        "A visit of a responder to a home.",
        "id organisation home alert responder state #is_open #created_us body #thinned",
        "organisation = $1 ORDER BY id",
    ),
    table(
        "incidents",
        "Homes of one area that fell silent together.",
        "id organisation cause area_kind area alert #opened_us #last_joined_us #closed_us",
        "organisation = $1 ORDER BY id",
    ),
    table(
        "incident_members",
        "A home of an incident.",
        "alert incident home #since_us #joined_us",
        "incident IN (SELECT id FROM incidents WHERE organisation = $1) ORDER BY alert",
    ),
    table(
        "welfare_checks",
        "What somebody found out about a home of an incident.",
        "incident home #n #at_us who who_name result note",
        "incident IN (SELECT id FROM incidents WHERE organisation = $1) ORDER BY incident, home, n",
    ),
    table("notices", "What the organisation was told about the platform.", "id organisation matter title text #from_us #until_us #at_us", "organisation = $1 ORDER BY id"),
    table(
        "up_intervals",
        "When a gateway could be heard.",
        "path #from_us #until_us",
        "path IN (SELECT id FROM gateways WHERE home IN {homes}) ORDER BY path, from_us",
    ),
    Table {
        loaded: false,
        left_out: &[("secret", "Secret."), ("previous_secret", "Secret.")],
        ..table(
            "webhooks",
            "Where the organisation is told by HTTP. Not read in again: its secret stays behind, so it is set up anew.",
            "id organisation name url events #previous_until_us #created_us #archived_us",
            "organisation = $1 ORDER BY id",
        )
    },
    Table {
        loaded: false,
        ..table(
            "report_schedules",
            "A report that is made by the calendar and sent. Not read in again: two installations would send it twice, so it is set up anew.",
            "id organisation name report format report_table timing recipients #active stopped author #next_us #created_us #archived_us",
            "organisation = $1 ORDER BY id",
        )
    },
    Table {
        loaded: false,
        ..table(
            "report_runs",
            "One making of such a report. Not read in again, as its schedule.",
            "schedule #n organisation report format report_table due_day asked_by #send #from_us #to_us state #row_count #attempts #next_us #created_us #begun_us #finished_us error file_name #size sha256 #kept_until_us #sent_to #told",
            "organisation = $1 ORDER BY schedule, n",
        )
    },
    Table {
        loaded: false,
        ..table(
            "outbox",
            "A message to somebody. Not read in again: two installations would send it twice.",
            "id organisation channel target alert kind body #created_us #next_us #attempts state #last_status last_error #delivered_us #told",
            "organisation = $1 ORDER BY id",
        )
    },
    Table {
        loaded: false,
        ..table(
            "audit",
            "Who read or changed what. Not read in again: it can be verified only with the chain of the installation that wrote it.",
            "#seq #at_us organisation who action object_kind object_id detail",
            "organisation = $1 ORDER BY seq",
        )
    },
    Table {
        loaded: false,
        left_out: &[("salt", "Belongs to the seals of the installation.")],
        ..table(
            "audit_details",
            "What an entry of the trail says in words; missing where it was erased.",
            "#seq detail",
            "seq IN (SELECT seq FROM audit WHERE organisation = $1) ORDER BY seq",
        )
    },
];

/// Tables that no export holds, with the reason.
pub const LEFT_BEHIND: &[(&str, &str)] = &[
    ("tokens", "secrets of other systems"),
    ("sessions", "secrets of browsers"),
    ("presence", "who sits at a screen now"),
    ("idempotency_keys", "answers kept for a day"),
    ("counters", "the installation's own"),
    ("strangers", "gateways that belong to nobody"),
    ("feed", "the stream of changes; the alerts themselves are exported"),
    ("report_files", "files of scheduled reports: the reports themselves can be made of what is exported"),
    ("mailings", "messages that are about to get a row for each receiver in `outbox`"),
    ("replays", "recordings that were played"),
    ("audit_seals", "the chain of the whole installation"),
    ("_sqlx_migrations", "the schema"),
];
