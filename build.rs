//! The console is carried in the binary when it has been built; without it everything else still builds.

#[expect(clippy::disallowed_methods, reason = "the environment is how Cargo talks to a build script")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A release carries the files, so one built anew must be taken in. A debug build reads them where they lie.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=web/dist");
    }
}
