//! Data of others that tests read where they lie: recordings of real homes, published test vectors. None of it is part of this project.

use std::path::PathBuf;

/// The file `name` of the folder that `HARKEN_DATA` names, or that lies beside the checkout. Without it a test can say nothing, and says so; where everything
/// must be tested (`CI`), it fails.
pub fn file(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let path = std::env::var_os("HARKEN_DATA").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing; HARKEN_DATA says where the data lie", path.display());
    println!("not run: {} is missing; HARKEN_DATA says where the data lie", path.display());
    None
}
