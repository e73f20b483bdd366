//! From CONNECT to CONNACK: who is this, may they come in, and under which conditions.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tracing::{debug, info};

use super::connect::{self, Connect, Greeting};
use super::fault::{Code, Fault};
use super::frame::Next;
use super::packet::Version;
use super::pipe::Pipe;
use super::refused::Reason;
use super::registry::{NoSeat, Seat};
use super::reply::{self, Refuse, Welcome};
use super::server::Shared;
use super::tls::Holder;
use super::topics::{Topics, is_gateway_id};
use crate::clock::new_id;
use crate::ingest::delivery::Topic;
use crate::ingest::intake::{Admission, Login, Proof};

/// The largest CONNECT, in bytes: strangers get no big buffers.
const CONNECT_BYTES: usize = 16 * 1024;

/// The longest client id, in bytes.
const CLIENT_ID_BYTES: usize = 256;

/// How many topic aliases a client may use: it has three topics.
pub const TOPIC_ALIASES: u16 = 8;

/// A gateway that has been let in.
#[derive(Debug)]
pub struct Guest {
    pub gateway: Arc<str>,
    pub topics: Topics,
    pub connect: Box<Connect>,
    /// Without a packet for 1.5 times this long it is gone.
    pub keep_alive: Duration,
    pub seat: Seat,
}

/// Why nobody came in.
#[derive(Debug)]
enum Turned {
    /// The answer, if the client is to have one, is in the output.
    Away,
    /// The client has gone.
    Gone,
}

impl From<io::Error> for Turned {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Lets a connection in, or answers why not. `None`: it is over with this one.
pub async fn receive<S>(shared: &Shared, mut pipe: Pipe<S>, peer: SocketAddr, holder: Option<Holder>) -> Option<(Pipe<S>, Guest)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    pipe.frames.set_limit(CONNECT_BYTES);
    let received = tokio::time::timeout(shared.limits.connect_timeout, receive_in_time(shared, &mut pipe, peer, holder)).await;
    match received {
        Ok(Ok(guest)) => {
            pipe.frames.set_limit(shared.limits.packet_bytes());
            return Some((pipe, guest));
        }
        Ok(Err(Turned::Away)) => Box::pin(pipe.close()).await,
        Ok(Err(Turned::Gone)) => {}
        Err(_) => {
            shared.meters.half_open.increment(1);
            debug!("a connection was not let in within the time for it");
        }
    }
    None
}

async fn receive_in_time<S>(shared: &Shared, pipe: &mut Pipe<S>, peer: SocketAddr, holder: Option<Holder>) -> Result<Guest, Turned>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connect = read_connect(shared, pipe).await?;
    let (gateway, proof) = match identify(&mut connect, holder) {
        Ok(identity) => identity,
        Err((claimed, reason)) => {
            shared.refuse(claimed, peer, reason);
            tokio::time::sleep(shared.limits.refusal_delay).await;
            return Err(turn_away(pipe, &connect, Refuse::NotAuthorized));
        }
    };
    authenticate(shared, pipe, &connect, &gateway, proof, peer).await?;
    let topics = Topics::of(&gateway);
    if connect.authentication_method {
        return Err(turn_away(pipe, &connect, Refuse::Method));
    }
    if connect.will.as_ref().is_some_and(|will| topics.own(&will.topic) != Some(Topic::Status)) {
        shared.refuse(Some(&gateway), peer, Reason::WillTopic);
        return Err(turn_away(pipe, &connect, Refuse::NotAuthorized));
    }
    let assigned = assign_client_id(shared, pipe, &mut connect)?;
    let gateway: Arc<str> = gateway.into();
    let seat = take_seat(shared, pipe, &connect, &gateway).await?;
    let keep_alive = welcome(shared, pipe, &connect, assigned);
    Ok(Guest { gateway, topics, connect, keep_alive, seat })
}

/// Reads the first packet, which must be a CONNECT.
async fn read_connect<S>(shared: &Shared, pipe: &mut Pipe<S>) -> Result<Box<Connect>, Turned>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        // Whatever does not begin like a CONNECT is no MQTT client: do not wait for more of it.
        let fault = match pipe.frames.rest().first() {
            Some(first) if *first != 0x10 => Fault::protocol("the first packet is not a CONNECT"),
            _ => match pipe.frames.next() {
                Ok(Next::Frame(frame)) => match connect::read(&frame.body) {
                    Ok(Greeting::Connect(connect)) => return Ok(connect),
                    Ok(Greeting::OtherVersion) => {
                        reply::other_version(&mut pipe.out);
                        return Err(Turned::Away);
                    }
                    Err(fault) => {
                        // Only MQTT 5 has an answer to a wrong CONNECT. Its version stands at a fixed place.
                        if frame.body.starts_with(b"\0\x04MQTT\x05") {
                            reply::refuse_fault(&mut pipe.out, fault);
                        }
                        fault
                    }
                },
                Ok(Next::TooLarge { .. }) => Fault::new(Code::PacketTooLarge, "a CONNECT above the limit"),
                Ok(Next::More) => {
                    if pipe.read().await? == 0 {
                        return Err(Turned::Gone);
                    }
                    continue;
                }
                Err(fault) => fault,
            },
        };
        debug!(why = fault.why, "closed before CONNECT");
        shared.meters.closed(fault);
        return Err(Turned::Away);
    }
}

/// Who the client says it is, and with which proof. A certificate outweighs a password; the two must name the same gateway.
fn identify(connect: &mut Connect, holder: Option<Holder>) -> Result<(String, Proof), (Option<&str>, Reason)> {
    let name = connect.user_name.as_deref().filter(|name| !name.is_empty());
    match holder {
        Some(holder) => {
            let Some(common_name) = holder.common_name.filter(|name| is_gateway_id(name)) else {
                return Err((name, Reason::NoIdentity));
            };
            if name.is_some_and(|name| name != common_name) {
                return Err((name, Reason::OtherCertificate));
            }
            Ok((common_name, Proof::Certificate { sha256: holder.sha256 }))
        }
        None => match name {
            Some(name) if is_gateway_id(name) => {
                let secret = connect.password.take().map(|secret| secret.to_vec()).unwrap_or_default();
                Ok((name.to_owned(), Proof::Secret(secret)))
            }
            _ => Err((name, Reason::NoIdentity)),
        },
    }
}

async fn authenticate<S>(
    shared: &Shared,
    pipe: &mut Pipe<S>,
    connect: &Connect,
    gateway: &str,
    proof: Proof,
    peer: SocketAddr,
) -> Result<(), Turned>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let login = Login { gateway: gateway.to_owned(), proof, peer };
    let admission = async {
        match shared.admissions.acquire().await {
            Ok(_permit) => (shared.admit)(login).await,
            Err(_) => Admission::Unavailable,
        }
    };
    // Half of the time that there is, so that the answer can still be given.
    let admission = tokio::time::timeout(shared.limits.connect_timeout / 2, admission).await;
    match admission.unwrap_or(Admission::Unavailable) {
        Admission::Admitted => Ok(()),
        Admission::Unavailable => Err(turn_away(pipe, connect, Refuse::Unavailable)),
        Admission::Refused => {
            shared.refuse(Some(gateway), peer, Reason::WrongSecret);
            tokio::time::sleep(shared.limits.refusal_delay).await;
            Err(turn_away(pipe, connect, Refuse::NotAuthorized))
        }
    }
}

/// A client without an id gets one; MQTT 3.1.1 allows that only for clean sessions.
fn assign_client_id<S>(shared: &Shared, pipe: &mut Pipe<S>, connect: &mut Connect) -> Result<Option<String>, Turned>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if connect.client_id.len() > CLIENT_ID_BYTES {
        return Err(turn_away(pipe, connect, Refuse::ClientId));
    }
    if !connect.client_id.is_empty() {
        return Ok(None);
    }
    if connect.version == Version::V4 && !connect.clean_start {
        return Err(turn_away(pipe, connect, Refuse::ClientId));
    }
    connect.client_id = new_id(&shared.clock);
    Ok(Some(connect.client_id.clone()))
}

async fn take_seat<S>(shared: &Shared, pipe: &mut Pipe<S>, connect: &Connect, gateway: &Arc<str>) -> Result<Seat, Turned>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match shared.registry.enter(gateway, &connect.client_id, shared.limits.connections_per_gateway) {
        Ok((seat, older)) => {
            if let Some(older) = older {
                // An error is what it sends: its end is dropped when the older connection is through.
                let _ = older.await;
                debug!(%gateway, "took over from an older connection");
            }
            Ok(seat)
        }
        Err(NoSeat::TooMany) => {
            info!(%gateway, "refused: too many connections of this gateway");
            Err(turn_away(pipe, connect, Refuse::TooMany))
        }
        Err(NoSeat::Stopping) => Err(turn_away(pipe, connect, Refuse::Unavailable)),
    }
}

/// Writes the CONNACK; returns the keep-alive that holds.
fn welcome<S>(shared: &Shared, pipe: &mut Pipe<S>, connect: &Connect, assigned: Option<String>) -> Duration {
    let limit = u16::try_from(shared.limits.keep_alive_max.as_secs()).unwrap_or(u16::MAX).max(1);
    let asked = connect.keep_alive;
    let (keep_alive, ours) = if asked == 0 || asked > limit { (limit, Some(limit)) } else { (asked, None) };
    let welcome = Welcome {
        receive_maximum: shared.limits.in_flight,
        maximum_packet: u32::try_from(shared.limits.packet_bytes()).unwrap_or(u32::MAX),
        topic_alias_maximum: TOPIC_ALIASES,
        server_keep_alive: ours,
        assigned_client_id: assigned,
        no_session: connect.session_expiry,
    };
    reply::welcome(connect.version, &mut pipe.out, welcome);
    // MQTT 3.1.1 cannot be told of a shorter keep-alive, so what it asked for holds; only none at all has our limit.
    let keep_alive = if connect.version == Version::V4 && asked != 0 { asked } else { keep_alive };
    Duration::from_secs(keep_alive.into())
}

fn turn_away<S>(pipe: &mut Pipe<S>, connect: &Connect, why: Refuse) -> Turned {
    reply::refuse(connect.version, &mut pipe.out, why);
    Turned::Away
}
