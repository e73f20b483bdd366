//! What an e-mail says: that there is something to look at, and never whom it is about.

use serde_json::Value;

use crate::domain::delivery::Delivery;
use crate::domain::message::{NOTICE, REPORT};

/// The subject: priority and rule of the alert, or what else it is about; nothing about a person.
pub fn subject(message: &Delivery) -> String {
    let data = &message.body["data"];
    match message.kind.as_str() {
        NOTICE => return one_line(&format!("Harken: {}", text(&data["title"]))),
        REPORT => return one_line(&format!("Harken: {}, {}", text(&data["name"]), period(data))),
        _ => {}
    }
    let title = data["rule"]["title"].as_str().unwrap_or(&message.kind);
    match data["priority"].as_i64() {
        Some(priority) => one_line(&format!("Harken: priority {priority}, {title}")),
        None => one_line(&format!("Harken: {title}")),
    }
}

/// The text, line by line.
pub fn lines(message: &Delivery) -> Vec<String> {
    let data = &message.body["data"];
    match message.kind.as_str() {
        NOTICE => notice(data),
        REPORT => report(data),
        kind => alert(kind, data),
    }
}

fn notice(data: &Value) -> Vec<String> {
    let [text, organisation] = [&data["text"], &data["organisation"]].map(|each| one_line(text(each)));
    vec![text, String::new(), format!("Organisation: {organisation}"), "This message may arrive twice.".to_owned()]
}

fn report(data: &Value) -> Vec<String> {
    let attached = if data["send"] == "file" { "The file is attached." } else { "The file is not attached. Sign in to fetch it:" };
    vec![
        format!("{} ({}).", text(&data["title"]), one_line(text(&data["name"]))),
        period(data),
        String::new(),
        attached.to_owned(),
        format!("  {}", text(&data["link"])),
        format!("It is kept until {}.", text(&data["file"]["kept_until"])),
        String::new(),
        format!("Organisation: {}", text(&data["organisation"])),
        format!("Rows: {}", data["rows"]),
        format!("SHA-256: {}", text(&data["file"]["sha256"])),
        "This message may arrive twice.".to_owned(),
    ]
}

/// The days that a report tells of, or their moments where it is not known how they were told.
fn period(data: &Value) -> String {
    format!("{} to {}", text(&data["first_day"]), text(&data["last_day"]))
}

fn alert(kind: &str, data: &Value) -> Vec<String> {
    let mut lines = vec![words(kind).to_owned(), String::new()];
    let fields = [
        ("Alert", &data["id"]),
        ("Rule", &data["rule"]["title"]),
        ("Queue", &data["queue"]),
        ("Priority", &data["priority"]),
        ("State", &data["state"]),
        ("Raised", &data["raised_at"]),
        ("Organisation", &data["organisation"]),
    ];
    for (name, value) in fields {
        match value {
            Value::String(text) => lines.push(format!("{name}: {}", one_line(text))),
            Value::Number(number) => lines.push(format!("{name}: {number}")),
            _ => {}
        }
    }
    lines.extend([String::new(), "Sign in to see more and to deal with it. This message may arrive twice.".to_owned()]);
    lines
}

fn words(kind: &str) -> &'static str {
    match kind {
        "alert.raised" => "An alert was raised.",
        "alert.activated" => "An alert was activated again.",
        "alert.escalated" | "escalation.step" => "An alert waits for you.",
        "alert.closed" => "An alert was closed.",
        _ => "An alert was changed.",
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.chars().map(|each| if each.is_control() { ' ' } else { each }).take(500).collect()
}
