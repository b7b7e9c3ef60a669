use super::ColumnKind::Time;
use super::Visibility::{Nested, Table};
use super::sets::TABLE_ORDER;
use super::*;

/// The scalar fields of the API page, in its order.
const API_FIELDS: [&str; 23] = [
    "id",
    "name",
    "checkpoint_id",
    "project_id",
    "vault_id",
    "provider_id",
    "resource_id",
    "resource_name",
    "resource_type",
    "resource_size",
    "resource_az",
    "status",
    "image_type",
    "created_at",
    "updated_at",
    "protected_at",
    "expired_at",
    "description",
    "parent_id",
    "enterprise_project_id",
    "incremental",
    "version",
    "scheduled_operation_id",
];

#[test]
fn every_field_of_the_api_has_its_column_in_its_order() {
    let names: Vec<_> = scalar_set().iter().map(|column| column.name).collect();
    assert_eq!(names, API_FIELDS);
}

#[test]
fn every_column_finds_the_field_of_its_name() {
    let fields: Vec<_> = API_FIELDS.iter().map(|name| format!("\"{name}\":\"<{name}>\"")).collect();
    let record = format!("{{{}}}", fields.join(","));
    let (full, empty) = (Backup::parse(&record).unwrap(), Backup::parse("{}").unwrap());
    for column in scalar_set() {
        let value = column.value(&full).map(|value| value.text());
        assert_eq!(value.as_deref(), Some(&*format!("<{}>", column.name)));
    }
    for column in COLUMNS {
        assert_eq!(column.value(&empty), None, "{}", column.name);
    }
}

/// Every value in the test record names its own path.
#[test]
fn every_nested_column_finds_what_its_name_says() {
    let info = |names: &[&str], path: &str| -> String {
        let field = |name: &&str| format!("\"{name}\":\"<{path}.{name}>\"");
        names.iter().map(field).collect::<Vec<_>>().join(",")
    };
    let names_below = |path: &str| -> Vec<&str> {
        let below = |column: &Column| column.name.strip_prefix(path)?.strip_prefix('.');
        COLUMNS.iter().filter_map(below).filter(|name| !name.contains('.')).collect()
    };
    let consistency = names_below("extend_info.app_consistency");
    let copy = info(&names_below("replication"), "replication");
    let record = format!(
        r#"{{"extend_info":{{{},"app_consistency":{{{}}},
            "os_images_data":[{{"image_id":"<extend_info.os_images_data>"}}]}},
            "children":[{{}}, {{}}],
            "replication_records":[{{{copy},"extra_info":{{{copy}}}}}]}}"#,
        info(&names_below("extend_info"), "extend_info"),
        info(&consistency, "extend_info.app_consistency"),
    );
    let backup = Backup::parse(&record).unwrap();
    let nested: Vec<_> = COLUMNS.iter().filter(|column| column.visibility == Nested).collect();
    assert_eq!(nested.len(), 29);
    for column in nested {
        let value = column.value(&backup).unwrap().text();
        match column.name {
            "children.count" => assert_eq!(value, "2"),
            "replication.count" => assert_eq!(value, "1"),
            name => assert_eq!(value, format!("<{name}>")),
        }
    }
}

#[test]
fn several_values_are_one_text_and_one_array() {
    let record = r#"{"replication_records":[{"status":"success"},{},{"status":"fail"},
        {"status":null,"extra_info":"text"}],"children":[],"extend_info":{"os_images_data":"x"}}"#;
    let backup = Backup::parse(record).unwrap();
    let value =
        |name: &str| COLUMNS.iter().find(|column| column.name == name).unwrap().value(&backup);
    let status = value("replication.status").unwrap();
    assert_eq!(
        (status.text(), status.json()),
        ("success,fail".into(), r#"["success","fail"]"#.into())
    );
    assert_eq!(value("replication.count"), Some(Value::Number(4)));
    assert_eq!(value("children.count"), None);
    assert_eq!(value("replication.progress"), None);
    assert_eq!(value("extend_info.os_images_data"), None);
}

#[test]
fn the_default_sets_are_consistent() {
    let names = |set: Vec<Column>| set.into_iter().map(|column| column.name).collect::<Vec<_>>();
    let (table, wide) = (names(table_set()), names(wide_set()));
    assert_eq!(table, TABLE_ORDER);
    let is_of_table = |column: &&Column| matches!(column.visibility, Table(_));
    assert_eq!(COLUMNS.iter().filter(is_of_table).count(), TABLE_ORDER.len());
    assert!(table.iter().all(|name| wide.contains(name)));
    assert!(wide.len() > table.len() && wide.len() < scalar_set().len());

    let rank =
        |column: &Column| if let Table(rank) = column.visibility { Some(rank) } else { None };
    let mut ranks: Vec<_> = COLUMNS.iter().filter_map(rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, [0, 2, 3, 4, 5, 6, 7, 8], "each rank once, and one column stays");
}

#[test]
fn help_is_a_few_words() {
    for Column { name, help, kind, .. } in COLUMNS {
        assert!((2..=50).contains(&help.len()) && !help.ends_with('.'), "{name}: {help}");
        assert!(name.len() + help.len() <= 84, "{name}: one line of the help is not enough");
        assert_eq!(name.ends_with("_at"), *kind == Time, "{name}");
    }
}

#[test]
fn headings_are_the_shortest_names() {
    assert_eq!(COLUMNS[9].heading(), "SIZE");
    assert_eq!(COLUMNS[2].heading(), "CHECKPOINT_ID");
}
