//! A pack as one HTML file that needs nothing else: no script, no picture, no address elsewhere. Every text is escaped, whoever wrote it.

use std::fmt::Write;

use serde_json::{Map, Value};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#111}table{border-collapse:collapse;\
margin:.5em 0}td,th{border:1px solid #bbb;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f1f1f1}\
section{margin:1em 0 1em .8em;break-inside:auto}h1,h2,h3,h4{break-after:avoid}@media print{body{margin:0;max-width:none;font-size:11px}tr{break-inside:avoid}}";

/// The page.
#[must_use]
pub fn page(pack: &Value) -> String {
    let title = pack["title"].as_str().unwrap_or("Evidence pack");
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\"><title>{}</title><style>{STYLE}</style></head><body>\n<h1>{}</h1>\n",
        escaped(title),
        escaped(title)
    );
    if let Value::Object(fields) = pack {
        object(&mut html, fields, 2);
    }
    html.push_str("</body></html>\n");
    html
}

/// Text that stands for itself in HTML, in an attribute too.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            each => out.push(each),
        }
    }
    out
}

/// A field's name as words.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escaped(text).replace('\n', "<br>"),
        other => escaped(&other.to_string()),
    }
}

/// Plain fields in one table, then a section for each of the others.
fn object(html: &mut String, fields: &Map<String, Value>, level: usize) {
    let (simple, nested): (Vec<_>, Vec<_>) = fields.iter().filter(|(_, value)| !value.is_null()).partition(|(_, value)| is_plain(value));
    if !simple.is_empty() {
        html.push_str("<table>");
        for (name, value) in simple {
            let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escaped(&title(name)), plain(value));
        }
        html.push_str("</table>\n");
    }
    for (name, value) in nested {
        let level = level.min(6);
        let _ = writeln!(html, "<section><h{level}>{}</h{level}>", escaped(&title(name)));
        nested_value(html, value, level + 1);
        html.push_str("</section>\n");
    }
}

fn nested_value(html: &mut String, value: &Value, level: usize) {
    match value {
        Value::Object(fields) if fields.is_empty() => html.push_str("<p>None.</p>\n"),
        Value::Object(fields) => object(html, fields, level),
        Value::Array(items) if items.is_empty() => html.push_str("<p>None.</p>\n"),
        Value::Array(items) if items.iter().all(is_plain) => {
            let items: Vec<String> = items.iter().map(|item| format!("<li>{}</li>", plain(item))).collect();
            let _ = writeln!(html, "<ul>{}</ul>", items.join(""));
        }
        Value::Array(items) if items.iter().all(is_flat) => table(html, items),
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                let _ = writeln!(html, "<section><h{0}>{1}</h{0}>", level.min(6), n + 1);
                nested_value(html, item, level + 1);
                html.push_str("</section>\n");
            }
        }
        other => {
            let _ = writeln!(html, "<p>{}</p>", plain(other));
        }
    }
}

/// An object that fits into a row: its nested fields are short.
fn is_flat(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.values().all(|field| is_plain(field) || field.to_string().len() < 400))
}

fn table(html: &mut String, items: &[Value]) {
    let mut columns: Vec<&String> = Vec::new();
    for name in items.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    html.push_str("<table><thead><tr>");
    for name in &columns {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(&title(name)));
    }
    html.push_str("</tr></thead><tbody>\n");
    for item in items {
        html.push_str("<tr>");
        for name in &columns {
            let value = &item[name.as_str()];
            let cell = match value {
                Value::Object(fields) if fields.is_empty() => String::new(),
                Value::Array(list) if list.is_empty() => String::new(),
                value if is_plain(value) => plain(value),
                value => escaped(&value.to_string()),
            };
            let _ = write!(html, "<td>{cell}</td>");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table>\n");
}
