//! What every test here needs: settings for a broker, a store, a source that runs, and a gateway at the broker.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use harken::clock::Clock;
use harken::config::Settings;
use harken::ingest::broker::{BrokerSource, PathState};
use harken::ingest::intake::Intake;
use harken::store::{Store, StoreSettings};
use rumqttc::v5::mqttbytes::QoS::AtLeastOnce;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{scratch, wait};

/// Settings for the broker at `url`.
pub fn settings(url: &str) -> Settings {
    let mut settings = Settings::default();
    url.clone_into(&mut settings.mqtt.url);
    settings
}

/// An SQLite database of its own.
pub async fn sqlite() -> Store {
    store(&format!("sqlite://{}/harken.db", scratch::dir("broker-").display())).await
}

/// The database at this URL, with a pool of its own.
pub async fn store(url: &str) -> Store {
    Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.expect("a database")
}

/// A running source.
pub struct Running {
    pub path: watch::Receiver<PathState>,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub fn start(settings: &Settings, store: &Store, intake: &Intake) -> Self {
        let source = BrokerSource::new(settings, store.clone(), intake.clone(), Clock::system()).expect("settings that can be used");
        let (path, cancel) = (source.path(), CancellationToken::new());
        let task = tokio::spawn(source.run(cancel.clone()));
        Self { path, cancel, task }
    }

    /// Starts it and waits until all slots are connected.
    pub async fn ready(settings: &Settings, store: &Store, intake: &Intake) -> Self {
        let mut running = Self::start(settings, store, intake);
        running.path_where("all slots are connected", |path| path.connected == path.slots).await;
        running
    }

    /// Waits until the path is like this.
    pub async fn path_where(&mut self, what: &str, test: impl FnMut(&PathState) -> bool) -> PathState {
        let reached = tokio::time::timeout(wait::PATIENCE, self.path.wait_for(test)).await.map(|state| *state.expect("the source lives"));
        reached.unwrap_or_else(|_| panic!("waited in vain until {what}: {:?}", *self.path.borrow()))
    }

    /// Ends it as it ends itself at a stop.
    pub async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(wait::PATIENCE, self.task).await.expect("it ends").expect("without a panic");
    }

    /// Ends it as a kill would: every socket is closed, nothing is said.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// A gateway at the broker, by a client of MQTT 5.
pub struct Gateway {
    id: String,
    client: AsyncClient,
    heard: Arc<Mutex<Vec<String>>>,
    pump: JoinHandle<()>,
}

impl Gateway {
    /// Connects, and listens on its own acks.
    pub async fn connect(port: u16, id: &str) -> Self {
        let mut options = MqttOptions::new(format!("gateway-{id}"), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(30)).set_max_packet_size(Some(16 << 20));
        let (client, mut events) = AsyncClient::new(options, 10_000);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = heard.clone();
        let (ready, subscribed) = tokio::sync::oneshot::channel();
        let mut ready = Some(ready);
        let (resubscribe, filter) = (client.clone(), format!("telecare/v1/{id}/acks"));
        let pump = tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        let _ = resubscribe.try_subscribe(&filter, AtLeastOnce);
                    }
                    Ok(Event::Incoming(Packet::SubAck(_))) => {
                        let _ = ready.take().map(|ready| ready.send(()));
                    }
                    Ok(Event::Incoming(Packet::Publish(message))) => {
                        into.lock().unwrap().push(String::from_utf8_lossy(&message.payload).into_owned());
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        tokio::time::timeout(wait::PATIENCE, subscribed).await.expect("subscribed in time").expect("the gateway lives");
        Self { id: id.to_owned(), client, heard, pump }
    }

    /// Publishes on one of its topics at QoS 1.
    pub async fn publish(&self, topic: &str, payload: impl Into<bytes::Bytes>) {
        self.publish_as(&self.id, topic, payload, false).await;
    }

    /// Publishes under any id.
    pub async fn publish_as(&self, id: &str, topic: &str, payload: impl Into<bytes::Bytes>, retained: bool) {
        self.client.publish(format!("telecare/v1/{id}/{topic}"), AtLeastOnce, retained, payload).await.expect("the gateway lives");
    }

    /// What it heard on its acks.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits for an answer that contains this.
    pub async fn hears(&self, text: &str) {
        let heard = || async { self.heard().iter().any(|answer| answer.contains(text)).then_some(()) };
        wait::until(&format!("the gateway hears {text}"), wait::PATIENCE, heard).await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.pump.abort();
    }
}
