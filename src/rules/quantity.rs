//! The numbers of a rule: each is written out, or names a setting that a plan may override.

use chrono::NaiveTime;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::instant::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Us};

/// A number: `16`, or `{ setting = "limit" }`.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// Written out.
    Fixed(f64),
    /// By the name of a setting of the same rule.
    Setting(String),
}

/// A time on the wall: `"22:00"`, or `{ setting = "from" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalTime {
    /// Written out.
    Fixed(NaiveTime),
    /// By the name of a setting of the same rule.
    Setting(String),
}

/// A length of time: `{ minutes = 30 }`, or `{ setting = "minutes" }` for a setting whose unit is `s`, `min`, `h` or `d`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is a unit; exactly one stands")]
pub struct Span {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<f64>,
}

impl Span {
    /// The amount and its unit (microseconds), when it is written out in exactly one unit.
    pub(super) fn fixed(&self) -> Option<Us> {
        let units = [(self.seconds, SECOND_US), (self.minutes, MINUTE_US), (self.hours, HOUR_US), (self.days, DAY_US)];
        let mut given = units.into_iter().filter_map(|(amount, unit)| Some((amount?, unit)));
        match (given.next(), given.next()) {
            (Some((amount, unit)), None) => length_us(amount, unit),
            _ => None,
        }
    }

    /// How many ways of saying it are used; one is right.
    pub(super) fn ways(&self) -> usize {
        let amounts = [self.seconds, self.minutes, self.hours, self.days];
        amounts.iter().flatten().count() + usize::from(self.setting.is_some())
    }
}

/// `amount` of `unit_us`, when it is a finite length that fits.
pub(super) fn length_us(amount: f64, unit_us: Us) -> Option<Us> {
    let us = amount * unit_us as f64;
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    (us.is_finite() && us.abs() < 1e17).then_some(us.round() as Us)
}

/// The microseconds in one of the time unit `unit` of a setting.
pub(super) fn time_unit_us(unit: &str) -> Option<Us> {
    Some(match unit {
        "s" => SECOND_US,
        "min" => MINUTE_US,
        "h" => HOUR_US,
        "d" => DAY_US,
        _ => return None,
    })
}

/// Reads a time on the wall, `hh:mm`.
pub(super) fn parse_local_time(text: &str) -> Option<NaiveTime> {
    // By hand: it is read at each look of a rule with a window, and a parser of any format takes a hundred times as long.
    let &[h, i, b':', m, n] = text.as_bytes() else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    NaiveTime::from_hms_opt(digit(h)? * 10 + digit(i)?, digit(m)? * 10 + digit(n)?, 0)
}

/// `{ setting = "name" }`, the rest of a map already begun.
fn setting_name<'de, M: MapAccess<'de>>(mut map: M) -> Result<String, M::Error> {
    let mut name: Option<String> = None;
    while let Some(key) = map.next_key::<String>()? {
        if key != "setting" || name.is_some() {
            return Err(de::Error::unknown_field(&key, &["setting"]));
        }
        name = Some(map.next_value()?);
    }
    name.ok_or_else(|| de::Error::missing_field("setting"))
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a number, or { setting = \"name\" }")
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Fixed(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Fixed(value as f64))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Fixed(value as f64))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Number, M::Error> {
                setting_name(map).map(Number::Setting)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = LocalTime;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a local time such as \"22:00\", or { setting = \"name\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<LocalTime, E> {
                parse_local_time(text).map(LocalTime::Fixed).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<LocalTime, M::Error> {
                setting_name(map).map(LocalTime::Setting)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[derive(Serialize)]
struct Named<'a> {
    setting: &'a str,
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(value) => serializer.serialize_f64(*value),
            Self::Setting(name) => Named { setting: name }.serialize(serializer),
        }
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(time) => serializer.collect_str(&time.format("%H:%M")),
            Self::Setting(name) => Named { setting: name }.serialize(serializer),
        }
    }
}
