//! Units of readings: what may be converted into the unit that a rule speaks.

/// `value` given in `unit`, in the unit `wanted` (UCUM codes). A reading without a unit is taken to be in the rule's.
/// `None` when there is no way from one to the other.
pub(super) fn convert(value: f64, unit: Option<&str>, wanted: &str) -> Option<f64> {
    let Some(unit) = unit.filter(|unit| *unit != wanted) else { return Some(value) };
    from_celsius(celsius(value, unit)?, wanted)
}

fn celsius(value: f64, unit: &str) -> Option<f64> {
    Some(match unit {
        "Cel" | "°C" => value,
        "[degF]" | "°F" => (value - 32.0) / 1.8,
        "K" => value - 273.15,
        _ => return None,
    })
}

fn from_celsius(value: f64, wanted: &str) -> Option<f64> {
    Some(match wanted {
        "Cel" | "°C" => value,
        "[degF]" | "°F" => value * 1.8 + 32.0,
        "K" => value + 273.15,
        _ => return None,
    })
}

/// How people write a unit: `°C` for `Cel`.
pub(super) fn shown(unit: &str) -> &str {
    match unit {
        "Cel" => "°C",
        "[degF]" => "°F",
        "mm[Hg]" => "mmHg",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_convert_and_nothing_is_guessed() {
        let near = |value: Option<f64>, wanted: f64| assert!((value.unwrap() - wanted).abs() < 1e-9, "{value:?}");
        near(convert(50.0, Some("[degF]"), "Cel"), 10.0);
        near(convert(283.15, Some("K"), "Cel"), 10.0);
        near(convert(10.0, Some("Cel"), "[degF]"), 50.0);
        near(convert(21.5, None, "Cel"), 21.5);
        assert_eq!(convert(50.0, Some("furlong"), "Cel"), None);
        assert_eq!(convert(50.0, Some("kg"), "g"), None);
        near(convert(50.0, Some("kg"), "kg"), 50.0);
    }
}
