//! The TIHM homes: `activity.csv` and `physiology.csv` of the dataset (Palermo et al., Scientific Data 2023,
//! doi 10.1038/s41597-023-02519-y). Times are local, without an offset. Each patient is a home with a gateway `tihm-<patient>`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono_tz::Tz;

use super::recorded::{Content, Recorded, Row, local_time};
use super::{Found, ReplayError};
use crate::clock::Time;
use crate::sim::message::Reading;

/// What each location reports. A contact tells only that its door was opened.
const LOCATIONS: [(&str, &str); 8] = [
    ("kitchen", "motion"),
    ("hallway", "motion"),
    ("lounge", "motion"),
    ("bedroom", "motion"),
    ("bathroom", "motion"),
    ("fridge-door", "door_opened"),
    ("front-door", "door_opened"),
    ("back-door", "door_opened"),
];

/// Device type, kind, device, UCUM unit. Skin temperature, body water and muscle mass have no kind in the catalogue.
const READINGS: [(&str, &str, &str, &str); 3] = [
    ("Body Temperature", "body_temperature", "thermometer", "Cel"),
    ("Heart rate", "heart_rate", "blood-pressure-monitor", "/min"),
    ("Body weight", "weight", "scale", "kg"),
];

const PRESSURES: [(&str, &str); 2] = [("Systolic blood pressure", "systolic"), ("Diastolic blood pressure", "diastolic")];

/// The pressures of a patient at one moment, and the line that came first.
struct Pressures {
    line: u64,
    values: BTreeMap<&'static str, f64>,
}

/// Reads `patient_id,location_name,date`: each row is one event.
pub(super) fn activity(text: &[u8], zone: Tz) -> Result<Found, ReplayError> {
    let devices: HashMap<&str, (&'static str, Arc<str>)> = LOCATIONS.map(|(place, kind)| (place, (kind, Arc::from(place)))).into();
    let mut found = Found::default();
    for_each_row(text, |line, [patient, location, date]: [&str; 3]| {
        found.rows += 1;
        let (kind, device) = devices.get(location).ok_or_else(|| format!("unknown location `{location}`"))?;
        let content = Content::Told { kind, device: device.clone(), reading: Reading::None {}, source: None };
        push(&mut found, patient, Recorded { row: Row::Line(line), at: Some(time(date, zone)?), content });
        Ok(())
    })?;
    Ok(found.sorted())
}

/// Reads `patient_id,date,device_type,value,unit`: each row is one reading, but systolic and diastolic pressure of one moment belong
/// together.
pub(super) fn physiology(text: &[u8], zone: Tz) -> Result<Found, ReplayError> {
    let mut found = Found::default();
    let mut pressures: BTreeMap<(String, Time), Pressures> = BTreeMap::new();
    for_each_row(text, |line, [patient, date, device_type, value, _unit]: [&str; 5]| {
        found.rows += 1;
        let at = time(date, zone)?;
        let number: f64 = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
        if let Some(&(_, side)) = PRESSURES.iter().find(|(name, _)| *name == device_type) {
            let pair = pressures.entry((patient.to_owned(), at)).or_insert(Pressures { line, values: BTreeMap::new() });
            found.joined += u64::from(!pair.values.is_empty());
            if pair.values.insert(side, number).is_some() {
                return Err(format!("a second {device_type} of {patient} at {date}"));
            }
        } else if let Some(&(_, kind, device, unit)) = READINGS.iter().find(|(name, ..)| *name == device_type) {
            let content = Content::Told { kind, device: device.into(), reading: Reading::One { value: number, unit }, source: None };
            push(&mut found, patient, Recorded { row: Row::Line(line), at: Some(at), content });
        } else {
            found.skip(device_type);
        }
        Ok(())
    })?;
    for ((patient, at), Pressures { line, values }) in pressures {
        let reading = Reading::Several { values, unit: "mm[Hg]" };
        let content = Content::Told { kind: "blood_pressure", device: "blood-pressure-monitor".into(), reading, source: None };
        push(&mut found, &patient, Recorded { row: Row::Line(line), at: Some(at), content });
    }
    Ok(found.sorted())
}

fn push(found: &mut Found, patient: &str, event: Recorded) {
    found.push(&format!("tihm-{patient}"), || format!("TIHM {patient}"), event);
}

fn time(text: &str, zone: Tz) -> Result<Time, String> {
    local_time(text, zone).ok_or_else(|| format!("`{text}` is not a time such as 2019-04-15 13:22:50"))
}

/// Calls `each` with the line number and the fields of every row below the header.
pub(super) fn for_each_row<const N: usize>(
    text: &[u8],
    mut each: impl FnMut(u64, [&str; N]) -> Result<(), String>,
) -> Result<(), ReplayError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text);
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let fault = |problem: String| ReplayError::Row { line, problem };
        if !reader.read_record(&mut record).map_err(|error| fault(error.to_string()))? {
            return Ok(());
        }
        let line = record.position().map_or(line, csv::Position::line);
        let fault = |problem: String| ReplayError::Row { line, problem };
        let fields: Vec<&str> = record.iter().collect();
        let fields = <[&str; N]>::try_from(fields).map_err(|fields| fault(format!("{} fields, expected {N}", fields.len())))?;
        each(line, fields).map_err(fault)?;
    }
}
