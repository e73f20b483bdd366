//! Our own format: one event object of the contract on each line, with the field `gateway` added.
//!
//! An `id` in the line is kept; a line without one gets it from its number. Lines stay in their order, because a recording may be out of
//! order on purpose.

use chrono::{DateTime, SubsecRound};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::recorded::{Content, Recorded, Row, local_time};
use super::{Found, ReplayError};
use crate::clock::Time;

/// Reads JSON lines; empty lines are passed over.
pub(super) fn lines(text: &[u8], zone: Tz) -> Result<Found, ReplayError> {
    let mut found = Found::default();
    for (line, row) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        if row.trim_ascii().is_empty() {
            continue;
        }
        let (gateway, event) = read(row, zone, line).map_err(|problem| ReplayError::Row { line, problem })?;
        found.rows += 1;
        found.push(&gateway, || gateway.clone(), event);
    }
    Ok(found)
}

fn read(row: &[u8], zone: Tz, line: u64) -> Result<(String, Recorded), String> {
    let mut object: Map<String, Value> = serde_json::from_slice(row).map_err(|error| format!("not a JSON object: {error}"))?;
    let Some(Value::String(gateway)) = object.remove("gateway") else {
        return Err("`gateway` is missing: the id of the gateway that sends it".into());
    };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if gateway.is_empty() || gateway.len() > 64 || !gateway.chars().all(fine) {
        return Err(format!("`{gateway}` is not a gateway id: 1 to 64 of A-Z a-z 0-9 . _ -"));
    }
    let at = match object.remove("at") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(time(&text, zone)?),
        Some(other) => return Err(format!("`{other}` is not a time: RFC 3339, or local without an offset")),
    };
    Ok((gateway, Recorded { row: Row::Line(line), at, content: Content::Native(object) }))
}

fn time(text: &str, zone: Tz) -> Result<Time, String> {
    let with_offset = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc().trunc_subsecs(6)).ok();
    with_offset.or_else(|| local_time(text, zone)).ok_or_else(|| format!("`{text}` is not a time: RFC 3339, or local without an offset"))
}
