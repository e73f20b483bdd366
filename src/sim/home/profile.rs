//! How people live, in figures: how often the sensors of a home report, when in the day, and in what order.
//!
//! Rounded from the TIHM dataset: 10 homes of people living with dementia, 679 home-days, April to June 2019 (Palermo et al., Scientific
//! Data 2023, doi 10.1038/s41597-023-02519-y, Zenodo record 7622128; Surrey and Borders Partnership NHS Foundation Trust). Statistics
//! only: no row of the data is in here.

/// The places of a home that report: five rooms with a motion sensor, three doors with a contact that tells of opening.
pub const PLACES: [&str; 8] = ["kitchen", "hallway", "lounge", "bedroom", "bathroom", "fridge-door", "front-door", "back-door"];

/// What each place reports.
pub const KINDS: [&str; 8] = ["motion", "motion", "motion", "motion", "motion", "door_opened", "door_opened", "door_opened"];

/// Position of the bedroom in [`PLACES`].
pub const BEDROOM: usize = 3;
/// Position of the bathroom in [`PLACES`].
pub const BATHROOM: usize = 4;
/// Position of the hallway in [`PLACES`].
pub const HALLWAY: usize = 1;

/// Events of a home in a day: the mean over all home-days (standard deviation 144, median 412, 5 % below 123 and above 654).
pub const EVENTS_PER_DAY: f64 = 415.0;

/// The share of each place in all events, in thousandths.
pub const PLACE_SHARE: [u16; 8] = [189, 197, 196, 144, 86, 102, 46, 39];

/// For each place, the share of each hour of the local day in its events, in thousandths.
#[rustfmt::skip]
pub const HOUR_SHARE: [[u16; 24]; 8] = [
    [6, 3, 4, 3, 2, 9, 17, 36, 38, 66, 66, 72, 68, 77, 56, 52, 57, 81, 99, 66, 46, 37, 28, 11], // kitchen
    [7, 4, 4, 4, 3, 8, 14, 36, 46, 65, 68, 70, 61, 64, 59, 60, 65, 77, 79, 62, 49, 45, 36, 13], // hallway
    [3, 2, 3, 2, 2, 8, 12, 23, 41, 52, 58, 65, 63, 73, 64, 69, 74, 84, 86, 78, 63, 46, 24, 7], // lounge
    [27, 28, 27, 31, 27, 33, 44, 66, 61, 65, 60, 45, 31, 36, 32, 34, 41, 32, 31, 25, 33, 66, 81, 44], // bedroom
    [21, 18, 20, 28, 21, 28, 49, 86, 89, 86, 62, 42, 29, 31, 26, 25, 31, 28, 28, 27, 34, 73, 81, 37], // bathroom
    [5, 4, 4, 3, 3, 16, 46, 66, 27, 57, 43, 66, 83, 83, 48, 41, 48, 102, 105, 51, 36, 36, 22, 7], // fridge-door
    [2, 0, 0, 0, 0, 1, 7, 32, 57, 83, 84, 95, 97, 72, 74, 62, 77, 69, 53, 57, 31, 24, 18, 4], // front-door
    [5, 2, 0, 0, 1, 0, 6, 45, 56, 79, 69, 79, 64, 70, 80, 79, 79, 62, 61, 52, 47, 32, 27, 5], // back-door
];

/// For each place, how often the next event is at each place, in thousandths.
pub const NEXT_PLACE: [[u16; 8]; 8] = [
    [252, 256, 172, 48, 39, 160, 24, 49], // kitchen
    [335, 106, 301, 95, 62, 30, 55, 17],  // hallway
    [167, 320, 364, 46, 25, 25, 25, 28],  // lounge
    [51, 147, 60, 521, 189, 12, 14, 6],   // bedroom
    [74, 162, 55, 316, 360, 13, 11, 9],   // bathroom
    [171, 144, 78, 20, 13, 555, 7, 11],   // fridge-door
    [94, 212, 132, 42, 22, 17, 470, 12],  // front-door
    [181, 126, 144, 28, 26, 23, 16, 456], // back-door
];

/// The quantiles that [`GAP_S`] gives.
pub const GAP_QUANTILES: [f64; 7] = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/// For each place, quantiles of the seconds from its event to the next event of the home.
#[rustfmt::skip]
pub const GAP_S: [[u16; 7]; 8] = [
    [4, 22, 61, 108, 180, 267, 852], // kitchen
    [2, 6, 18, 64, 142, 283, 1749], // hallway
    [5, 21, 68, 166, 528, 998, 2601], // lounge
    [11, 51, 101, 213, 996, 2704, 7506], // bedroom
    [10, 41, 79, 127, 211, 298, 844], // bathroom
    [2, 6, 16, 44, 93, 142, 437], // fridge-door
    [1, 5, 14, 49, 217, 998, 7416], // front-door
    [2, 7, 19, 62, 161, 308, 1712], // back-door
];
