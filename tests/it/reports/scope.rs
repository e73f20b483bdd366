//! A manager of some organisations gets not one row of another, in any report, format, drill-down, evidence pack or export: for scopes by dice.

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use harken::domain::access::{Grant, Role};
use harken::domain::secret;
use harken::reports::Name;
use reqwest::Method;
use serde_json::Value;

use super::history::{self, Dice, FROM, ORGANISATIONS, TO};
use super::{on_both, oracle};
use crate::http::service::Service;
use crate::support::api::Api;
use crate::support::harken::Harken;

on_both!(nothing_of_another_organisation_is_shown, an_export_holds_nothing_of_another_organisation);

/// Who may read reports, and who may not.
const READERS: [Role; 3] = [Role::Manager, Role::Viewer, Role::Administrator];
const OTHERS: [Role; 4] = [Role::Operator, Role::Responder, Role::System, Role::Operator];

/// Somebody and where they may read.
struct Case {
    api: Api,
    mine: Vec<&'static str>,
    others: Vec<&'static str>,
    /// Where they are given evidence too.
    evidence: Vec<&'static str>,
}

/// Reads in the organisations of `set`, by roles that the dice choose; in the others they have none, or one that reads no reports.
async fn case(service: &Service, dice: &mut Dice, set: usize, number: usize) -> Case {
    let (id, token) = (format!("reader-{number}"), secret::new_token());
    let (mut grants, mut evidence) = (Vec::new(), Vec::new());
    let is_mine = |n: usize| set & (1 << n) != 0;
    for (n, (organisation, _)) in ORGANISATIONS.iter().enumerate() {
        let role = if is_mine(n) { dice.of(&READERS) } else { dice.of(&OTHERS) };
        if is_mine(n) || dice.below(2) == 0 {
            grants.push(Grant { role: *role, organisation: Some((*organisation).to_owned()) });
        }
        if matches!(role, Role::Manager | Role::Administrator) {
            evidence.push(*organisation);
        }
    }
    let mut tx = service.store.begin().await.unwrap();
    tx.insert_token(&id, "a reader", &secret::sha256_hex(token.as_bytes()), service.clock.now()).await.unwrap();
    tx.set_grants(&id, &grants).await.unwrap();
    tx.commit().await.unwrap();
    let all = || ORGANISATIONS.iter().enumerate();
    let mine = all().filter(|(n, _)| is_mine(*n)).map(|(_, (id, _))| *id).collect();
    let others = all().filter(|(n, _)| !is_mine(*n)).map(|(_, (id, _))| *id).collect();
    Case { api: service.api().with_token(&token), mine, others, evidence }
}

async fn nothing_of_another_organisation_is_shown(service: Service) {
    history::write_whole(&service, 25).await;
    let cases: usize = std::env::var("HARKEN_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let mut dice = Dice::new(11);
    let alerts = oracle::rows(&service.database, "alerts", "id organisation home").await;
    let residents = oracle::rows(&service.database, "residents r JOIN homes h ON h.id = r.home", "r.id h.organisation").await;
    // Every set in turn; whoever reads nowhere gets nothing at all.
    for number in 0..cases.clamp(7, 700) {
        let case = case(&service, &mut dice, 1 + number % 7, number).await;
        for name in Name::ALL {
            case.report(name, &mut dice).await;
        }
        let path = format!("/api/v1/reports/activations/alerts?figure=alerts_count&from={FROM}&to={TO}");
        let found = case.api.get(&format!("{path}&limit=500")).await.expect(200);
        case.holds_only_mine(&found.to_string(), &path, true);
        for other in &case.others {
            assert_eq!(case.api.get(&format!("{path}&organisation={other}")).await.status, 404);
            // Nor by a key that is another's.
            let home =
                alerts.iter().find(|row| row.text("organisation") == *other && !row.text("home").contains('/')).unwrap().text("home");
            let found = case.api.get(&format!("{path}&home={home}")).await.expect(200);
            assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{path}");
        }
        for _ in 0..12 {
            let alert = dice.of(&alerts);
            case.evidence("alerts", &alert.text("id"), &alert.text("organisation")).await;
            let resident = dice.of(&residents);
            case.evidence("residents", &resident.text("r.id"), &resident.text("h.organisation")).await;
        }
    }
    let none = case(&service, &mut dice, 0, 9_999).await;
    assert_eq!(none.api.get(&format!("/api/v1/reports/activations?from={FROM}&to={TO}")).await.status, 403);
}

impl Case {
    /// Every word of the history names its organisation.
    #[track_caller]
    fn holds_only_mine(&self, text: &str, path: &str, all: bool) {
        for other in &self.others {
            assert!(!text.contains(other), "{path} shows {:?} something of {other}: {text}", self.mine);
        }
        for each in self.mine.iter().filter(|_| all) {
            assert!(text.contains(each), "{path} shows nothing of {each}");
        }
    }

    /// One report in all its forms, and the alerts behind some of its figures.
    async fn report(&self, name: Name, dice: &mut Dice) {
        let path = format!("/api/v1/reports/{}?from={FROM}&to={TO}", name.as_str());
        let report = self.api.get(&path).await.expect(200);
        self.holds_only_mine(&report.to_string(), &path, true);
        for table in report["tables"].as_array().unwrap() {
            let path = format!("{path}&format=csv&table={}", table["id"].as_str().unwrap());
            let csv = self.api.get(&path).await.expect(200);
            self.holds_only_mine(csv.as_str().unwrap(), &path, false);
            self.drilled(table, dice).await;
        }
        let book = self.api.request(Method::GET, &format!("{path}&format=xlsx")).send().await.unwrap();
        self.holds_only_mine(&words(&book.bytes().await.unwrap()), &format!("{path}&format=xlsx"), true);
        for other in &self.others {
            assert_eq!(self.api.get(&format!("{path}&organisation={other}")).await.status, 404, "{path} of {other}");
        }
        let one = dice.of(&self.mine);
        let report = self.api.get(&format!("{path}&organisation={one}")).await.expect(200);
        let rest = Self { api: self.api.clone(), mine: vec![*one], others: others_than(one), evidence: Vec::new() };
        rest.holds_only_mine(&report.to_string(), &format!("{path}&organisation={one}"), true);
    }

    async fn drilled(&self, table: &Value, dice: &mut Dice) {
        let rows: Vec<&str> = table["rows"].as_array().unwrap().iter().filter_map(|row| row["alerts"].as_str()).collect();
        if rows.is_empty() {
            return;
        }
        let path = dice.of(&rows);
        let counts: Vec<&Value> = table["columns"].as_array().unwrap().iter().filter(|column| column["kind"] == "count").collect();
        let figure = dice.of(&counts)["figure"].as_str().unwrap();
        let found = self.api.get(&format!("{path}&figure={figure}")).await;
        // Some counts are not of alerts.
        if found.status == 400 {
            return;
        }
        self.holds_only_mine(&found.body.to_string(), path, false);
        let of_mine = |item: &Value| self.mine.contains(&item["organisation"].as_str().unwrap());
        assert!(found.expect(200)["items"].as_array().unwrap().iter().all(of_mine), "{path}");
    }

    async fn evidence(&self, of: &str, id: &str, organisation: &str) {
        let path = format!("/api/v1/{of}/{id}/evidence?from={FROM}&to={TO}");
        let path = if of == "alerts" { format!("/api/v1/{of}/{id}/evidence") } else { path };
        let reply = self.api.get(&path).await;
        if !self.evidence.contains(&organisation) {
            // Who holds no such role at all is told so.
            assert!(reply.status == 404 || (reply.status == 403 && self.evidence.is_empty()), "{path} of {organisation}: {}", reply.status);
            return;
        }
        let pack = reply.expect(200).to_string();
        for other in others_than(organisation) {
            assert!(!pack.contains(other), "{path} shows something of {other}: {pack}");
        }
    }
}

fn others_than(organisation: &str) -> Vec<&'static str> {
    ORGANISATIONS.iter().map(|(id, _)| *id).filter(|id| *id != organisation).collect()
}

/// Every text of a workbook.
fn words(file: &[u8]) -> String {
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(file)).expect("a workbook");
    let sheets = book.worksheets();
    let cells = sheets.iter().flat_map(|(_, range)| range.rows().flatten());
    cells.filter_map(|cell| if let Data::String(text) = cell { Some(text.as_str()) } else { None }).collect::<Vec<_>>().join("\n")
}

async fn an_export_holds_nothing_of_another_organisation(service: Service) {
    history::write_whole(&service, 5).await;
    let installation = Harken::builder().database(&service.database).stopped();
    for (organisation, _) in ORGANISATIONS {
        let folder = installation.dir().join(organisation);
        installation.cli(&["export", "--organisation", organisation, "--output", folder.to_str().unwrap()]).await;
        let mut told = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            told += text.matches(organisation).count();
            for other in others_than(organisation) {
                assert!(!text.contains(other), "{} tells of {other}", path.display());
            }
        }
        assert!(told > 100, "{organisation} is in its own export");
    }
}
