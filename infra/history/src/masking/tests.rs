//! Tests of the statements' SQL. What they do to events is tested on Postgres, in `tests/accounts/masks.rs`.

use super::*;

#[test]
fn a_statement_masks_each_type_of_an_aggregate_by_its_own_columns() {
    let sql = mask("user").expect("people have names");
    let lines: Vec<_> = sql.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "update events set payload = case event_type",
            r#"when 'UserRegistered' then jsonb_set(jsonb_set(jsonb_set(payload, '{bio}', '""', false), '{display_name}', '""', false), '{handle}', '""', false)"#,
            r#"when 'ProfileChanged' then jsonb_set(jsonb_set(jsonb_set(payload, '{bio}', '""', false), '{display_name}', '""', false), '{links}', '[]', false)"#,
            r#"when 'HandleChanged' then jsonb_set(jsonb_set(payload, '{handle}', '""', false), '{previous}', '""', false)"#,
            "end",
            "where aggregate_type = 'user' and aggregate_id = any($1::text[]) and event_type in ('UserRegistered', 'ProfileChanged', 'HandleChanged')",
        ]
    );
}

#[test]
fn of_a_list_of_objects_each_is_masked_and_what_is_public_stays() {
    let sql = mask("post").expect("posts have words");
    let edited = sql.lines().find(|line| line.starts_with("when 'PostEdited'")).expect("a case");
    let photos = concat!(
        "(select coalesce(jsonb_agg(jsonb_set(jsonb_set(jsonb_set(item, '{alternative_text}', 'null', false), ",
        r#"'{blurhash}', '""', false), '{colour}', '""', false) order by place), '[]') "#,
        "from jsonb_path_query(payload, 'strict $.photos[*]', silent => true) with ordinality as items (item, place))"
    );
    let mut expected = "payload".to_owned();
    for (name, mask) in
        [("mentions", "'[]'"), ("photos", photos), ("tags", "'[]'"), ("text", r#"'""'"#), ("title", "'null'")]
    {
        expected = format!("jsonb_set({expected}, '{{{name}}}', {mask}, false)");
    }
    assert_eq!(edited, format!("when 'PostEdited' then {expected}"));
    assert!(!sql.contains("PostDeleted"), "it has ids only");
}

#[test]
fn where_nothing_is_personal_there_is_no_statement() {
    for aggregate_type in ["like", "board", "wish"] {
        assert_eq!(mask(aggregate_type), None, "{aggregate_type}");
    }
}

#[test]
fn an_event_is_masked_where_nothing_personal_is_left() {
    let sql = is_masked();
    let of = |event_type: &str| sql.split("\nor ").find(|of| of.contains(&format!("'{event_type}'")));
    assert_eq!(
        of("PostEdited"),
        Some(concat!(
            "(event_type = 'PostEdited' and not jsonb_path_exists(payload, '$.mentions[*]')",
            " and not jsonb_path_exists(payload, '$.photos[*].alternative_text ? (@ != null)')",
            r#" and not jsonb_path_exists(payload, '$.photos[*].blurhash ? (@ != "")')"#,
            r#" and not jsonb_path_exists(payload, '$.photos[*].colour ? (@ != "")')"#,
            " and not jsonb_path_exists(payload, '$.tags[*]')",
            r#" and not jsonb_path_exists(payload, '$.text ? (@ != "")')"#,
            " and not jsonb_path_exists(payload, '$.title ? (@ != null)'))",
        ))
    );
    assert_eq!(of("Liked"), None);
}
