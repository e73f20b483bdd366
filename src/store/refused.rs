//! Quarantine as written: the evidence of what could not be read.

use super::dialect::{Column, ManyRows};
use super::{Result, Tx, to_us};
use crate::clock::Time;

/// A refused message or event.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its id in quarantine.
    pub id: String,
    /// When it was received.
    pub received_at: Time,
    /// The gateway it came from, as it called itself.
    pub gateway: String,
    /// Whose it is.
    pub organisation: String,
    /// Home key.
    pub home: String,
    /// The topic.
    pub topic: String,
    /// Length in bytes.
    pub length: usize,
    /// What is wrong with it.
    pub reason: String,
    /// The first 4 KiB.
    pub head: Vec<u8>,
}

impl Tx {
    /// Puts messages into quarantine.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn quarantine(&mut self, rows: Vec<Refused>) -> Result<()> {
        let text = |field: &dyn Fn(&Refused) -> String| Column::Text(rows.iter().map(field).collect());
        let columns = vec![
            text(&|row| row.id.clone()),
            Column::Int(rows.iter().map(|row| to_us(row.received_at)).collect()),
            text(&|row| row.gateway.clone()),
            text(&|row| row.organisation.clone()),
            text(&|row| row.home.clone()),
            text(&|row| row.topic.clone()),
            Column::Int(rows.iter().map(|row| i64::try_from(row.length).unwrap_or(i64::MAX)).collect()),
            // PostgreSQL refuses NUL in text, and the reason may quote the sender.
            text(&|row| row.reason.replace('\0', "\u{fffd}")),
            Column::Bytes(rows.iter().map(|row| row.head.clone()).collect()),
        ];
        let head = "INSERT INTO quarantine (id, received_us, gateway, organisation, home, topic, length, reason, head)";
        self.many_rows(ManyRows { head, tail: "" }, columns).await?;
        Ok(())
    }
}
