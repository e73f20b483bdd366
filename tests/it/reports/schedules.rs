//! Reports that the calendar asks for, through the whole house: a clock that the test turns, a mail server and a receiver that really speak, and files
//! that are opened.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use chrono::TimeDelta;
use harken::config::Settings;
use harken::domain::access::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::notify::email::{Mails, smtp_server};
use crate::notify::receiver::{Received, Receiver};
use crate::support::api::Api;
use crate::support::house::{House, id_of, time};
use crate::support::postgres::Postgres;
use crate::support::{scratch, wait};

/// A house with an organisation that had calls, a mail server, and a manager of that organisation.
struct Office {
    house: House,
    server: SocketAddr,
    mails: Mails,
    organisation: String,
    manager: Api,
    manager_id: String,
}

impl Office {
    async fn open(database: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let (server, mails) = smtp_server().await;
        let house = House::on(database, |settings| {
            post(settings, server);
            change(settings);
        })
        .await;
        let organisation = house.organisation("North").await;
        let (manager, manager_id) = person(&house, &organisation).await;
        let office = Self { house, server, mails, organisation, manager, manager_id };
        office.calls().await;
        office
    }

    /// Seven calls of one home and one of another, dealt with.
    async fn calls(&self) {
        let often = self.house.home_of(&self.organisation, "=Elm, \"Row\"\n\u{645}\u{646}\u{632}\u{644}").await;
        let once = self.house.home_of(&self.organisation, "Oak Row").await;
        for home in std::iter::repeat_n(&often, 7).chain([&once]) {
            let call = json!({ "queue": "care", "priority": 1, "text": "a call came in" });
            let raised = self.house.api.post(&format!("/api/v1/homes/{home}/alerts"), &call).await;
            let path = format!("/api/v1/alerts/{}", id_of(&raised.body));
            self.house.api.post(&format!("{path}/accept"), &json!({})).await.expect(200);
            let closing = json!({ "outcome": "reassured", "activations_seen": 1 });
            self.house.api.post(&format!("{path}/close"), &closing).await.expect(200);
        }
    }

    async fn schedule(&self, format: &str, when: Value, recipients: Value) -> String {
        let mut new = json!({ "organisation": self.organisation, "name": "Für Zoë", "report": "activations", "format": format, "when": when,
            "recipients": recipients });
        if format == "csv" {
            new["table"] = json!("repeat-callers");
        }
        id_of(&self.manager.post("/api/v1/report-schedules", &new).await.expect(201))
    }

    async fn runs(&self, schedule: &str) -> Vec<Value> {
        let page = self.house.api.get(&format!("/api/v1/report-schedules/{schedule}/runs")).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// Waits until so many runs are over, the newest in this state; the newest.
    async fn run_is(&self, schedule: &str, count: usize, state: &str) -> Value {
        wait::until(&format!("run {count} is {state}"), wait::PATIENCE, || async {
            let runs = self.runs(schedule).await;
            (runs.len() == count && runs[0]["state"] == state).then(|| runs[0].clone())
        })
        .await
    }

    async fn mail(&self, to: &str) -> String {
        wait::until(&format!("a mail to {to}"), wait::PATIENCE, || async {
            self.mails.lock().unwrap().iter().find(|(receiver, _)| receiver == to).map(|(_, text)| text.clone())
        })
        .await
    }

    fn mails_to(&self, to: &str) -> usize {
        self.mails.lock().unwrap().iter().filter(|(receiver, _)| receiver == to).count()
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let response = self.manager.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    }

    /// What the API answers for the period of a run.
    async fn answered(&self, run: &Value, more: &str) -> Vec<u8> {
        let (from, to) = (run["from"].as_str().unwrap(), run["to"].as_str().unwrap());
        self.bytes(&format!("/api/v1/reports/activations?from={from}&to={to}&organisation={}{more}", self.organisation)).await
    }
}

/// E-mail goes through this server, and links lead to an address that people know.
fn post(settings: &mut Settings, server: SocketAddr) {
    settings.smtp.host = server.ip().to_string();
    settings.smtp.port = server.port();
    "none".clone_into(&mut settings.smtp.encryption);
    "Harken <reports@harken.example>".clone_into(&mut settings.smtp.from);
    "https://harken.example/".clone_into(&mut settings.http.public_url);
    settings.notify.private_targets = true;
}

async fn person(house: &House, organisation: &str) -> (Api, String) {
    let grants = json!([{ "role": "manager", "organisation": organisation }]);
    let made = house.api.post("/api/v1/tokens", &json!({ "name": "Mia", "grants": grants })).await.expect(201);
    (house.api.with_token(made["secret"].as_str().unwrap()), id_of(&made))
}

fn sqlite() -> String {
    format!("sqlite://{}", scratch::dir("office-").join("harken.db").display())
}

fn daily() -> Value {
    json!({ "every": "daily", "at": "06:00" })
}

/// The attached file: its name and what is in it.
fn attached(mail: &str) -> (String, Vec<u8>) {
    let boundary = mail.split("boundary=\"").nth(1).expect("a boundary").split('"').next().unwrap();
    let part = mail.split(&format!("--{boundary}")).find(|part| part.contains("Content-Disposition: attachment")).expect("an attachment");
    let name = part.split("filename=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let base64: String = part.split("\n\n").nth(1).expect("a body").split_whitespace().collect();
    (name, STANDARD.decode(base64).expect("base64"))
}

/// What the mail says: its first part, decoded.
fn words(mail: &str) -> String {
    let part = mail.split("Content-Type: text/plain").nth(1).expect("words");
    let (head, body) = part.split_once("\n\n").expect("a body");
    let body = body.split("\n--").next().unwrap_or_default();
    if !head.contains("base64") {
        return body.to_owned();
    }
    String::from_utf8(STANDARD.decode(body.split_whitespace().collect::<String>()).expect("base64")).expect("UTF-8")
}

/// The sheets of a workbook, without the moment at which it was made.
fn sheets(file: Vec<u8>) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(file)).expect("a workbook");
    let names = book.sheet_names();
    let rows =
        |range: calamine::Range<Data>| range.rows().filter(|row| row[0] != Data::String("Made".to_owned())).map(<[Data]>::to_vec).collect();
    names.into_iter().map(|name| (name.clone(), rows(book.worksheet_range(&name).unwrap()))).collect()
}

/// By a published library, at the time that the message names: the house's clock is not today's.
fn verify(secret: &str, received: &Received) {
    let timestamp = received.header("webhook-timestamp").parse().expect("seconds");
    let signature = standardwebhooks::Webhook::new(secret).unwrap().sign(received.header("webhook-id"), timestamp, &received.body).unwrap();
    assert_eq!(received.header("webhook-signature"), signature);
}

async fn arrives(database: String) {
    let office = Office::open(&database, |_| {}).await;
    let receiver = Receiver::start().await;
    let new = json!({ "organisation": office.organisation, "name": "records", "url": receiver.url("/"), "events": ["alert.closed"] });
    let webhook = office.house.api.post("/api/v1/webhooks", &new).await.expect(201);
    let recipients = json!([{ "by": "email", "to": "ann@example.org" }, { "by": "email", "to": "bob@example.org", "send": "link" },
        { "by": "webhook", "to": webhook["id"] }]);
    let csv = office.schedule("csv", daily(), recipients).await;
    let xlsx = office.schedule("xlsx", daily(), json!([{ "by": "email", "to": "carl@example.org" }])).await;
    let planned = office.manager.get(&format!("/api/v1/report-schedules/{csv}")).await.expect(200);
    assert_eq!((&planned["next_at"], &planned["author"]), (&json!("2026-11-24T06:00:00Z"), &json!(office.manager_id)));
    office.house.jump("2026-11-24T06:00:00Z").await;

    let run = office.run_is(&csv, 1, "done").await;
    assert_eq!((&run["from"], &run["to"]), (&json!("2026-11-23T00:00:00Z"), &json!("2026-11-24T00:00:00Z")));
    assert_eq!((&run["due_day"], &run["rows"], &run["sent_to"]), (&json!("2026-11-24"), &json!(1), &json!(3)));
    let expected = office.answered(&run, "&format=csv&table=repeat-callers").await;
    let mail = office.mail("ann@example.org").await;
    let (name, file) = attached(&mail);
    assert_eq!((name.as_str(), &file), ("activations-repeat-callers-2026-11-23.csv", &expected));
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(file.as_slice()).records().map(Result::unwrap).collect();
    assert_eq!((&rows[0][2], &rows[0][4]), ("'=Elm, \"Row\"\n\u{645}\u{646}\u{632}\u{644}", "7"));

    // The one who wanted the address alone fetches the very same, signed in.
    let linked = office.mail("bob@example.org").await;
    assert!(!linked.contains("Content-Disposition"), "{linked}");
    let linked = words(&linked);
    assert!(!linked.contains("Elm") && linked.contains("Zoë"), "{linked}");
    let path = format!("/api/v1/report-schedules/{csv}/runs/1/file");
    assert!(linked.contains(&format!("https://harken.example{path}")), "{linked}");
    assert_eq!(office.bytes(&path).await, expected);
    office.house.api.with_token("hk_nobody").get(&path).await.expect(401);

    let received = receiver.reaches(1).await.remove(0);
    verify(webhook["secret"].as_str().unwrap(), &received);
    let body = received.json();
    assert_eq!((&body["type"], &body["data"]["run"], &body["data"]["file"]), (&json!("report.ready"), &json!(1), &run["file"]));
    assert_eq!(STANDARD.decode(body["data"]["content"].as_str().unwrap()).unwrap(), expected);

    let run = office.run_is(&xlsx, 1, "done").await;
    let (name, file) = attached(&office.mail("carl@example.org").await);
    assert_eq!(name, "activations-2026-11-23.xlsx");
    let (made, answered) = (sheets(file), sheets(office.answered(&run, "&format=xlsx").await));
    assert_eq!(made, answered);
    assert!(made.iter().any(|(name, rows)| name == "repeat-callers" && rows.len() == 2));

    // The next day has a run of its own, and nobody gets the first again.
    office.house.jump("2026-11-25T06:00:00Z").await;
    office.run_is(&csv, 2, "done").await;
    wait::until("the second mail", wait::PATIENCE, || async { (office.mails_to("ann@example.org") == 2).then_some(()) }).await;
    assert_eq!(office.runs(&csv).await.len(), 2);
    office.house.stop().await;
}

#[tokio::test]
async fn a_daily_report_arrives_and_is_what_the_api_answers_on_sqlite() {
    Box::pin(arrives(sqlite())).await;
}

#[tokio::test]
async fn a_daily_report_arrives_and_is_what_the_api_answers_on_postgres() {
    Box::pin(arrives(Postgres::shared().await.database().await)).await;
}

#[tokio::test]
async fn what_is_too_large_to_attach_is_linked_and_a_file_goes_when_its_time_is_over() {
    let office = Office::open(&sqlite(), |settings| settings.reports.attach_max_kib = 0).await;
    let schedule = office.schedule("xlsx", daily(), json!([{ "by": "email", "to": "ann@example.org" }])).await;
    let asked = office.manager.post(&format!("/api/v1/report-schedules/{schedule}/run"), &json!({})).await.expect(202);
    assert_eq!((&asked["state"], &asked["asked_by"]), (&json!("waiting"), &json!(office.manager_id)));
    let run = office.run_is(&schedule, 1, "done").await;
    let mail = office.mail("ann@example.org").await;
    assert!(words(&mail).contains("not attached") && !mail.contains("Content-Disposition"), "{mail}");
    let path = format!("/api/v1/report-schedules/{schedule}/runs/1/file");
    assert_eq!(u64::try_from(office.bytes(&path).await.len()).unwrap(), run["file"]["size"].as_u64().unwrap());
    let parts = "SELECT COUNT(*) FROM report_files";
    assert!(office.house.count(parts).await > 0);
    // Made only: nobody is sent anything.
    office.manager.post(&format!("/api/v1/report-schedules/{schedule}/run?send=false"), &json!({})).await.expect(202);
    assert_eq!(office.run_is(&schedule, 2, "done").await["sent_to"], 0);
    office.manager.patch(&format!("/api/v1/report-schedules/{schedule}"), &json!({ "active": false })).await.expect(200);
    office.house.jump("2027-01-10T12:00:00Z").await;
    office.manager.get(&path).await.expect(410);
    office.house.pass(TimeDelta::minutes(2)).await;
    wait::until("the files are deleted", wait::PATIENCE, || async { (office.house.count(parts).await == 0).then_some(()) }).await;
    assert_eq!(office.mails_to("ann@example.org"), 1);
    assert_eq!(office.runs(&schedule).await.len(), 2, "switched off it does not run");
    office.house.stop().await;
}

#[tokio::test]
async fn a_run_whose_maker_died_is_taken_up_again_and_the_dead_one_decides_nothing() {
    let mut office = Office::open(&sqlite(), |_| {}).await;
    let schedule = office.schedule("csv", daily(), json!([{ "by": "email", "to": "ann@example.org" }])).await;
    // A maker that takes the run and is never heard of again: the service is down, and somebody else at its database.
    let store = office.house.app().store.clone();
    let due = time("2026-11-24T06:00:00Z");
    let (taken, late) = {
        // Both at once, so that the house does not come between.
        assert_eq!(store.plan_runs(due).await.unwrap(), 1);
        let taken = store.take_run(due, due + TimeDelta::minutes(1)).await.unwrap().expect("a run");
        (taken, due + TimeDelta::minutes(10))
    };
    assert_eq!(store.plan_runs(due).await.unwrap(), 0, "the day is asked for once");
    assert!(store.take_run(due, late).await.unwrap().is_none(), "and taken once");
    assert!(store.keep_report_part(&taken.run, 0, b"half a file").await.unwrap());
    office.house.restart_after(TimeDelta::hours(18)).await;
    office.manager = office.manager.at(office.house.app().http.expect("an address"));
    let run = office.run_is(&schedule, 1, "done").await;
    assert_eq!(run["attempts"], 2);
    let store = office.house.app().store.clone();
    assert!(!store.run_goes_on(&taken.run, 1, late).await.unwrap());
    assert!(!store.keep_report_part(&taken.run, 1, b"late").await.unwrap());
    let file = taken.run.file.clone().unwrap_or(harken::domain::schedule::RunFile {
        name: "late.csv".to_owned(),
        size: 1,
        sha256: "0".repeat(64),
        kept_until: late,
    });
    assert!(!store.run_is_done(&taken.run, 1, &file, &[], late).await.unwrap());
    let (_, file) = attached(&office.mail("ann@example.org").await);
    assert_eq!(file, office.answered(&run, "&format=csv&table=repeat-callers").await);
    assert_eq!(store.report_file(&store.report_run(&Scope::All, &schedule, 1).await.unwrap()).await.unwrap(), Some(file));
    assert_eq!(office.mails_to("ann@example.org"), 1);
    office.house.stop().await;
}

#[tokio::test]
async fn two_replicas_make_and_send_each_report_once() {
    let database = Postgres::shared().await.database().await;
    let office = Office::open(&database, |_| {}).await;
    let other = House::on(&database, |settings| post(settings, office.server)).await;
    let mut schedules = Vec::new();
    for n in 0..6 {
        let recipients = json!([{ "by": "email", "to": format!("reader{n}@example.org") }]);
        schedules.push(office.schedule("csv", daily(), recipients).await);
    }
    tokio::join!(office.house.jump("2026-11-24T06:00:00Z"), other.jump("2026-11-24T06:00:00Z"));
    for (n, schedule) in schedules.iter().enumerate() {
        let run = office.run_is(schedule, 1, "done").await;
        assert_eq!((&run["attempts"], &run["sent_to"]), (&json!(1), &json!(1)));
        office.mail(&format!("reader{n}@example.org")).await;
    }
    wait::until("nothing is left to be sent", wait::PATIENCE, || async {
        (office.house.count("SELECT COUNT(*) FROM outbox WHERE kind = 'report.ready' AND state = 'pending'").await == 0).then_some(())
    })
    .await;
    assert_eq!(office.mails.lock().unwrap().len(), 6, "nobody got one twice");
    other.stop().await;
    office.house.stop().await;
}

#[tokio::test]
async fn a_schedule_whose_author_lost_the_grant_stops_and_says_so() {
    let office = Office::open(&sqlite(), |_| {}).await;
    let schedule = office.schedule("csv", daily(), json!([{ "by": "email", "to": "ann@example.org" }])).await;
    let path = format!("/api/v1/report-schedules/{schedule}");
    let grants = json!({ "grants": [{ "role": "operator", "organisation": office.organisation }] });
    office.house.api.patch(&format!("/api/v1/tokens/{}", office.manager_id), &grants).await.expect(200);
    office.house.jump("2026-11-24T06:00:00Z").await;
    let run = office.run_is(&schedule, 1, "failed").await;
    let stopped = office.house.api.get(&path).await.expect(200);
    assert_eq!((&stopped["active"], &stopped["next_at"], &stopped["stopped"]), (&json!(false), &Value::Null, &run["error"]));
    assert!(run["error"].as_str().unwrap().contains("may no longer"), "{run}");
    let alerts = office.house.until_alerts("report_not_made", 1).await;
    assert_eq!((&alerts[0]["organisation"], &alerts[0]["queue"]), (&json!(office.organisation), &json!("technical")));
    office.house.api.get(&format!("{path}/runs/1/file")).await.expect(409);
    assert_eq!(office.mails_to("ann@example.org"), 0);
    // Somebody else takes it over.
    let (other, id) = person(&office.house, &office.organisation).await;
    let again = other.patch(&path, &json!({ "active": true })).await.expect(200);
    assert_eq!((&again["author"], &again["stopped"], &again["next_at"]), (&json!(id), &Value::Null, &json!("2026-11-25T06:00:00Z")));
    other.post(&format!("{path}/run"), &json!({})).await.expect(202);
    office.run_is(&schedule, 2, "done").await;
    office.mail("ann@example.org").await;
    office.house.stop().await;
}

#[tokio::test]
async fn on_both_change_days_there_is_one_run_of_a_day_that_is_as_long_as_it_was() {
    let office = Office::open(&sqlite(), |_| {}).await;
    office.house.jump("2027-03-27T12:00:00Z").await;
    let at = json!({ "every": "daily", "at": "01:30" });
    let schedule = office.schedule("json", at.clone(), json!([])).await;
    // Skipped on the wall: at the moment of the skip.
    office.house.jump("2027-03-28T01:00:00Z").await;
    assert_eq!(office.run_is(&schedule, 1, "done").await["due_day"], "2027-03-28");
    office.house.jump("2027-03-29T00:30:00Z").await;
    let run = office.run_is(&schedule, 2, "done").await;
    assert_eq!((&run["from"], &run["to"]), (&json!("2027-03-28T00:00:00Z"), &json!("2027-03-28T23:00:00Z")), "a day of 23 hours");
    office.manager.delete(&format!("/api/v1/report-schedules/{schedule}")).await.expect(204);

    office.house.jump("2027-10-30T12:00:00Z").await;
    let schedule = office.schedule("json", at, json!([])).await;
    // Twice on the wall: at the first.
    office.house.jump("2027-10-31T00:30:00Z").await;
    office.run_is(&schedule, 1, "done").await;
    office.house.jump("2027-10-31T01:30:00Z").await;
    office.house.jump("2027-11-01T01:30:00Z").await;
    let run = office.run_is(&schedule, 2, "done").await;
    assert_eq!((&run["from"], &run["to"]), (&json!("2027-10-30T23:00:00Z"), &json!("2027-11-01T00:00:00Z")), "a day of 25 hours");

    // Another zone: due by its clocks from now on.
    let zone = json!({ "zone": "Australia/Lord_Howe" });
    office.house.api.patch(&format!("/api/v1/organisations/{}", office.organisation), &zone).await.expect(200);
    let moved = office.manager.get(&format!("/api/v1/report-schedules/{schedule}")).await.expect(200);
    assert_eq!(moved["next_at"], "2027-11-01T14:30:00Z");
    office.house.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let office = Office::open(&sqlite(), |_| {}).await;
    let other = office.house.organisation("South").await;
    let new = |change: Value| {
        let mut new = json!({ "organisation": office.organisation, "name": "n", "report": "workload", "format": "csv", "when": daily() });
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        new
    };
    for (change, status, word) in [
        (json!({ "table": "months" }), 422, "must be one of operators, floods"),
        (json!({ "when": { "every": "weekly", "at": "06:00" } }), 422, "when.on"),
        (json!({ "when": { "every": "daily", "at": "6 o'clock" } }), 422, "hh:mm"),
        (json!({ "report": "weather" }), 422, "response-times"),
        (json!({ "recipients": [{ "by": "webhook", "to": "nobody" }] }), 422, "no webhook of this organisation"),
        (json!({ "recipients": [{ "by": "email", "to": "somebody" }] }), 422, "nobody who may read"),
        (json!({ "organisation": other }), 404, "no such organisation"),
    ] {
        let refused = office.manager.post("/api/v1/report-schedules", &new(change)).await.expect(status);
        assert!(refused["detail"].as_str().unwrap().contains(word), "{refused}");
    }
    office.house.stop().await;
}
