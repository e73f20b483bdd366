//! Files opened by others: CSV by a CSV reader, workbooks by a reader that knows nothing of the writer.

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use harken::reports::Name;
use reqwest::Method;

use super::history::{self, FROM, TO};
use super::{Service, sqlite};

async fn bytes(service: &Service, path: &str) -> Vec<u8> {
    let api = service.admin().await;
    let response = api.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn csv_survives_commas_quotes_line_breaks_and_a_leading_equals_sign() {
    let service = sqlite().await;
    history::write(&service, 60).await;
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
    history::write(&service, 60).await;
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
                        (Data::String(_), harken::reports::shape::Kind::Text) => true,
                        (Data::DateTime(_), kind) => kind == harken::reports::shape::Kind::Time,
                        (Data::Bool(_), kind) => kind == harken::reports::shape::Kind::YesNo,
                        (Data::Float(_) | Data::Int(_), kind) => {
                            !matches!(kind, harken::reports::shape::Kind::Text | harken::reports::shape::Kind::Time)
                        }
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
