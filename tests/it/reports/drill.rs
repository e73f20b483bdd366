//! A figure leads to the alerts that it counts: as many as it says.

use serde_json::Value;

use super::history::{self, FROM, TO};
use super::on_both;
use crate::http::service::Service;
use crate::support::api::Api;

on_both!(a_figure_leads_to_the_alerts_that_it_counts);

fn rows<'a>(report: &'a Value, table: &str) -> &'a Vec<Value> {
    let found = report["tables"].as_array().unwrap().iter().find(|each| each["id"] == table);
    found.unwrap_or_else(|| panic!("no table {table}"))["rows"].as_array().unwrap()
}

async fn report(api: &Api, name: &str) -> Value {
    api.get(&format!("/api/v1/reports/{name}?from={FROM}&to={TO}")).await.expect(200)
}

async fn a_figure_leads_to_the_alerts_that_it_counts(service: Service) {
    history::write_whole(&service, 40).await;
    let api = service.admin().await;
    let mut followed = 0;
    for (name, table) in [
        ("response-times", "months"),
        ("response-times", "hours"),
        ("activations", "kinds"),
        ("outcomes", "months"),
        ("outcomes", "outcomes"),
        ("workload", "operators"),
        ("device-health", "faults"),
    ] {
        let told = report(&api, name).await;
        let columns = told["tables"].as_array().unwrap().iter().find(|each| each["id"] == table).unwrap()["columns"].clone();
        for row in rows(&told, table).iter().take(6) {
            for column in columns.as_array().unwrap().iter().filter(|column| column["kind"] == "count" && column["figure"] != "hour") {
                let figure = column["figure"].as_str().unwrap();
                let path = format!("{}&figure={figure}&limit=500", row["alerts"].as_str().unwrap());
                let reply = api.get(&path).await;
                assert_eq!(
                    column["counts_alerts"],
                    reply.status == 200,
                    "{name} says of {figure} whether it leads to alerts: {}",
                    reply.body
                );
                if reply.status == 400 {
                    assert!(["hours_worked", "busiest", "over_norm"].contains(&figure), "{}", reply.body);
                    continue;
                }
                let items = reply.expect(200)["items"].as_array().unwrap().clone();
                let named = |item: &Value| item["operator"].is_null() == item["operator_name"].is_null();
                assert!(items.iter().all(named), "{path} names whoever accepted an alert: {items:?}");
                let found = if figure == "activations" {
                    items.iter().map(|item| item["activations"].as_i64().unwrap()).sum()
                } else {
                    i64::try_from(items.len()).unwrap()
                };
                assert_eq!(row[figure], found, "{path}");
                followed += 1;
            }
        }
    }
    // What belongs to no organisation is followed too.
    let unclaimed = report(&api, "activations").await;
    let row = rows(&unclaimed, "months").iter().find(|row| row["organisation"] == "unclaimed").expect("an alert of nobody's").clone();
    let found = api.get(&format!("{}&figure=alerts_count", row["alerts"].as_str().unwrap())).await.expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    assert!(followed > 100, "{followed} figures were followed");
}
