//! `harken serve`: run the service until it is asked to stop.

use std::path::Path;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Settings};
use crate::telemetry;

use super::Failure;

/// Run the service.
#[derive(Debug, clap::Args)]
pub struct Serve {}

impl Serve {
    /// Serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// When the service cannot start.
    pub async fn run(self, settings: Settings) -> Result<(), Failure> {
        telemetry::init(&settings.log)?;
        let app = start(settings).await?;
        stop_signal().await?;
        tracing::info!("stopping: finishing what was taken in");
        app.stop().await;
        Ok(())
    }
}

/// Starts the service with the machine's clock, and tells whoever waits for it that it is ready.
pub(super) async fn start(settings: Settings) -> Result<App, Failure> {
    let app = App::start(settings, Clock::system(), Some(recorder()?)).await?;
    tracing::info!(http = ?app.http, mqtt = ?app.mqtt, mqtts = ?app.mqtts, "ready");
    if let Some(file) = config::ready_file() {
        tell(&app, &file)?;
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    Ok(app)
}

/// Returns when the process is asked to stop.
pub(super) async fn stop_signal() -> Result<(), Failure> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    Ok(())
}

fn recorder() -> Result<PrometheusHandle, Failure> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}

/// Writes the bound addresses, whole or not at all: a reader may look at any moment.
fn tell(app: &App, file: &Path) -> Result<(), Failure> {
    let line = serde_json::json!({ "http": app.http, "mqtt": app.mqtt, "mqtts": app.mqtts, "process": std::process::id() });
    let draft = file.with_extension("draft");
    std::fs::write(&draft, format!("{line}\n"))?;
    Ok(std::fs::rename(&draft, file)?)
}
