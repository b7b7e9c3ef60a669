//! Writes backups as the service does: with the documented keys, in the order of the example.

use super::awkward;
use super::backup::{ImageType, Row, Style};
use super::json::{Nulls, Object, Time};
use super::project::OTHER_PROJECT_ID;

/// Appends a row of a list, with empty `children`.
pub(super) fn record(row: Row, show_replication: bool, out: &mut Vec<u8>) {
    write(row, false, show_replication, out);
}

/// Appends a single backup, with its volumes.
pub(super) fn record_with_children(row: Row, out: &mut Vec<u8>) {
    write(row, true, true, out);
}

fn write(row: Row, with_children: bool, show_replication: bool, out: &mut Vec<u8>) {
    let style = row.style();
    let (full, sparse) = (style == Style::Full, style == Style::Sparse);
    let time = |time| Time(time, style.form());
    let mut backup = Object::open(style.nulls(), out);
    backup.set("checkpoint_id", row.checkpoint_id());
    children(row, with_children, backup.member("children"));
    backup.set("created_at", time(row.created));
    backup.set_if("description", description(row));
    if full && !row.is_volume() {
        enterprise_project(row, &mut backup);
    }
    backup.set_if("expired_at", row.expired_at().map(time));
    extend_info(row, style, backup.member("extend_info"));
    if row.number() == awkward::UNKNOWN_FIELDS {
        backup.set_raw("future_field", FUTURE_FIELD);
    }
    backup.set("id", row.id);
    backup.set("image_type", image_type(row));
    if !sparse {
        backup.set("incremental", row.is_incremental());
    }
    backup.set("name", &*row.name());
    backup.set_if("parent_id", row.parent_id());
    backup.set("project_id", if row.is_shared() { OTHER_PROJECT_ID } else { own_project(row) });
    backup.set_if("protected_at", row.protected_at().map(time));
    backup.set("provider_id", row.provider_id());
    if full {
        replication_records(row, show_replication, backup.member("replication_records"));
    }
    backup.set_if("resource_az", row.availability_zone());
    backup.set("resource_id", row.resource_id());
    backup.set("resource_name", &*row.resource_name());
    backup.set("resource_size", row.resource_size());
    backup.set("resource_type", row.resource_type());
    if !sparse {
        let policy = row.is_automatic().then(|| row.vault().policy_id());
        backup.set_if("scheduled_operation_id", policy);
    }
    backup.set("status", row.status());
    backup.set_if("updated_at", row.updated_at().map(time));
    backup.set("vault_id", row.vault().id());
    if !sparse {
        backup.set("version", 3);
    }
    backup.close();
}

fn children(row: Row, with_children: bool, out: &mut Vec<u8>) {
    out.push(b'[');
    if with_children && !row.is_volume() {
        for (index, volume) in row.volumes().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(volume, false, true, out);
        }
    }
    out.push(b']');
}

fn own_project(row: Row) -> &'static str {
    row.project().project().id
}

fn description(row: Row) -> Option<&'static str> {
    match row.number() {
        awkward::DESCRIPTION => Some("a \"quoted\" \\ word,\r\n\ta\u{8}\u{c}\u{1f}b / 结束"),
        awkward::NULLS => None,
        _ => (!row.is_volume()).then_some(""),
    }
}

/// Writes the enterprise project: an id or `"0"`. A string in every backup, as documented: typed
/// clients reject a number.
fn enterprise_project(row: Row, backup: &mut Object<'_>) {
    const KEY: &str = "enterprise_project_id";
    match row.enterprise_project() {
        Some(project) => backup.set(KEY, project),
        None => backup.set(KEY, "0"),
    }
}

fn image_type(row: Row) -> &'static str {
    match row.image_type() {
        ImageType::Backup => "backup",
        ImageType::Replication => "replication",
    }
}

/// Writes `extend_info`, which differs between machines and disks and is hardly documented.
fn extend_info(row: Row, style: Style, out: &mut Vec<u8>) {
    let full = style == Style::Full;
    let machine = row.is_machine();
    let disk = !machine;
    let system_disk = disk && row.is_first_disk();
    let has_image = full && machine && row.number() % 8 == 3;
    let mut info = Object::open(style.nulls(), out);
    if machine {
        info.set("architecture", "x86_64");
    }
    info.set("auto_trigger", row.is_automatic());
    info.set_if("bootable", disk.then_some(system_disk));
    if machine {
        info.set("contain_system_disk", true);
    }
    // Recorded backups of servers have the flag too.
    info.set("encrypted", disk && row.number().is_multiple_of(16));
    if style == Style::Sparse {
        info.set("incremental", row.is_incremental());
    } else {
        info.set_if("encrypted_algorithm", None::<()>);
        info.set("is_dec", false);
    }
    if full {
        info.set("is_multi_az", false);
    }
    if has_image {
        image(row, info.member("os_images_data"));
    } else {
        info.set_if("os_images_data", None::<()>);
    }
    info.set_if("progress", disk.then_some(100));
    info.set_if("snapshot_id", disk.then(|| row.related_id(1)));
    info.set_if("support_lld", (!row.is_volume()).then_some(true));
    let restore_mode = match (machine, full) {
        (true, _) if has_image => Some("snapshot"),
        (true, _) => Some("backup"),
        (false, true) => Some("na"),
        (false, false) => None,
    };
    info.set_if("supported_restore_mode", restore_mode);
    info.set("system_disk", system_disk);
    if machine && full {
        info.set_raw("app_consistency", APP_CONSISTENCY);
    }
    if row.number() == awkward::UNKNOWN_FIELDS {
        info.set_raw("future_number", "123456789012345678901234567890");
    }
    info.close();
}

fn image(row: Row, out: &mut Vec<u8>) {
    out.push(b'[');
    let mut image = Object::open(Nulls::Written, out);
    image.set("image_id", row.related_id(2));
    image.close();
    out.push(b']');
}

/// All values are strings, also the numbers.
const APP_CONSISTENCY: &str = concat!(
    r#"{"app_consistency":"0","app_consistency_status":"0","#,
    r#""app_consistency_error_code":"0","app_consistency_error_message":""}"#
);

/// Numbers that a float cannot hold, and a duplicate key.
const FUTURE_FIELD: &str = concat!(
    r#"{"huge":123456789012345678901234567890,"exact":1.10,"exponent":1E+2,"minus_zero":-0,"#,
    r#""escaped":"\u0041\/\ud83d\ude00","twice":1,"twice":2,"empty":{},"deep":[[[[[[[[[[]]]]]]]]]]}"#
);

fn replication_records(row: Row, shown: bool, out: &mut Vec<u8>) {
    out.push(b'[');
    if shown && row.is_replicated() {
        let mut record = Object::open(Nulls::Written, out);
        record.set("created_at", Time(row.created, row.style().form()));
        record.set("destination_backup_id", row.related_id(3));
        record.set("destination_checkpoint_id", row.related_id(4));
        record.set("destination_project_id", OTHER_PROJECT_ID);
        record.set("destination_region", "cn-east-3");
        record.set("destination_vault_id", row.related_id(5));
        let mut extra = Object::open(Nulls::Written, record.member("extra_info"));
        extra.set("auto_trigger", row.is_automatic());
        extra.set("destination_vault_id", row.related_id(5));
        let failed = row.has_failed_replica();
        extra.set("fail_code", if failed { "BackupService.6202" } else { "" });
        extra.set("fail_reason", if failed { "The destination vault is full." } else { "" });
        extra.set("progress", if failed { 40 } else { 100 });
        extra.close();
        record.set("id", row.related_id(6));
        record.set("source_backup_id", row.id);
        record.set("source_checkpoint_id", row.checkpoint_id());
        record.set("source_project_id", own_project(row));
        record.set("source_region", "cn-north-4");
        record.set("status", if failed { "fail" } else { "success" });
        record.set("vault_id", row.vault().id());
        record.close();
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sandbox::rows::Rows;

    fn json(row: Row) -> Value {
        let mut out = Vec::new();
        record_with_children(row, &mut out);
        serde_json::from_slice(&out)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out)))
    }

    fn default_account() -> Vec<Row> {
        Rows::sample(1663).iter().collect()
    }

    #[test]
    fn every_record_is_valid_json() {
        for row in default_account().into_iter().chain(Rows::sample(1663).shared()) {
            let mut out = Vec::new();
            record(row, true, &mut out);
            assert_eq!(
                serde_json::from_slice::<&serde_json::value::RawValue>(&out)
                    .unwrap()
                    .get()
                    .as_bytes(),
                out
            );
            if row.number() != awkward::UNKNOWN_FIELDS {
                assert_eq!(json(row)["id"], row.id.text());
                assert_eq!(json(row)["name"], *row.name());
            }
        }
    }

    #[test]
    fn keys_of_recorded_responses_are_in_the_documented_order() {
        let keys = [
            "checkpoint_id",
            "children",
            "created_at",
            "description",
            "expired_at",
            "extend_info",
            "id",
            "image_type",
            "incremental",
            "name",
            "parent_id",
            "project_id",
            "protected_at",
            "provider_id",
            "resource_az",
            "resource_id",
            "resource_name",
            "resource_size",
            "resource_type",
            "scheduled_operation_id",
            "status",
            "updated_at",
            "vault_id",
            "version",
        ];
        let row = default_account().into_iter().find(|row| row.style() == Style::Recorded).unwrap();
        let mut out = Vec::new();
        record(row, false, &mut out);
        let text = String::from_utf8(out).unwrap();
        let mut at = 0;
        for key in keys {
            let found =
                text[at..].find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key}: {text}"));
            at += found;
        }
        assert_eq!(json(row).as_object().unwrap().len(), keys.len());
    }

    #[test]
    fn only_single_backups_of_servers_have_children() {
        for row in default_account().into_iter().take(200) {
            let children = json(row)["children"].as_array().map_or(0, Vec::len);
            assert_eq!(children > 0, row.resource_type() == "OS::Nova::Server", "{row:?}");
        }
        let server = default_account()
            .into_iter()
            .find(|row| row.resource_type() == "OS::Nova::Server")
            .unwrap();
        let volume = &json(server)["children"][0];
        assert_eq!(volume["parent_id"], server.id.text());
        assert_eq!(volume["resource_type"], "OS::Cinder::Volume");
        assert_eq!(volume["checkpoint_id"], json(server)["checkpoint_id"]);
        let mut out = Vec::new();
        record(server, false, &mut out);
        assert!(String::from_utf8(out).unwrap().contains("\"children\":[]"));
    }

    #[test]
    fn fields_have_the_types_of_recorded_answers() {
        for row in default_account() {
            let record: serde_json::Value = serde_json::from_str(&json_text(row)).unwrap();
            let project = &record["enterprise_project_id"];
            assert!(project.is_null() || project.is_string(), "{record}");
            let info = &record["extend_info"];
            assert!(info["encrypted"].is_boolean(), "{record}");
            let is_sparse = row.style() == Style::Sparse;
            assert_eq!(record.get("version").is_none(), is_sparse, "{record}");
            if !is_sparse {
                assert_eq!((&info["is_dec"], &record["version"]), (&false.into(), &3.into()));
                assert!(info.as_object().unwrap().contains_key("encrypted_algorithm"), "{record}");
                assert!(record.as_object().unwrap().contains_key("scheduled_operation_id"));
                assert!(record["incremental"].is_boolean(), "{record}");
            }
        }
    }

    #[test]
    fn the_account_has_every_variant() {
        let all: Vec<_> = default_account().into_iter().map(json_text).collect();
        let count = |what: &str| all.iter().filter(|record| record.contains(what)).count();
        for what in [
            "\"expired_at\":null",
            "\"updated_at\":null",
            "\"protected_at\":null",
            "\"protected_at\":\"",
            "\"resource_az\":null",
            "\"enterprise_project_id\":\"0\"",
            "\"status\":\"error\"",
            "\"status\":\"deleting\"",
            "\"status\":\"waiting_protect\"",
            "\"status\":\"quarantined\"",
            "\"image_type\":\"replication\"",
            "+00:00\"",
            "[{\"image_id\"",
            "\"incremental\":false",
            "升级前_",
            "OS::Hybrid::VirtualMachine",
        ] {
            assert!(count(what) > 0, "{what}");
        }
        let available = count("\"status\":\"available\"");
        assert!((1500..1640).contains(&available), "{available}");
        assert!(all.iter().any(|record| !record.contains("parent_id")));
        let ends_after_seconds = |record: &String| {
            let time = record.split("\"created_at\":\"").nth(1);
            time.is_some_and(|time| time[19..].starts_with('"'))
        };
        assert!(all.iter().any(ends_after_seconds));
    }

    fn json_text(row: Row) -> String {
        let mut out = Vec::new();
        record(row, true, &mut out);
        String::from_utf8(out).unwrap()
    }
}
