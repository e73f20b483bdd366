//! The page that tells who may do what is the table in the code, written down.

use std::fmt::Write as _;

use harken::domain::access::Role::{Administrator, Manager, Operator, Responder, System, Viewer};
use harken::http::permissions::{Allowed, TABLE};

use super::root;

const PAGE: &str = "docs/permissions.md";

fn page() -> String {
    let mut page = String::from(
        "# Who may do what\n\n\
         Written from `src/http/permissions.rs`; `HARKEN_WRITE=1 cargo test --test it tidy::permissions` writes it again. What a grant is and how it is answered when \
         there is none stands in [api.md](api.md#who-may-do-what).\n\n\
         `yes`: in the organisations of the grant; `all`: only with a grant in all organisations; `open`: without a sign-in. A responder sees and moves only visits that \
         were offered to them.\n\n\
         | operation | administrator | manager | operator | viewer | system | responder |\n|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let _ = write!(page, "| `{} {}` |", row.method, row.path);
        for role in [Administrator, Manager, Operator, Viewer, System, Responder] {
            let cell = match row.allowed {
                Allowed::Anyone => "open",
                Allowed::SignedIn => "yes",
                Allowed::Roles(roles) if roles.contains(&role) => "yes",
                Allowed::Everywhere(roles) if roles.contains(&role) => "all",
                Allowed::Roles(_) | Allowed::Everywhere(_) => "",
            };
            let _ = write!(page, " {cell} |");
        }
        page.push('\n');
    }
    page
}

#[test]
fn the_page_says_what_the_table_says() {
    let page = page();
    if std::env::var_os("HARKEN_WRITE").is_some() {
        std::fs::write(root().join(PAGE), &page).expect("the page can be written");
    }
    let there = std::fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    assert!(there == page, "{PAGE} is out of date: HARKEN_WRITE=1 cargo test --test it tidy::permissions");
}
