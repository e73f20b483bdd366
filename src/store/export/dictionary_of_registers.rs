//! What each column of the registers is, in words: homes, people, equipment, staff, rules and periods.

use super::dictionary::Own;

/// Table by table.
pub(super) const REGISTERS: &[Own] = &[
    ("organisations", &[]),
    (
        "homes",
        &[
            ("address", "Postal address."),
            ("locality", "Scheme, estate or village: by it homes are counted together in reports, and silence of an area is noticed."),
            ("access_notes", "How to get in, and what to mind there."),
            ("erased_us", "When what is personal was erased; empty while it is there."),
            ("key_safe", "Code of the key safe in clear text if the export was made with `--key-safe-codes`; else empty."),
        ],
    ),
    ("home_versions", &[("version", "Raised with every change of what decisions about the home read.")]),
    (
        "residents",
        &[
            ("name", "Full name."),
            ("preferred_name", "How they wish to be called."),
            ("language", "The language they speak, where it is not the usual one."),
            ("hearing", "How well they hear, and what to do about it when speaking to them."),
            ("born", "Date of birth."),
            ("erased_us", "When what is personal was erased; empty while it is there."),
            ("notes", "What an operator should know."),
            ("medical", "Conditions and medicines that matter when help is sent."),
            ("risks", "What whoever goes there should mind."),
            ("vulnerability", "How much depends on their alarm when many homes fall silent: 0 usual, 1 raised, 2 high."),
        ],
    ),
    (
        "contacts",
        &[
            ("name", "Full name."),
            ("relation", "Who they are to the resident."),
            ("telephone", "Number, with its country."),
            ("calling_order", "The place in which they are called, beginning with 1."),
            ("key_holder", "Whether they have a key."),
            ("notes", "When and how to reach them."),
        ],
    ),
    (
        "gateways",
        &[
            ("registered", "Whether somebody entered it; 0 for one that spoke without being known."),
            ("secret_sha256", "SHA-256 of the secret with which it signs on; the secret itself is kept nowhere."),
            ("revoked_certificates", "JSON array: fingerprints of client certificates that are not accepted from it any more."),
            ("model", "Maker's model; empty when nobody entered it."),
            ("network", "The network that it speaks through; by it trouble of many homes is noticed."),
            ("status", "What it said of itself last: `online` or `offline`."),
            ("status_us", "When it said so."),
            ("placed_us", "When it was moved to the home where it stands; empty where it was registered for that home."),
        ],
    ),
    (
        "devices",
        &[
            ("address", "Its address behind the gateway."),
            ("model", "Maker's model; empty when nobody entered it."),
            ("room", "Where it is."),
            ("confirmed", "Whether somebody entered or confirmed it; 0 for one that was only heard."),
            ("battery", "Its last word about its battery: `low` or `ok`; empty when it said none."),
        ],
    ),
    ("users", &[("login", "The name with which they sign in."), ("name", "Full name."), ("email", "Where they get mail.")]),
    (
        "grants",
        &[
            ("holder", "Id of the person or other system."),
            ("role", "`administrator`, `manager`, `operator`, `responder`, `viewer` or `system`."),
            ("organisation", "In which organisation."),
        ],
    ),
    (
        "plans",
        &[
            ("scope_kind", "For what: `organisation`, `home`, `resident` or `device`."),
            ("scope_id", "Id of that."),
            ("overrides", "JSON object: the settings that differ from the wider ones, by their names."),
        ],
    ),
    (
        "rule_revisions",
        &[
            ("revision", "Its number."),
            ("rules", "JSON: the rules, whole."),
            ("source_sha256", "SHA-256 of what it was made from."),
            ("organisation", "Whose rules it changes; empty: those of the installation."),
            ("base", "The revision that it was made from; 0 for the first."),
        ],
    ),
    (
        "escalation_policies",
        &[
            ("organisation", "Whose it is; empty: of the installation, for all."),
            ("queue", "The queue whose alerts follow it; empty: only alerts whose rule names it."),
            ("steps", "JSON array: after how long who is told."),
            ("repeat_s", "Seconds after which the last step is taken again."),
        ],
    ),
    ("retention_periods", &[("class", "What is kept: a class of records, by its name."), ("days", "For how many days.")]),
    (
        "legal_holds",
        &[
            ("kind", "On what it is: `organisation`, `home` or `resident`."),
            ("object", "Id of that."),
            ("since_us", "Since when it stands."),
            ("until_us", "Until when; empty: until it is lifted."),
            ("lifted_us", "When it was lifted; empty while it stands."),
            ("lifted_by", "Id of who lifted it."),
            ("lift_reason", "Why it was lifted, in their words."),
        ],
    ),
];
