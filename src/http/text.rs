//! Text in requests: of bounded length, without NUL (which PostgreSQL cannot keep), and described as such in the API document.

use std::borrow::Cow;
use std::ops::Deref;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

/// Text of `MIN` to `MAX` characters (Unicode scalar values). With a `MIN` above zero it must hold something other than white space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// A short name or title.
pub type Name = Text<1, 200>;
/// An id, as a reference in a body or query.
pub type Id = Text<1, 128>;
/// Words of one paragraph or several; may be empty.
pub type Prose = Text<0, 4000>;

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// `text`, if it keeps within the bounds.
    ///
    /// # Errors
    /// With what is wrong, as the end of a sentence that begins with the field's name.
    pub fn new(text: String) -> Result<Self, String> {
        let length = text.chars().count();
        if length > MAX {
            return Err(format!("must have at most {MAX} characters, not {length}"));
        }
        if length < MIN || (MIN > 0 && text.trim().is_empty()) {
            return Err(if MIN > 1 { format!("must have at least {MIN} characters") } else { "must not be empty".to_owned() });
        }
        if text.contains('\0') {
            return Err("must not hold the NUL character".to_owned());
        }
        Ok(Self(text))
    }

    /// The text itself.
    #[must_use]
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<const MIN: usize, const MAX: usize> utoipa::PartialSchema for Text<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let pattern = if MIN > 0 { r"^[^\u0000]*[^\s\u0000][^\u0000]*$" } else { r"^[^\u0000]*$" };
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX)).pattern(Some(pattern));
        RefOr::T(Schema::Object(if MIN > 0 { text.min_length(Some(MIN)) } else { text }.build()))
    }
}

impl<const MIN: usize, const MAX: usize> utoipa::ToSchema for Text<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Text{MIN}To{MAX}"))
    }
}

/// An e-mail address: something, `@`, something, of printable ASCII. Whether anybody reads it, only a message can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(Text<3, 254>);

impl Deref for Email {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        if crate::domain::register::is_email(&text) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("must be an e-mail address such as ann@example.org"))
        }
    }
}

impl utoipa::PartialSchema for Email {
    fn schema() -> RefOr<Schema> {
        let pattern = r"^[!#-'*+\-./0-9=?A-Z^-~]+@[!#-'*+\-./0-9=?A-Z^-~]+$";
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(3)).max_length(Some(254)).pattern(Some(pattern));
        RefOr::T(Schema::Object(text.build()))
    }
}

impl utoipa::ToSchema for Email {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Email")
    }
}

/// A password on its way in. It is never printed, not even by mistake.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password<const MIN: usize>(Text<MIN, 1024>);

impl<const MIN: usize> Password<MIN> {
    /// The password itself.
    #[must_use]
    pub fn into_inner(self) -> String {
        self.0.into_inner()
    }
}

impl<const MIN: usize> std::fmt::Debug for Password<MIN> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(password)")
    }
}

impl<const MIN: usize> utoipa::PartialSchema for Password<MIN> {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut object)) = <Text<MIN, 1024> as utoipa::PartialSchema>::schema() else { return RefOr::default() };
        object.format = Some(SchemaFormat::KnownFormat(KnownFormat::Password));
        object.write_only = Some(true);
        RefOr::T(Schema::Object(object))
    }
}

impl<const MIN: usize> utoipa::ToSchema for Password<MIN> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Password{MIN}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_kept_in_characters() {
        assert!(Text::<1, 3>::new("äöü".to_owned()).is_ok());
        assert!(Text::<1, 3>::new("äöüß".to_owned()).is_err());
        assert!(Text::<1, 3>::new(String::new()).is_err());
        assert!(Text::<1, 3>::new("  ".to_owned()).is_err());
        assert!(Text::<0, 3>::new(String::new()).is_ok());
        assert!(Text::<0, 3>::new("a\0".to_owned()).is_err());
    }
}
