//! `-o prometheus`, read back by the parser that Prometheus publishes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{RECENT, rows};
use crate::harness::{prometheus_client, sandboxed};

const PARSE: &str = r#"
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
json.dump([[s.name, s.labels, s.value, s.timestamp, f.type, bool(f.documentation)]
           for f in parse(sys.stdin.read()) for s in f.samples], sys.stdout)
"#;

#[test]
fn the_parser_of_prometheus_reads_every_sample() {
    let text = sandboxed(RECENT, "-q backups coverage --inventory all -o prometheus").run().stdout;
    assert!(text.ends_with('\n') && !text.contains("\n\n"));
    let Some(parsed) = prometheus_client(PARSE, &text) else { return };
    let samples: Vec<Value> = serde_json::from_str(&parsed).unwrap();
    for sample in &samples {
        assert_eq!(
            (&sample[3], &sample[4], &sample[5]),
            (&json!(null), &json!("gauge"), &json!(true))
        );
    }
    let of = |name: &'static str| samples.iter().filter(move |sample| sample[0] == name);
    let rows = rows("--inventory all");
    let by_id: BTreeMap<_, _> =
        rows.iter().map(|row| (row["resource_id"].as_str().unwrap(), row)).collect();
    for name in [
        "cbr_resource_newest_backup_timestamp_seconds",
        "cbr_resource_usable_backups",
        "cbr_resource_max_age_seconds",
        "cbr_resource_state",
        "cbr_resource_info",
    ] {
        assert_eq!(of(name).count(), rows.len(), "{name}");
    }
    for sample in of("cbr_resource_info") {
        let row = by_id[sample[1]["resource_id"].as_str().unwrap()];
        assert_eq!(sample[1]["resource_name"], row["resource_name"]);
        assert_eq!(sample[2], 1.0);
    }
    for sample in of("cbr_resource_newest_backup_timestamp_seconds") {
        let row = by_id[sample[1]["resource_id"].as_str().unwrap()];
        assert_eq!(sample[2] == 0.0, row["newest"].is_null(), "0 for never");
    }
    let total: f64 = of("cbr_resources").map(|sample| sample[2].as_f64().unwrap()).sum();
    assert_eq!((of("cbr_resources").count(), total), (7, rows.len() as f64));
}
