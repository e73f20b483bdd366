//! NEWS2, the National Early Warning Score of the Royal College of Physicians (2017): points per reading, and what a sum asks for.
//!
//! Scale 2 of the oxygen saturation is only for whom a clinician set it (hypercapnic respiratory failure, target 88–92 %).

/// What the score rests on, in the order of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Respiration,
    Saturation,
    Oxygen,
    Systolic,
    Pulse,
    Consciousness,
    Temperature,
}

/// Edition of the table, kept with each score.
pub(super) const VERSION: &str = "2017";

/// An input: what it is, its kind in the catalogue, the field that holds its number, and the unit of the table.
pub(super) struct Row {
    pub(super) input: Input,
    pub(super) kind: &'static str,
    pub(super) field: &'static str,
    pub(super) unit: &'static str,
}

pub(super) const ROWS: [Row; 7] = [
    Row { input: Input::Respiration, kind: "respiration_rate", field: "value", unit: "/min" },
    Row { input: Input::Saturation, kind: "spo2", field: "value", unit: "%" },
    Row { input: Input::Oxygen, kind: "supplemental_oxygen", field: "value", unit: "" },
    Row { input: Input::Systolic, kind: "blood_pressure", field: "values.systolic", unit: "mm[Hg]" },
    Row { input: Input::Pulse, kind: "heart_rate", field: "value", unit: "/min" },
    Row { input: Input::Consciousness, kind: "consciousness", field: "value", unit: "" },
    Row { input: Input::Temperature, kind: "body_temperature", field: "value", unit: "Cel" },
];

/// Points of a row: the first step that the value does not exceed; beyond the last, the last's points.
type Steps = &'static [(f64, u32)];

const RESPIRATION: Steps = &[(8.0, 3), (11.0, 1), (20.0, 0), (24.0, 2), (f64::INFINITY, 3)];
const SATURATION_1: Steps = &[(91.0, 3), (93.0, 2), (95.0, 1), (f64::INFINITY, 0)];
const SATURATION_2_ON_AIR: Steps = &[(83.0, 3), (85.0, 2), (87.0, 1), (f64::INFINITY, 0)];
const SATURATION_2_ON_OXYGEN: Steps = &[(83.0, 3), (85.0, 2), (87.0, 1), (92.0, 0), (94.0, 1), (96.0, 2), (f64::INFINITY, 3)];
const SYSTOLIC: Steps = &[(90.0, 3), (100.0, 2), (110.0, 1), (219.0, 0), (f64::INFINITY, 3)];
const PULSE: Steps = &[(40.0, 3), (50.0, 1), (90.0, 0), (110.0, 1), (130.0, 2), (f64::INFINITY, 3)];
const TEMPERATURE: Steps = &[(35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (f64::INFINITY, 2)];

/// The points of one reading. The table is written for whole numbers (tenths for the temperature), so readings are rounded to them.
pub(super) fn points(input: Input, value: f64, scale: u8, oxygen: bool) -> u32 {
    let (steps, value) = match (input, scale) {
        (Input::Respiration, _) => (RESPIRATION, value.round()),
        (Input::Saturation, 2) if oxygen => (SATURATION_2_ON_OXYGEN, value.round()),
        (Input::Saturation, 2) => (SATURATION_2_ON_AIR, value.round()),
        (Input::Saturation, _) => (SATURATION_1, value.round()),
        (Input::Oxygen, _) => return if value > 0.0 { 2 } else { 0 },
        (Input::Systolic, _) => (SYSTOLIC, value.round()),
        (Input::Pulse, _) => (PULSE, value.round()),
        (Input::Consciousness, _) => return if value > 0.0 { 3 } else { 0 },
        (Input::Temperature, _) => (TEMPERATURE, (value * 10.0).round() / 10.0),
    };
    steps.iter().find(|(most, _)| value <= *most).map_or(3, |(_, points)| *points)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each edge of the published table: the last value of a column and the first of the next.
    #[test]
    fn the_table_is_the_published_one() {
        let row = |input, scale, oxygen, cells: &[(f64, u32)]| {
            for (value, expected) in cells {
                assert_eq!(points(input, *value, scale, oxygen), *expected, "{input:?} {value} scale {scale} oxygen {oxygen}");
            }
        };
        row(Input::Respiration, 1, false, &[(8.0, 3), (9.0, 1), (11.0, 1), (12.0, 0), (20.0, 0), (21.0, 2), (24.0, 2), (25.0, 3)]);
        row(Input::Saturation, 1, false, &[(91.0, 3), (92.0, 2), (93.0, 2), (94.0, 1), (95.0, 1), (96.0, 0), (100.0, 0)]);
        row(Input::Saturation, 2, false, &[(83.0, 3), (84.0, 2), (85.0, 2), (86.0, 1), (87.0, 1), (88.0, 0), (92.0, 0), (97.0, 0)]);
        row(
            Input::Saturation,
            2,
            true,
            &[(83.0, 3), (85.0, 2), (87.0, 1), (88.0, 0), (92.0, 0), (93.0, 1), (94.0, 1), (95.0, 2), (96.0, 2), (97.0, 3)],
        );
        row(Input::Oxygen, 1, false, &[(0.0, 0), (1.0, 2), (2.0, 2)]);
        row(Input::Systolic, 1, false, &[(90.0, 3), (91.0, 2), (100.0, 2), (101.0, 1), (110.0, 1), (111.0, 0), (219.0, 0), (220.0, 3)]);
        row(
            Input::Pulse,
            1,
            false,
            &[(40.0, 3), (41.0, 1), (50.0, 1), (51.0, 0), (90.0, 0), (91.0, 1), (110.0, 1), (111.0, 2), (130.0, 2), (131.0, 3)],
        );
        row(Input::Consciousness, 1, false, &[(0.0, 0), (1.0, 3)]);
        row(Input::Temperature, 1, false, &[(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)]);
    }
}
