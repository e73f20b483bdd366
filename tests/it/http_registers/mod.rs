//! The registers as they are seen from outside: HTTP in, HTTP out.

mod equipment;
mod home_pages;
mod installation;
mod oversight;
mod people;
mod plans;
mod rotas;

use serde_json::Value;

/// A value of an answer as text.
#[track_caller]
fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_else(|| panic!("`{field}` is a text in {body}"))
}

/// The items of a page.
#[track_caller]
fn items(body: &Value) -> &[Value] {
    body["items"].as_array().unwrap_or_else(|| panic!("a page, not {body}"))
}

/// One field of each item of a page.
#[track_caller]
fn each<'a>(body: &'a Value, field: &str) -> Vec<&'a str> {
    items(body).iter().map(|item| text(item, field)).collect()
}
