//! What simulated gateways and recordings need from the installation: a home and a secret of their own, and a memory.

use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::Scope;
use crate::domain::register::{NewGateway, NewHome, NewOrganisation};
use crate::secrets::KeySafe;
use crate::sim::installation::{GatewaySpec, Installation};
use crate::store::audit::Actor;
use crate::store::{Store, StoreError};

use super::Failure;

/// The organisation that sample homes belong to.
pub(super) const SAMPLES: &str = "samples";

/// The installation behind `store`.
pub(super) fn of(store: &Store, settings: &Settings, clock: &Clock) -> Result<Installation, Failure> {
    let key = KeySafe::from_file(Path::new(&settings.security.key_file))?;
    let samples = Arc::new(Samples { store: store.clone(), clock: clock.clone(), key });
    let (recall, remember, count) = (store.clone(), store.clone(), store.clone());
    let text = |error: StoreError| error.to_string();
    Ok(Installation {
        register: Arc::new(move |spec| {
            let samples = samples.clone();
            Box::pin(async move { samples.register(spec).await.map_err(text) })
        }),
        recall: Arc::new(move |recording| {
            let store = recall.clone();
            Box::pin(async move { store.replay_shift(&recording).await.map_err(text) })
        }),
        remember: Arc::new(move |recording, shift| {
            let store = remember.clone();
            Box::pin(async move { store.remember_replay_shift(&recording, shift).await.map_err(text) })
        }),
        count_by_rule: Arc::new(move |alerts| {
            let store = count.clone();
            Box::pin(async move { store.alerts_by_rule(&alerts).await.map_err(text) })
        }),
    })
}

/// Registers sample homes.
pub(super) struct Samples {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) key: KeySafe,
}

impl Samples {
    /// The gateway's secret, made anew: a sample gateway that is there already gets another, and its home stays.
    async fn register(&self, spec: GatewaySpec) -> crate::store::Result<String> {
        let (actor, now) = (Actor::cli(), self.clock.now());
        match self.store.rotate_gateway_secret(&actor, now, &Scope::All, &spec.gateway).await {
            Ok(known) => return Ok(known.secret),
            Err(StoreError::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        self.organisation().await?;
        let home = self.home(&spec.home, spec.zone).await?;
        let new = NewGateway { id: spec.gateway, home, model: "sample".to_owned(), call_back: None, ..NewGateway::default() };
        Ok(self.store.create_gateway(&actor, now, &Scope::All, &new).await?.secret)
    }

    /// The organisation of the samples, made where it is missing.
    pub(super) async fn organisation(&self) -> crate::store::Result<()> {
        match self.store.organisation(&Scope::All, SAMPLES).await {
            Ok(_) => return Ok(()),
            Err(StoreError::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        let new = NewOrganisation { id: Some(SAMPLES.to_owned()), name: "Sample homes".to_owned(), zone: None };
        match self.store.create_organisation(&Actor::cli(), self.clock.now(), &new).await {
            // Another registration was faster.
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The sample home of that name, made where it is missing.
    pub(super) async fn home(&self, name: &str, zone: Tz) -> crate::store::Result<String> {
        let known = self.store.homes_named(&Scope::Only(vec![SAMPLES.to_owned()]), name).await?;
        if let Some(home) = known.first() {
            return Ok(home.id.clone());
        }
        let new = NewHome {
            organisation: SAMPLES.to_owned(),
            name: name.to_owned(),
            address: "Sample Street, Exampleton".to_owned(),
            locality: "Exampleton".to_owned(),
            zone: Some(zone.name().to_owned()),
            // A number that Ofcom keeps free for drama.
            call_back: Some("tel:+441632960001".to_owned()),
            access_notes: String::new(),
            key_safe: None,
        };
        Ok(self.store.create_home(&Actor::cli(), self.clock.now(), &Scope::All, &self.key, &new).await?.id)
    }
}
