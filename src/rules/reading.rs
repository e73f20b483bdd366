//! The number that an event reports, in the unit that a rule speaks.

use super::filter;
use super::unit::convert;
use crate::domain::event::Event;

/// The event's number in the rule's unit.
pub(super) fn number(event: &Event, field: Option<&str>, wanted: &str) -> Result<f64, String> {
    let name = field.unwrap_or("value");
    let device = event.device.as_deref().unwrap_or("the gateway itself");
    let said = filter::field(event, name).and_then(|said| filter::number(&said)).filter(|number| number.is_finite());
    let Some(said) = said else {
        return Err(format!(
            "a reading of `{}` of {device} ({}) has no number in `{name}`; correct the gateway",
            event.kind, event.gateway
        ));
    };
    let unit = event.body.unit.as_deref();
    convert(said, unit, wanted).filter(|value| value.is_finite()).ok_or_else(|| {
        let unit: String = unit.unwrap_or_default().chars().take(32).collect();
        format!("a reading of `{}` of {device} ({}) is in `{unit}`, which cannot be compared with `{}`", event.kind, event.gateway, wanted)
    })
}

/// Whether a rule may ask for this field as a number.
pub(super) fn is_number(field: &str) -> bool {
    field == "value" || field.strip_prefix("values.").is_some_and(|name| !name.is_empty())
}
