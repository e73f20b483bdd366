//! Rows entered into the register by the same rules as over HTTP: all are checked first, and then entered, or none.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::sheet::{Row, Sort};
use crate::cli::Failure;
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::register::{NewContact, NewDevice, NewHome, NewResident};
use crate::secrets::KeySafe;
use crate::store::{Actor, ListQuery, Store, StoreError};

/// So many faults are told; a file with more has one cause.
const TOLD: usize = 200;

/// Where rows go.
pub(super) struct Register<'a> {
    pub(super) store: &'a Store,
    pub(super) key: &'a KeySafe,
    pub(super) now: Time,
    pub(super) organisation: &'a str,
}

/// A row that can be entered.
enum Entry {
    Home(NewHome),
    Resident(NewResident),
    Contact(NewContact),
    Device(NewDevice),
}

impl Entry {
    /// By what two rows are told to be the same.
    fn name(&self) -> String {
        match self {
            Self::Home(home) => format!("{}, {}", home.name, home.address),
            Self::Resident(resident) => format!("{}, home {}", resident.name, resident.home),
            Self::Contact(contact) => format!("{}, {}, home {}", contact.name, contact.telephone, contact.home),
            Self::Device(device) => format!("{} behind {}", device.address, device.gateway),
        }
    }
}

impl Register<'_> {
    /// Checks all rows and, unless one has a fault or it is a dry run, enters them. Answers what to say.
    ///
    /// # Errors
    /// With each fault in a line of its own; or the database refuses.
    pub(super) async fn enter(&self, sort: Sort, rows: Vec<Row>, dry_run: bool) -> Result<String, Failure> {
        self.store.organisation(&Scope::All, self.organisation).await?;
        let (mut entries, mut faults, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
        let mut there = 0;
        for row in rows {
            match self.entry(sort, row.cells).await {
                Ok(entry) => {
                    if let Some(first) = seen.insert(entry.name(), row.line) {
                        faults.push(format!("line {}: the same as line {first}: {}", row.line, entry.name()));
                    } else if self.is_there(&entry).await? {
                        there += 1;
                    } else {
                        entries.push((row.line, entry));
                    }
                }
                Err(why) => faults.push(format!("line {}: {why}", row.line)),
            }
        }
        if !faults.is_empty() {
            let more = faults.len().saturating_sub(TOLD);
            faults.truncate(TOLD);
            let more = if more > 0 { format!("\n… and {more} more") } else { String::new() };
            return Err(Failure(format!("nothing was entered; mend these lines and try again\n{}{more}", faults.join("\n"))));
        }
        let count = entries.len();
        if dry_run {
            return Ok(format!("{count} rows could be entered, {there} are there already; nothing was changed"));
        }
        for (line, entry) in entries {
            self.create(entry).await.map_err(|error| Failure(format!("line {line}: {error}; the lines before it are entered")))?;
        }
        Ok(format!("{count} rows entered, {there} were there already"))
    }

    async fn entry(&self, sort: Sort, cells: Result<Map<String, Value>, String>) -> Result<Entry, String> {
        let mut cells = cells?;
        let say = |invalid: crate::domain::register::Invalid| invalid.0;
        match sort {
            Sort::Homes => {
                cells.insert("organisation".to_owned(), Value::from(self.organisation));
                let new: NewHome = as_request(cells)?;
                new.check().map_err(say)?;
                Ok(Entry::Home(new))
            }
            Sort::Residents => {
                self.find_home(&mut cells).await?;
                let new: NewResident = as_request(cells)?;
                new.clone().into_record(String::new(), self.now).map_err(say)?;
                Ok(Entry::Resident(new))
            }
            Sort::Contacts => {
                self.find_home(&mut cells).await?;
                let new: NewContact = as_request(cells)?;
                new.clone().into_record(String::new(), self.now).map_err(say)?;
                Ok(Entry::Contact(new))
            }
            Sort::Devices => {
                self.find_wearer(&mut cells).await?;
                let new: NewDevice = as_request(cells)?;
                new.check().map_err(say)?;
                Ok(Entry::Device(new))
            }
        }
    }

    /// The home that the row names by its id or its name.
    async fn find_home(&self, cells: &mut Map<String, Value>) -> Result<(), String> {
        let named = cells.get("home").and_then(Value::as_str).ok_or("`home` is missing: the id or the name of a home")?;
        let scope = self.scope();
        let id = match self.store.home(&scope, named).await {
            Ok(home) => home.id,
            Err(StoreError::NotFound(_)) => {
                let found = self.store.homes_named(&scope, named).await.map_err(|error| error.to_string())?;
                match found.as_slice() {
                    [one] => one.id.clone(),
                    [] => return Err(format!("`home`: the organisation has no home with the id or name `{named}`")),
                    _ => return Err(format!("`home`: several homes are called `{named}`; give the id")),
                }
            }
            Err(error) => return Err(error.to_string()),
        };
        cells.insert("home".to_owned(), Value::from(id));
        Ok(())
    }

    /// The gateway must be the organisation's; the resident is named by id, or by the name in the gateway's home.
    async fn find_wearer(&self, cells: &mut Map<String, Value>) -> Result<(), String> {
        let gateway = cells.get("gateway").and_then(Value::as_str).ok_or("`gateway` is missing: the id of a gateway")?;
        let gateway = self
            .store
            .gateway(&self.scope(), gateway)
            .await
            .map_err(|_| format!("`gateway`: the organisation has no gateway `{gateway}`"))?;
        let Some(named) = cells.get("resident").and_then(Value::as_str) else { return Ok(()) };
        let residents = self.store.residents(&self.of_home(gateway.home.as_deref())).await.map_err(|error| error.to_string())?;
        let found: Vec<_> = residents.iter().filter(|each| each.id == named || each.name == named).collect();
        let [one] = found.as_slice() else {
            return Err(format!("`resident`: {} residents of the gateway's home have the id or name `{named}`; one must", found.len()));
        };
        let id = one.id.clone();
        cells.insert("resident".to_owned(), Value::from(id));
        Ok(())
    }

    async fn is_there(&self, entry: &Entry) -> Result<bool, StoreError> {
        Ok(match entry {
            Entry::Home(new) => self.store.homes_named(&self.scope(), &new.name).await?.iter().any(|home| home.address == new.address),
            Entry::Resident(new) => self.store.residents(&self.of_home(Some(&new.home))).await?.iter().any(|each| each.name == new.name),
            Entry::Contact(new) => {
                let all = self.store.contacts(&self.of_home(Some(&new.home)), None).await?;
                all.iter().any(|each| each.name == new.name && each.telephone == new.telephone)
            }
            Entry::Device(new) => {
                let all = self.store.devices(&self.of_home(None), Some(&new.gateway)).await?;
                all.iter().any(|each| each.address == new.address && each.confirmed)
            }
        })
    }

    async fn create(&self, entry: Entry) -> Result<(), StoreError> {
        let (by, scope) = (Actor::cli(), self.scope());
        match entry {
            Entry::Home(new) => self.store.create_home(&by, self.now, &scope, self.key, &new).await.map(drop),
            Entry::Resident(new) => self.store.create_resident(&by, self.now, &scope, &new).await.map(drop),
            Entry::Contact(new) => self.store.create_contact(&by, self.now, &scope, &new).await.map(drop),
            Entry::Device(new) => self.store.create_device(&by, self.now, &scope, &new).await.map(drop),
        }
    }

    fn scope(&self) -> Scope {
        Scope::Only(vec![self.organisation.to_owned()])
    }

    fn of_home<'b>(&'b self, home: Option<&'b str>) -> ListQuery<'b> {
        ListQuery { scope: &Scope::All, organisation: Some(self.organisation), home, archived: false, after: None, limit: 1000 }
    }
}

/// The row as a request over HTTP would have it.
fn as_request<T: DeserializeOwned>(cells: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(cells)).map_err(|error| error.to_string())
}
