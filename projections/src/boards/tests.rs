//! Tests that values written down twice are the same.

use domain::board::Board;
use domain::value::BoardId;

#[test]
fn the_table_begins_with_the_night_board_as_the_domain_has_it() {
    let Board { slug, name, description, anonymous, hours, closed, opened } = Board::night();
    assert!(opened && anonymous && !closed);
    let hours = hours.expect("it has hours");
    let hours = format!(
        r#"{{"opens": {}, "closes": {}, "time_zone": "{}"}}"#,
        hours.opens, hours.closes, hours.time_zone
    );
    let id = BoardId::of(&slug).to_string();
    for sql in [include_str!("tables.sql"), include_str!("check.sql")] {
        for value in [&id, &slug, &name, &description, &hours] {
            assert!(sql.contains(&format!("'{value}'")), "{value}");
        }
    }
}
