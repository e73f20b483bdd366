//! A TCP proxy whose line can be cut: what is sent is swallowed, nothing is closed, as when a host has vanished.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A line to `target` that can be cut.
pub struct Proxy {
    pub port: u16,
    cut: watch::Sender<bool>,
}

impl Proxy {
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (cut, is_cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, SocketAddr::from(([127, 0, 0, 1], target)), is_cut.clone()));
            }
        });
        Self { port, cut }
    }

    /// Nothing goes through any more, in either direction, and nobody is told.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// New connections go through again; the old ones stay as they are.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

async fn carry(near: TcpStream, target: SocketAddr, is_cut: watch::Receiver<bool>) {
    if *is_cut.borrow() {
        // Accepted by the machine, answered by nobody.
        std::future::pending::<()>().await;
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::join!(pour(near_in, far_out, is_cut.clone()), pour(far_in, near_out, is_cut));
}

async fn pour(mut from: tokio::net::tcp::OwnedReadHalf, mut into: tokio::net::tcp::OwnedWriteHalf, mut is_cut: watch::Receiver<bool>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            biased;
            () = cut(&mut is_cut) => std::future::pending().await,
            read = from.read(&mut buffer) => match read {
                Ok(length) if length > 0 => {
                    if into.write_all(&buffer[..length]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Returns when the line is cut.
async fn cut(is_cut: &mut watch::Receiver<bool>) {
    let _ = is_cut.wait_for(|cut| *cut).await;
}
