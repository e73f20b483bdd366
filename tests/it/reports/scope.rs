//! A manager of some organisations gets not one row of another, in any report, format or drill-down: for every set of organisations.

use harken::domain::access::{Grant, Role};
use harken::domain::secret;
use harken::reports::Name;
use serde_json::Value;

use super::history::{self, FROM, ORGANISATIONS, TO};
use super::on_both;
use crate::http::service::Service;
use crate::support::api::Api;

on_both!(nothing_of_another_organisation_is_shown);

async fn manager_of(service: &Service, organisations: &[&str]) -> Api {
    let id = format!("manager-{}", organisations.join("-"));
    let token = secret::new_token();
    let grants: Vec<Grant> =
        organisations.iter().map(|each| Grant { role: Role::Manager, organisation: Some((*each).to_owned()) }).collect();
    let mut tx = service.store.begin().await.unwrap();
    tx.insert_token(&id, "a manager", &secret::sha256_hex(token.as_bytes()), service.clock.now()).await.unwrap();
    tx.set_grants(&id, &grants).await.unwrap();
    tx.commit().await.unwrap();
    service.api().with_token(&token)
}

async fn nothing_of_another_organisation_is_shown(service: Service) {
    history::write(&service, 25).await;
    for set in 1..(1 << ORGANISATIONS.len()) {
        let (mine, others): (Vec<_>, Vec<_>) = ORGANISATIONS.iter().enumerate().partition(|(n, _)| set & (1 << n) != 0);
        let (mine, others): (Vec<&str>, Vec<&str>) =
            (mine.into_iter().map(|(_, (id, _))| *id).collect(), others.into_iter().map(|(_, (id, _))| *id).collect());
        let api = manager_of(&service, &mine).await;
        for name in Name::ALL {
            let path = format!("/api/v1/reports/{}?from={FROM}&to={TO}", name.as_str());
            let report = api.get(&path).await.expect(200);
            holds_only(&report.to_string(), &mine, &others, &path);
            for table in report["tables"].as_array().unwrap() {
                let path = format!("{path}&format=csv&table={}", table["id"].as_str().unwrap());
                let csv = api.get(&path).await.expect(200);
                holds_only(csv.as_str().unwrap_or_default(), &[], &others, &path);
                drilled(&api, table, &mine, &others).await;
            }
            for other in &others {
                assert_eq!(api.get(&format!("{path}&organisation={other}")).await.status, 404, "{path} of {other}");
            }
        }
        for other in &others {
            let path = format!("/api/v1/reports/activations/alerts?figure=alerts_count&from={FROM}&to={TO}");
            assert_eq!(api.get(&format!("{path}&organisation={other}")).await.status, 404);
            let found = api.get(&format!("{path}&limit=500")).await.expect(200);
            holds_only(&found.to_string(), &mine, &others, &path);
        }
    }
}

/// Every word of the history names its organisation.
#[track_caller]
fn holds_only(text: &str, mine: &[&str], others: &[&str], path: &str) {
    for other in others {
        assert!(!text.contains(other), "{path} shows something of {other}: {text}");
    }
    let about_organisations = !path.contains("false-alarms") || !text.contains("\"rows\":[]");
    for each in mine.iter().filter(|_| about_organisations && !path.contains("device-health") && !path.contains("attendance")) {
        assert!(text.contains(each), "{path} shows nothing of {each}");
    }
}

async fn drilled(api: &Api, table: &Value, mine: &[&str], others: &[&str]) {
    let figure = table["columns"].as_array().unwrap().iter().find(|column| {
        ["calls", "alerts_count", "closed", "accepted", "with_outcome", "open_faults"].contains(&column["figure"].as_str().unwrap())
    });
    let Some(figure) = figure else { return };
    for row in table["rows"].as_array().unwrap().iter().take(2) {
        let Some(path) = row["alerts"].as_str() else { continue };
        let found = api.get(&format!("{path}&figure={}", figure["figure"].as_str().unwrap())).await.expect(200);
        holds_only(&found.to_string(), &[], others, path);
        let of_mine = |item: &Value| mine.contains(&item["organisation"].as_str().unwrap());
        assert!(found["items"].as_array().unwrap().iter().all(of_mine), "{path}");
    }
}
