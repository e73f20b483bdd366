//! What people ask of the engine: every change of an alert that a person makes.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Time;
use crate::domain::access::{Principal, Role};
use crate::domain::alert::{Alert, Queue};
use crate::domain::incident::CheckResult;
use crate::domain::outcome::Outcomes;
use crate::domain::register::{ExcuseWhat, NewExcuse};
pub use crate::response::lifecycle::Closing;
pub use crate::response::lifecycle::case::CallResult;

/// Who may deal with alerts.
pub const MAY_ACT: [Role; 2] = [Role::Administrator, Role::Operator];

/// Something a person wants done.
#[allow(missing_docs, reason = "each variant says what it does; `alert` and `home` are ids")]
#[derive(Clone, Debug)]
pub enum Action {
    /// Do something with an alert.
    Deal { alert: String, deed: Deed },
    /// Give everything that the caller has, or these of it, to somebody who is there: at a change of shift. Answers with the alerts handed over.
    HandOver { to: String, alerts: Option<Vec<String>>, note: String },
    /// Send somebody on account of an alert: a visit, under the id that the caller made.
    Dispatch { visit: String, alert: String, to: SendTo },
    /// A step of a visit.
    Visit { visit: String, step: VisitStep },
    /// Raise one by hand, for a home within reach of the caller.
    RaiseByHand { home: String, hand: RaisedByHand },
    /// Say, under an id of its own, what excuses the rules of a home for a while.
    SetExcuse { home: String, id: String, new: NewExcuse },
    /// End such excuses of a home, for one device where it is named.
    EndExcuses { home: String, which: Vec<ExcuseWhat>, device: Option<String> },
    /// "I am here": renews every lease that the caller holds. Answers with the alerts held.
    Present,
    /// Somebody looked after a home of an incident. Answers with the care alert that it needed, if any.
    CheckHome { incident: String, home: String, result: CheckResult, note: Option<String> },
    /// Close what is settled of an incident. Answers with the alerts closed.
    CloseIncident { incident: String, closing: ClosedInBulk },
    /// The service itself tells that something of it is wrong: a technical alert for an organisation. While one on the matter is open, that is the answer.
    Trouble(PlatformTrouble),
}

/// What is done with an alert.
#[allow(missing_docs, reason = "each variant says what it does")]
#[derive(Clone, Debug)]
pub enum Deed {
    /// Take it.
    Accept,
    /// Give it back.
    Release,
    /// Write a note.
    Note { text: String },
    /// Somebody was called: a contact of the home by id, or whom the words name.
    Call { whom: Whom, result: CallResult },
    /// The next step of the escalation now.
    Escalate,
    /// Park it.
    Hold { until: Time, why: String },
    /// Somebody sees to it by a date; until then there is another way to call for help.
    Fault { owner: String, due_at: Time, interim: String },
    /// Raise or lower it.
    Priority { priority: u8, why: String },
    /// Close it.
    Close { closing: Closing },
    /// Open it again.
    Reopen { why: String },
    /// Read the code of the home's key safe: its holder, who has somebody at the door.
    ReadKeySafe { why: String },
}

/// How settled alerts of an incident are closed.
#[derive(Clone, Debug)]
pub struct ClosedInBulk {
    /// A code of the list of outcomes.
    pub outcome: String,
    /// Free words.
    pub note: Option<String>,
}

/// Who is sent.
#[derive(Clone, Debug)]
pub enum SendTo {
    /// A responder, by id.
    Responder(String),
    /// Those on call by a rota, one after the other.
    Rota(String),
}

/// A step of a visit.
#[allow(missing_docs, reason = "each variant says what it does")]
#[derive(Clone, Debug)]
pub enum VisitStep {
    /// I will go.
    Accept,
    /// I will not.
    Decline { reason: String },
    /// I am on my way.
    EnRoute,
    /// I am there.
    Arrived,
    /// I have left, and all is done.
    Complete { note: Option<String> },
    /// The control room calls it off.
    Cancel { reason: String },
}

/// Who was called.
#[derive(Clone, Debug)]
pub enum Whom {
    /// A contact of the home, by id.
    Contact(String),
    /// Anybody else, in words: the person at home, an ambulance.
    Other(String),
}

/// An alert raised by hand.
#[derive(Clone, Debug)]
pub struct RaisedByHand {
    /// Who it waits for.
    pub queue: Queue,
    /// 1 to 5.
    pub priority: u8,
    /// What it is about.
    pub text: String,
    /// The person.
    pub resident: Option<String>,
}

/// Something wrong with the service itself.
#[derive(Clone, Debug)]
pub struct PlatformTrouble {
    /// Whose work suffers from it.
    pub organisation: String,
    /// What it is, in place of a rule's id.
    pub rule: String,
    /// The same in words.
    pub title: String,
    /// What is kept apart: one open alert for each.
    pub subject: String,
    /// 1 to 5.
    pub priority: u8,
    /// Why, in a sentence.
    pub explanation: String,
    /// What to do.
    pub instructions: Vec<String>,
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such thing, or not in the caller's scope.
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// The caller's role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// The state of things does not allow it; the text says what to do.
    #[error("{0}")]
    Conflict(String),
    /// The request itself is wrong.
    #[error("{0}")]
    Invalid(String),
    /// The database is away; try again.
    #[error("{0}")]
    Unavailable(String),
}

/// What the engine is handed.
#[derive(Debug)]
pub struct Request {
    /// Who asks.
    pub by: Principal,
    /// For what.
    pub action: Action,
    /// Where the answer goes: the alerts as they are after it.
    pub answer: oneshot::Sender<Result<Vec<Alert>, Refusal>>,
}

/// The way to the engine for HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EngineHandle {
    requests: mpsc::Sender<Request>,
    feed: watch::Receiver<i64>,
    outcomes: Arc<Outcomes>,
}

impl EngineHandle {
    /// A handle that puts requests into `requests` and learns of the feed's last position from `feed`.
    #[must_use]
    pub fn new(requests: mpsc::Sender<Request>, feed: watch::Receiver<i64>) -> Self {
        Self { requests, feed, outcomes: Arc::default() }
    }

    /// The same, with the list of outcomes in force in place of the one that is shipped.
    #[must_use]
    pub fn with_outcomes(self, outcomes: Arc<Outcomes>) -> Self {
        Self { outcomes, ..self }
    }

    /// How alerts can end.
    #[must_use]
    pub fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }

    /// Has the engine do `action` and waits until it is committed.
    ///
    /// # Errors
    /// When it was refused, or the engine is stopping.
    pub async fn act(&self, by: Principal, action: Action) -> Result<Vec<Alert>, Refusal> {
        let (answer, answered) = oneshot::channel();
        let stopping = || Refusal::Unavailable("the service is stopping; try again in a moment".to_owned());
        self.requests.send(Request { by, action, answer }).await.map_err(|_| stopping())?;
        answered.await.map_err(|_| stopping())?
    }

    /// Has the engine raise an alert about the service itself.
    ///
    /// # Errors
    /// When the database is away, or the engine is stopping: tell it again.
    pub async fn tell_trouble(&self, trouble: PlatformTrouble) -> Result<Vec<Alert>, Refusal> {
        self.act(Principal::itself(), Action::Trouble(trouble)).await
    }

    /// Whether the engine still takes requests.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.requests.is_closed()
    }

    /// Changes to the last position of the feed that this replica knows to be committed.
    #[must_use]
    pub fn feed(&self) -> watch::Receiver<i64> {
        self.feed.clone()
    }
}
