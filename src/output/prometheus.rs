//! prometheus: the text exposition format, for the textfile collector of node_exporter.
//!
//! Metrics of a coverage: names end in their unit, times are in seconds since 1970 and 0 for never,
//! labels that describe a resource are those of one `_info` metric, and samples have no time
//! stamps.
//!
//! Source: "Text-based format" and "Metric and label naming" of the Prometheus documentation.

use super::{Output, Render};
use crate::record::backup::Backup;
use crate::record::row::Row;
use crate::time;

/// States that always have a count, even if it is 0, so that alerts always find their metric.
const STATES: [&str; 7] =
    ["none", "unprotected", "stale", "unknown", "orphan", "unsupported", "ok"];

/// Labels of the `_info` metric.
const INFO_LABELS: [&str; 8] = [
    "resource_id",
    "resource_name",
    "resource_type",
    "vault_id",
    "vault_name",
    "region",
    "project_id",
    "profile",
];

/// Labels of targets, which are omitted if empty.
const OPTIONAL_LABELS: [&str; 3] = ["region", "project_id", "profile"];

/// A metric: name, help, and its value in a row.
type Metric = (&'static str, &'static str, fn(&Resource) -> f64);

/// The metrics of a resource.
const METRICS: [Metric; 4] = [
    (
        "cbr_resource_newest_backup_timestamp_seconds",
        "When the newest usable backup was created, 0 for never.",
        |resource| resource.newest,
    ),
    (
        "cbr_resource_oldest_backup_timestamp_seconds",
        "When the oldest usable backup was created, 0 for never.",
        |resource| resource.oldest,
    ),
    ("cbr_resource_usable_backups", "Number of usable backups.", |resource| resource.count),
    (
        "cbr_resource_max_age_seconds",
        "Age from which the newest usable backup is stale.",
        |resource| resource.max_age,
    ),
];

/// Collects the rows, since all samples of a metric must be consecutive.
#[derive(Default)]
pub(super) struct Prometheus {
    resources: Vec<Resource>,
}

/// The values of a row for the metrics.
struct Resource {
    /// The labels of the `_info` metric.
    labels: [String; 8],
    state: String,
    newest: f64,
    oldest: f64,
    count: f64,
    max_age: f64,
}

impl Resource {
    fn new(row: &Backup<'_>) -> Self {
        let text = |name: &str| {
            let value = row.member(name).or_else(|| row.in_target(name));
            value.map(|value| value.text().into_owned())
        };
        let text = |name: &str| text(name).unwrap_or_default();
        let seconds = |name: &str| {
            let moment = row.member(name).and_then(|value| time::instant(&value.text()));
            moment.map_or(0.0, |microsecond| microsecond as f64 / 1e6)
        };
        let number = |name: &str| text(name).parse().unwrap_or(0.0);
        Self {
            labels: INFO_LABELS.map(text),
            state: text("state"),
            newest: seconds("newest"),
            oldest: seconds("oldest"),
            count: number("count"),
            max_age: number("max_age"),
        }
    }
}

impl Resource {
    /// Returns all labels except empty optional ones.
    fn known_labels(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let labels = INFO_LABELS.into_iter().zip(self.labels.iter().map(String::as_str));
        labels.filter(|(name, value)| !value.is_empty() || !OPTIONAL_LABELS.contains(name))
    }

    /// Returns the labels that identify the resource among all targets.
    fn identity(&self) -> Vec<(&'static str, &str)> {
        let is_part = |name: &str| name == INFO_LABELS[0] || OPTIONAL_LABELS.contains(&name);
        self.known_labels().filter(|(name, _)| is_part(name)).collect()
    }
}

impl Render for Prometheus {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.resources.push(Resource::new(&row.backup()));
        Ok(())
    }

    /// Writes nothing: a metric needs all rows.
    fn drain(&mut self, _: &mut dyn Output) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize> {
        let resources = &self.resources;
        let mut text = String::new();
        for (name, help, value) in METRICS {
            push_head(&mut text, name, help);
            for resource in resources {
                push_sample(&mut text, name, &resource.identity(), value(resource));
            }
        }
        let name = "cbr_resource_state";
        push_head(&mut text, name, "1 for the state that the resource is in.");
        for resource in resources {
            let labels = [resource.identity(), vec![("state", &*resource.state)]].concat();
            push_sample(&mut text, name, &labels, 1.0);
        }
        let name = "cbr_resource_info";
        push_head(&mut text, name, "Names of a resource and of its vault.");
        for resource in resources {
            let labels = INFO_LABELS.into_iter().zip(resource.labels.iter().map(String::as_str));
            let is_known =
                |(name, value): &(&str, &str)| !value.is_empty() || !OPTIONAL_LABELS.contains(name);
            let labels: Vec<_> = labels.filter(is_known).collect();
            push_sample(&mut text, name, &labels, 1.0);
        }
        let name = "cbr_resources";
        push_head(&mut text, name, "Number of resources in each state.");
        for state in STATES {
            let count = resources.iter().filter(|resource| resource.state == state).count();
            push_sample(&mut text, name, &[("state", state)], count as f64);
        }
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(0)
    }
}

fn push_head(text: &mut String, name: &str, help: &str) {
    text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
}

/// Appends a sample. In label values, backslashes, quotes and line feeds are escaped.
fn push_sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let label = |(name, value): &(&str, &str)| {
        let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
        format!("{name}=\"{value}\"")
    };
    let labels: Vec<_> = labels.iter().map(label).collect();
    text.push_str(&format!("{name}{{{}}} {value}\n", labels.join(",")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::row::RowSpan;

    #[test]
    fn samples_are_grouped_and_labels_escaped() {
        let rows = [
            r#"{"state":"ok","resource_id":"r1","resource_name":"a\"b\\c\nd","count":2,
                "newest":"2026-11-28T00:00:00.500000Z","oldest":null,"max_age":93600}"#,
            r#"{"state":"none","resource_id":"r2","count":0,"newest":null,"max_age":93600}"#,
        ];
        let mut prometheus = Box::<Prometheus>::default();
        for row in rows {
            prometheus.push(RowSpan::alone(row).unwrap().row(row)).unwrap();
        }
        let mut out = Vec::new();
        prometheus.finish(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in [
            "# TYPE cbr_resource_newest_backup_timestamp_seconds gauge",
            "cbr_resource_newest_backup_timestamp_seconds{resource_id=\"r1\"} 1795824000.5",
            "cbr_resource_newest_backup_timestamp_seconds{resource_id=\"r2\"} 0",
            "cbr_resource_state{resource_id=\"r2\",state=\"none\"} 1",
            r#"cbr_resource_info{resource_id="r1",resource_name="a\"b\\c\nd",resource_type="",vault_id="",vault_name=""} 1"#,
            "cbr_resources{state=\"none\"} 1",
            "cbr_resources{state=\"stale\"} 0",
        ] {
            assert!(text.lines().any(|resource| resource == line), "{line}\n{text}");
        }
        assert!(text.ends_with('\n'));
        assert_eq!(text.matches("# TYPE cbr_resources gauge").count(), 1);
    }
}
