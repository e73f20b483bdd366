//! The Ordonez home: `events.csv` made from the sensors file, or the sensors file itself (Ordonez, de Toledo, Sanchis, Sensors 2013, 13,
//! 5460-5477). Times are local, without an offset.
//!
//! A sensor is `location/type/place`. Its type says what switching on and off means. The end of a movement has no kind: it is skipped,
//! and counted.

use std::sync::Arc;

use super::recorded::{Content, Recorded, Row, local_time};
use super::tihm::for_each_row;
use super::{Found, HowToRead, ReplayError};
use crate::clock::Time;
use crate::sim::message::Reading;

/// Reads `ts,sensor,state`: each row is one event.
pub(super) fn events(text: &[u8], reading: &HowToRead) -> Result<Found, ReplayError> {
    let mut found = Found::default();
    for_each_row(text, |line, [ts, sensor, state]: [&str; 3]| {
        found.rows += 1;
        let on = match state {
            "ON" => true,
            "OFF" => false,
            _ => return Err(format!("unknown state `{state}`, expected ON or OFF")),
        };
        let [location, kind, place] = <[&str; 3]>::try_from(sensor.split('/').collect::<Vec<_>>())
            .map_err(|_| format!("`{sensor}` is not a sensor such as Bed/Pressure/Bedroom"))?;
        let at = time(ts, reading)?;
        push(&mut found, reading, (location, kind, place), on, Row::Line(line), at)
    })?;
    Ok(found.sorted())
}

/// Reads the sensors file: two header lines, then start, end, location, type and place, with white space of any width between. Each
/// row is a begin and an end.
pub(super) fn sensors(text: &[u8], reading: &HowToRead) -> Result<Found, ReplayError> {
    let mut found = Found::default();
    for (line, row) in (1..).zip(String::from_utf8_lossy(text).lines()).skip(2) {
        let fault = |problem: String| ReplayError::Row { line, problem };
        let words: Vec<&str> = row.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        let [day, hour, end_day, end_hour, location, kind, place] = <[&str; 7]>::try_from(words)
            .map_err(|_| fault("expected start, end (each a day and a time), location, type and place".into()))?;
        found.rows += 1;
        for (on, row, at) in [(true, Row::Begin(line), format!("{day} {hour}")), (false, Row::End(line), format!("{end_day} {end_hour}"))] {
            let at = time(&at, reading).map_err(fault)?;
            push(&mut found, reading, (location, kind, place), on, row, at).map_err(fault)?;
        }
    }
    Ok(found.sorted())
}

fn time(text: &str, reading: &HowToRead) -> Result<Time, String> {
    local_time(text, reading.zone).ok_or_else(|| format!("`{text}` is not a time such as 2011-11-28 02:27:59"))
}

fn push(found: &mut Found, reading: &HowToRead, sensor: (&str, &str, &str), on: bool, row: Row, at: Time) -> Result<(), String> {
    let (location, kind, place) = sensor;
    let Some(event) = meaning(location, kind, on)? else {
        found.skip(&format!("{kind} OFF (the end of a movement)"));
        return Ok(());
    };
    let source: Arc<str> = format!("{location}/{kind}/{place}").into();
    let content = Content::Told { kind: event, device: location.to_lowercase().into(), reading: Reading::None {}, source: Some(source) };
    found.push(&reading.gateway, || "Ordonez".into(), Recorded { row, at: Some(at), content });
    Ok(())
}

/// The kind for a sensor that switches on or off; `None`: there is none.
fn meaning(location: &str, sensor_type: &str, on: bool) -> Result<Option<&'static str>, String> {
    let (switched_on, switched_off) = match (sensor_type, location) {
        ("PIR", _) => ("motion", None),
        ("Magnetic", _) => ("door_opened", Some("door_closed")),
        ("Pressure", "Bed") => ("bed_entered", Some("bed_left")),
        ("Pressure", _) => ("chair_entered", Some("chair_left")),
        ("Flush" | "Electric", _) => ("appliance_on", Some("appliance_off")),
        _ => return Err(format!("unknown sensor type `{sensor_type}`, expected PIR, Magnetic, Pressure, Flush or Electric")),
    };
    Ok(if on { Some(switched_on) } else { switched_off })
}
