//! The reports there are, and the forms in which they come.

use serde::{Deserialize, Serialize};

/// The reports there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "`title` says what each is")]
pub enum Name {
    ResponseTimes,
    Activations,
    Outcomes,
    Attendance,
    DeviceHealth,
    FalseAlarms,
    TakeUp,
    Workload,
    SocialValue,
}

impl Name {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::ResponseTimes,
        Self::Activations,
        Self::Outcomes,
        Self::Attendance,
        Self::DeviceHealth,
        Self::FalseAlarms,
        Self::TakeUp,
        Self::Workload,
        Self::SocialValue,
    ];

    /// The name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResponseTimes => "response-times",
            Self::Activations => "activations",
            Self::Outcomes => "outcomes",
            Self::Attendance => "attendance",
            Self::DeviceHealth => "device-health",
            Self::FalseAlarms => "false-alarms",
            Self::TakeUp => "take-up",
            Self::Workload => "workload",
            Self::SocialValue => "social-value",
        }
    }

    /// The report of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == name)
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ResponseTimes => "Answer times",
            Self::Activations => "Activations",
            Self::Outcomes => "How calls ended",
            Self::Attendance => "Attendance at homes",
            Self::DeviceHealth => "Health of the equipment",
            Self::FalseAlarms => "False alarms",
            Self::TakeUp => "Take-up and use",
            Self::Workload => "Workload of operators",
            Self::SocialValue => "What the service brought",
        }
    }
}

/// In which form a report comes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Everything, with definitions.
    #[default]
    Json,
    /// One table.
    Csv,
    /// A workbook: a sheet for each table.
    Xlsx,
}

impl Format {
    /// The name as stored, which is the ending of its files too.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Json, Self::Csv, Self::Xlsx].into_iter().find(|each| each.as_str() == name)
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}
