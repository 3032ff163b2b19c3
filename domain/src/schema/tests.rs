use super::*;

fn of(event_type: &str, version: &str) -> &'static EventSchema {
    let found = event_schemas().iter().find(|s| s.event_type == event_type && s.version == version);
    found.unwrap_or_else(|| panic!("there is no {event_type} {version}"))
}

fn shown(schema: &EventSchema) -> Vec<(&str, &ColumnKind, bool)> {
    schema.columns.iter().map(|column| (column.name.as_str(), &column.kind, column.is_nullable)).collect()
}

#[test]
fn an_event_has_a_column_for_each_of_its_values() {
    let text = ColumnKind::Text;
    let texts = ColumnKind::List(Box::new(ColumnKind::Text));
    let schema = of("PostPublished", "3");
    let mut columns = shown(schema);
    let photos = columns.iter().position(|(name, ..)| *name == "photos").expect("photos");
    let (_, ColumnKind::List(photo), false) = columns.remove(photos) else { panic!("a list") };
    let ColumnKind::Object(photo) = &**photo else { panic!("of objects") };
    let names: Vec<_> = photo.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["alternative_text", "blurhash", "colour", "height", "media_id", "width"]);
    assert_eq!(
        columns,
        [
            ("author_id", &ColumnKind::Uuid, false),
            ("board_anonymous", &ColumnKind::Boolean, true),
            ("board_id", &ColumnKind::Uuid, true),
            ("followers_only", &ColumnKind::Boolean, false),
            ("mentions", &texts, false),
            ("original_published_at", &ColumnKind::Time, true),
            ("tags", &texts, false),
            ("text", &text, false),
            ("title", &text, true),
        ]
    );
    let title = schema.columns.iter().find(|column| column.name == "title").expect("a title");
    assert_eq!(title.description, "One line above the text.");
}

#[test]
fn what_may_be_one_of_several_things_has_the_columns_of_all() {
    assert_eq!(
        shown(of("Liked", "1")),
        [
            ("target_id", &ColumnKind::Uuid, false),
            ("target_kind", &ColumnKind::Text, false),
            ("user_id", &ColumnKind::Uuid, false),
        ]
    );
    assert_eq!(shown(of("MediaProcessed", "1")).len(), 6);
    assert_eq!(shown(of("MediaSwept", "1")), []);
}

#[test]
fn older_versions_lack_what_the_steps_add() {
    let names =
        |version| shown(of("PostEdited", version)).into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    assert_eq!(names("3"), ["followers_only", "mentions", "photos", "tags", "text", "title"]);
    assert_eq!(names("2"), ["mentions", "photos", "tags", "text", "title"]);
    assert_eq!(names("1"), ["mentions", "tags", "text", "title"]);
    assert!(!of("PostEdited", "1").schema["required"].to_string().contains("photos"));
    assert!(of("PostEdited", "3").is_current && !of("PostEdited", "2").is_current);
    assert_eq!(current().count(), Event::types().count());
}
