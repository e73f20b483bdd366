//! `harken demo`: the service with sample homes that live their day, and people who may sign in with passwords made at this start.

use std::fmt::Write;
use std::time::Duration;

use chrono_tz::Europe::London;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::{Grant, Role, Scope};
use crate::domain::incident::Vulnerability;
use crate::domain::register::{NewContact, NewResident};
use crate::domain::rota::{Every, Layer, NewRota, Rotation};
use crate::domain::secret;
use crate::sim::gateway::{Habits, unobserved};
use crate::sim::home::{Home, World};
use crate::sim::link::Link;
use crate::sim::town::Town;
use crate::store::audit::Actor;
use crate::store::list::ListQuery;

use super::Failure;
use super::installation::{self, Samples};
use super::serve;

/// Run the service with sample homes.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// How many sample homes live their day.
    #[arg(long, default_value_t = 12)]
    homes: u32,
    /// Incidents that each home has in a day, on average: presses, falls, empty beds, flat batteries, silence.
    #[arg(long, default_value_t = 6.0)]
    incidents: f64,
    /// What the sample homes make of their days.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Incidents of a home in a day, at most: beyond it nothing else would happen in it.
const MOST_INCIDENTS: f64 = 200.0;

/// Who may sign in to the demo.
const PEOPLE: [(&str, &str, Role); 4] = [
    ("admin", "Sample Administrator", Role::Administrator),
    ("operator", "Sample Operator", Role::Operator),
    ("manager", "Sample Manager", Role::Manager),
    (RESPONDER, "Sample Responder", Role::Responder),
];

/// Who goes to the sample homes.
const RESPONDER: &str = "responder";

impl Demo {
    /// Runs until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// When the service cannot start.
    #[allow(clippy::print_stdout, reason = "it says where to look and how to sign in")]
    pub async fn run(self, settings: Settings) -> Result<(), Failure> {
        if !(0.0..=MOST_INCIDENTS).contains(&self.incidents) {
            return Err(Failure(format!("--incidents must be between 0 and {MOST_INCIDENTS}")));
        }
        crate::telemetry::init(&settings.log)?;
        let app = serve::start(settings.clone()).await?;
        let clock = Clock::system();
        let people = people(&app, &clock).await?;
        furnish(&app, &settings, &clock, self.homes).await?;
        put_on_call(&app, &clock).await?;
        println!("{}", welcome(&app, &people));
        let stop = CancellationToken::new();
        let living = self.live(&app, &settings, &clock, &stop);
        tokio::select! {
            ended = living => ended?,
            asked = serve::stop_signal() => asked?,
        }
        stop.cancel();
        app.stop().await;
        Ok(())
    }

    /// The sample homes, over real MQTT.
    async fn live(&self, app: &App, settings: &Settings, clock: &Clock, stop: &CancellationToken) -> Result<(), Failure> {
        let Some(address) = app.mqtt else { return Err(Failure("the demo needs the listener: set HARKEN_MQTT_LISTEN".to_owned())) };
        let world = World { seed: self.seed, incidents_per_day: self.incidents, heartbeat_s: 300 };
        let town = Town { world, homes: self.homes, zone: London, speed: 1.0, since: Duration::ZERO, lasting: None };
        let link = Link::plain(address.ip().to_string(), address.port());
        let register = installation::of(&app.store, settings, clock)?.register;
        town.live((&link, &Habits::default()), &register, clock, unobserved(), stop).await?;
        Ok(())
    }
}

/// People with passwords that are made now and shown once: none is ever built in.
async fn people(app: &App, clock: &Clock) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut shown = Vec::new();
    for (login, name, role) in PEOPLE {
        let password = secret::new_gateway_secret();
        let (hash, grants) = (secret::hash_password(&password)?, [Grant { role, organisation: None }]);
        match app.store.credentials(login).await? {
            Some((id, _)) => {
                let mut tx = app.store.begin().await?;
                tx.update_user(&id, None, Some(&hash)).await?;
                tx.commit().await?;
            }
            None => drop(super::user::add(&app.store, clock, (login, name), &password, &grants).await?),
        }
        shown.push((login, password));
    }
    Ok(shown)
}

/// Homes with somebody in them and somebody to call.
async fn furnish(app: &App, settings: &Settings, clock: &Clock, homes: u32) -> Result<(), Failure> {
    let key = crate::secrets::KeySafe::from_file(std::path::Path::new(&settings.security.key_file))?;
    let samples = Samples { store: app.store.clone(), clock: clock.clone(), key };
    samples.organisation().await?;
    let actor = Actor::cli();
    let world = World { seed: 1, incidents_per_day: 0.0, heartbeat_s: 300 };
    for index in 0..homes {
        let name = Home::new(&world, index, London, "").name();
        let home = samples.home(&name, London).await?;
        let living = ListQuery { scope: &Scope::All, organisation: None, home: Some(&home), archived: false, after: None, limit: 1 };
        if !app.store.residents(&living).await?.is_empty() {
            continue;
        }
        let resident = NewResident {
            home: home.clone(),
            name: format!("Sample Resident {}", index + 1),
            preferred_name: None,
            language: Some("en".to_owned()),
            born: Some(format!("19{:02}-0{}-1{}", 30 + index % 20, 1 + index % 9, index % 9)),
            notes: String::new(),
            medical: String::new(),
            risks: String::new(),
            hearing: String::new(),
            vulnerability: Vulnerability::default(),
        };
        app.store.create_resident(&actor, clock.now(), &Scope::All, &resident).await?;
        let contact = NewContact {
            home,
            name: format!("Sample Neighbour {}", index + 1),
            relation: "neighbour".to_owned(),
            telephone: "+441632960002".to_owned(),
            calling_order: 1,
            key_holder: true,
            notes: String::new(),
        };
        app.store.create_contact(&actor, clock.now(), &Scope::All, &contact).await?;
    }
    Ok(())
}

/// A rota by which the responder is on call, day and night: alerts can be dispatched to it.
async fn put_on_call(app: &App, clock: &Clock) -> Result<(), Failure> {
    let every = ListQuery { scope: &Scope::All, organisation: None, home: None, archived: true, after: None, limit: 1 };
    let (Some(organisation), Some((responder, _))) =
        (app.store.organisations(&every).await?.pop(), app.store.credentials(RESPONDER).await?)
    else {
        return Ok(());
    };
    if !app.store.rotas(&every).await?.is_empty() {
        return Ok(());
    }
    let layer = Layer {
        name: "Day and night".to_owned(),
        persons: vec![responder],
        hand_over: Rotation { every: Every::Hours, count: 24, on: None, at: None },
        windows: Vec::new(),
        starts_at: clock.now(),
        ends_at: None,
    };
    let rota = NewRota { organisation: organisation.id, name: "Sample responders".to_owned(), zone: None, layers: vec![layer] };
    app.store.create_rota(&Actor::cli(), clock.now(), &Scope::All, &rota).await?;
    Ok(())
}

fn welcome(app: &App, people: &[(&str, String)]) -> String {
    let address = app.http.map(|address| address.to_string()).unwrap_or_default();
    let mut text = format!(
        "\nHarken is running with sample homes.\n\n  the console           http://{address}/\n  the API, browsable    http://{address}/docs\n\n\
         Sign in (passwords are made at each start):\n"
    );
    for (login, password) in people {
        let _ = writeln!(text, "  {login:<10} {password}");
    }
    let _ = writeln!(
        text,
        "\nWhat to look at (the sample homes have incidents, so wait a minute or two):\n  \
         operator    the queue: N takes the next alert, ? shows all keys; hand-over and wall board\n  \
         responder   visits, made for a phone: the operator sends somebody from a case\n  \
         manager     homes and their settings, rules with a backtest, rotas, escalation, reports\n  \
         admin       people, tokens, webhooks, what was refused and why, who read or changed what"
    );
    if let Some(mqtt) = app.mqtt {
        let _ = write!(
            text,
            "\nGateways connect to {mqtt} (MQTT 3.1.1 and 5). Add one: harken gateway add --id my-gateway --home HOME\nStop with Ctrl-C."
        );
    }
    text
}
