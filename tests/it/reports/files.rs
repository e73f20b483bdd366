//! Files opened by others: CSV by a CSV reader, workbooks by a reader that knows nothing of the writer, and both by LibreOffice.

use std::path::Path;

use calamine::{Data, Ods, Reader, Xlsx, open_workbook, open_workbook_from_rs};
use harken::reports::Name;
use harken::reports::shape::Kind;
use reqwest::Method;
use serde_json::Value;

use super::history::{self, FROM, TO};
use super::{Service, sqlite};
use crate::support::{process, scratch, tools};

async fn bytes(service: &Service, path: &str) -> Vec<u8> {
    let api = service.admin().await;
    let response = api.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn csv_survives_commas_quotes_line_breaks_and_a_leading_equals_sign() {
    let service = sqlite().await;
    history::write_whole(&service, 60).await;
    let text = bytes(&service, &format!("/api/v1/reports/activations?from={FROM}&to={TO}&format=csv&table=repeat-callers")).await;
    let mut reader = csv::Reader::from_reader(text.as_slice());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["organisation", "home", "home_name", "locality", "repeat_calls"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(!rows.is_empty());
    for row in rows {
        // The apostrophe keeps a spreadsheet from taking the name for a formula.
        assert!(row[2].starts_with(&format!("'={} \"home\", ", &row[0])) && row[2].ends_with("\nby the sea"), "{row:?}");
        assert!(row[4].parse::<i64>().unwrap() > 5);
    }
}

#[tokio::test]
async fn workbooks_hold_numbers_as_numbers_and_dates_as_dates() {
    let service = sqlite().await;
    history::write_whole(&service, 60).await;
    for name in Name::ALL {
        let file = bytes(&service, &format!("/api/v1/reports/{}?from={FROM}&to={TO}&format=xlsx", name.as_str())).await;
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(file)).expect("a workbook");
        let mut expected: Vec<String> = name.tables().iter().map(|table| table.id.to_owned()).collect();
        expected.push("definitions".to_owned());
        assert_eq!(book.sheet_names(), expected, "{name:?}");
        for table in name.tables() {
            let range = book.worksheet_range(table.id).unwrap();
            for (n, column) in table.columns.iter().enumerate() {
                for row in range.rows().skip(1) {
                    let right = match (&row[n], column.kind) {
                        (Data::Empty, _) => true,
                        (Data::String(_), Kind::Text) => true,
                        (Data::DateTime(_), kind) => kind == Kind::Time,
                        (Data::Bool(_), kind) => kind == Kind::YesNo,
                        (Data::Float(_) | Data::Int(_), kind) => !matches!(kind, Kind::Text | Kind::Time),
                        _ => false,
                    };
                    assert!(right, "{name:?} {} {}: {:?}", table.id, column.id, row[n]);
                }
            }
        }
    }
    let file = bytes(&service, &format!("/api/v1/reports/response-times?from={FROM}&to={TO}&format=xlsx&organisation=north")).await;
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(file)).unwrap();
    let breaches = book.worksheet_range("breaches").unwrap();
    assert!(breaches.rows().count() > 2, "breaches are listed");
    let wall = |row: &[Data]| if let Data::DateTime(time) = &row[5] { time.as_datetime() } else { None };
    let summer = chrono::NaiveDate::from_ymd_opt(2026, 3, 29).unwrap().and_hms_opt(2, 0, 0).unwrap();
    assert!(breaches.rows().skip(1).all(|row| wall(row).is_some()) && breaches.rows().skip(1).any(|row| wall(row) > Some(summer)));
}

#[tokio::test]
async fn libreoffice_opens_every_workbook_with_numbers_as_numbers_and_dates_as_dates() {
    let service = sqlite().await;
    history::write_whole(&service, 60).await;
    let folder = scratch::dir("office-");
    let mut files = Vec::new();
    for name in Name::ALL {
        let file = folder.join(format!("{}.xlsx", name.as_str()));
        std::fs::write(&file, bytes(&service, &format!("/api/v1/reports/{}?from={FROM}&to={TO}&format=xlsx", name.as_str())).await)
            .unwrap();
        files.push(file);
    }
    let csv = bytes(&service, &format!("/api/v1/reports/activations?from={FROM}&to={TO}&format=csv&table=repeat-callers")).await;
    files.push(folder.join("repeat-callers.csv"));
    std::fs::write(folder.join("repeat-callers.csv"), csv).unwrap();
    resaved(&folder, &files).await;
    let api = service.admin().await;
    let mut kinds = std::collections::BTreeSet::new();
    for name in Name::ALL {
        let report = api.get(&format!("/api/v1/reports/{}?from={FROM}&to={TO}", name.as_str())).await.expect(200);
        let mut book: Ods<_> = open_workbook(folder.join(format!("{}.ods", name.as_str()))).expect("LibreOffice wrote it");
        for (table, told) in name.tables().iter().zip(report["tables"].as_array().unwrap()) {
            let sheet = book.worksheet_range(table.id).unwrap();
            let rows: Vec<&[Data]> = sheet.rows().skip(1).collect();
            let told = told["rows"].as_array().unwrap();
            assert_eq!(rows.len(), told.len(), "{name:?} {}", table.id);
            for (row, told) in rows.iter().zip(told) {
                for (column, cell) in table.columns.iter().zip(*row) {
                    let value = &told[column.id];
                    assert!(
                        is_the_same(cell, value, column.kind),
                        "{name:?} {} {}: LibreOffice read {cell:?} for {value}",
                        table.id,
                        column.id
                    );
                    if !matches!(cell, Data::Empty) {
                        kinds.insert(format!("{:?}", column.kind));
                    }
                }
            }
        }
    }
    for kind in ["Text", "Count", "Number", "Percent", "Seconds", "Minutes", "Hours", "Money", "Time", "YesNo"] {
        assert!(kinds.contains(kind), "no {kind} was among them");
    }
    let mut book: Ods<_> = open_workbook(folder.join("repeat-callers.ods")).expect("LibreOffice wrote it");
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(sheet.rows().count() > 1);
    for row in sheet.rows().skip(1) {
        let name = row[2].to_string();
        assert!(name.starts_with("'=") && name.contains("\"home\", ") && name.ends_with("by the sea"), "{name}: no formula, and whole");
        assert!(matches!(row[4], Data::Float(calls) if calls > 5.0), "{row:?}");
    }
}

/// Has LibreOffice open the files, all in one run, and write down in its own form what it understood.
async fn resaved(folder: &Path, files: &[std::path::PathBuf]) {
    let office = tools::installed("soffice");
    let mut command = process::mortal(office.get_program(), "KILL");
    // A profile of its own: another one that runs would otherwise be asked to do it.
    command.arg("--headless").arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()));
    command.args(["--convert-to", "ods", "--outdir"]).arg(folder).args(files);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let status = process::ended(process::start(command)).await;
    assert!(status.success(), "LibreOffice: {status}");
}

fn is_the_same(cell: &Data, told: &Value, kind: Kind) -> bool {
    match (cell, told) {
        (Data::Empty, told) => told.is_null() || told == "",
        (Data::String(text), Value::String(told)) => kind == Kind::Text && text == told,
        // A truth value is kept as a number that is shown as TRUE or FALSE.
        (Data::Float(number), Value::Bool(told)) => kind == Kind::YesNo && (*number != 0.0) == *told,
        (Data::Float(number), told) => {
            !matches!(kind, Kind::Text | Kind::Time | Kind::YesNo) && told.as_f64().is_some_and(|told| (told - number).abs() < 1e-6)
        }
        (Data::Bool(yes), told) => kind == Kind::YesNo && told == yes,
        // The report spans several zones, so its wall is UTC.
        (Data::DateTimeIso(text), Value::String(told)) => {
            kind == Kind::Time && told.starts_with(text.get(..19).unwrap_or(text)) && (text.len() > 10 || told.ends_with("T00:00:00Z"))
        }
        _ => false,
    }
}
