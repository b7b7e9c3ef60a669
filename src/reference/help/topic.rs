//! The topics of `cbr help`, each made from the tables that the README and the program itself use.

use std::fmt::Write as _;

use clap::{Command, ValueEnum as _};

use super::text::Text;
use crate::errors::{ErrorCode, Exit};
use crate::output::Format;
use crate::record::column::COLUMNS;
use crate::settings::{VARIABLES, clouds};
use crate::terminal::message;

/// Something to explain that is no command.
pub(super) struct Topic {
    /// As it is asked for.
    pub(super) name: &'static str,
    /// In a few words.
    pub(super) about: &'static str,
    /// All of it, for the program with these commands.
    pub(super) text: fn(&Command) -> Text,
}

/// Every topic, in alphabetical order.
pub(super) const TOPICS: [Topic; 8] = [
    Topic {
        name: "columns",
        about: "the fields of a backup, for --columns and --sort",
        text: columns,
    },
    Topic {
        name: "completeness",
        about: "what is proven of a listing, and what is not",
        text: completeness,
    },
    Topic { name: "environment", about: "the variables that are read", text: environment },
    Topic { name: "errors", about: "messages, for people and for scripts", text: errors },
    Topic { name: "exit-codes", about: "the codes that a run ends with", text: exit_codes },
    Topic { name: "filters", about: "which backups to list", text: filters },
    Topic { name: "formats", about: "the formats of the output", text: formats },
    Topic { name: "regions", about: "the regions that are known", text: regions },
];

fn columns(_: &Command) -> Text {
    let rows = COLUMNS.iter().map(|column| {
        (column.name.to_owned(), format!("{} ({})", column.help, column.visibility.shown_by()))
    });
    Text::default()
        .paragraph(
            "The fields of a backup, by the names that the API has for them. --columns prints those that \
             it names, in its order, and --sort takes the same names. Names with a dot are fields inside of \
             others; those of replication are sent only with --show-replication.",
        )
        .paragraph(
            "--columns takes groups too: default (what the format prints on its own), wide and all. +NAME adds a \
             column or a group to what is there, and -NAME drops it; a list that begins so starts from \
             default.",
        )
        .table("Columns", rows)
        .typed("Examples", &[
            "cbr backups list --columns name,status,created_at",
            "cbr backups list --columns=+vault_id,+extend_info.auto_trigger,-name",
            "cbr backups list --sort resource_size:desc,name:asc",
        ])
}

fn completeness(_: &Command) -> Text {
    Text::default()
        .paragraph(
            "A listing is complete, or its exit code is 6. Every backup that existed throughout the \
             listing is printed, and once, whatever else is created or deleted meanwhile.",
        )
        .paragraph(
            "The service answers in pages, and a list that changes between two pages would lose rows at \
             the boundary without a word. So each page begins with the last row of the page before it, in \
             an order that never changes. If that row is not there, the list has moved, and the rows between \
             are read again. The listing ends at a page that contains the last row, is short, and ends at the \
             count of the same answer. If it changes so much that this fails, it is read again from its \
             beginning, four times at most.",
        )
        .paragraph(
            "A service that does not keep to its documentation is detected if its answers contradict each other: \
             rows that are counted and never listed, an offset or an order that is ignored, an end that moves. \
             Two things cannot be detected: rows that are missing from all answers, and a service that answers \
             with fewer rows than requested and counts just those. A single page of 10, 20, 25, 50, 100, 200, 250 or \
             500 rows that counts itself is checked for that; a page of another size is not.",
        )
        .paragraph(
            "Nothing is written to stdout before all of that is done: it is complete or empty. --stream \
             prints rows as they come instead; then only the exit code says whether they are all. With --limit, \
             only the rows up to the limit are read and proven.",
        )
        .paragraph(
            "What was proven is shown on a terminal, and written to a file as JSON by --receipt FILE: rows, \
             count, pages, requests, retries, repairs, and whether it is complete. Where reading ends as soon as \
             --limit or --latest has enough, stopped_early is true, and matched counts only the rows that were read.",
        )
        .paragraph(
            "A request that takes 2 s and four times as long as others is made a second time, on another connection, \
             and the first answer counts. The file's hedged counts these: one request in ten at most brings nothing, and \
             there are none with --retries 0, with --concurrency 1 or after throttling.",
        )
        .typed("Example", &[
            "cbr backups list -o jsonl --receipt receipt.json > backups.jsonl && jq .complete receipt.json",
        ])
}

fn environment(_: &Command) -> Text {
    Text::default()
        .paragraph(
            "Flags come before variables. Credentials come from one source as a whole: the first that has \
             any, in this order. `cbr auth show` tells which that is, and why others were passed over.",
        )
        .table(
            "Variables",
            VARIABLES.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())),
        )
        .typed("Example", &[
            "export CBR_ACCESS_KEY=… CBR_SECRET_KEY=… CBR_PROJECT_ID=… CBR_REGION=eu-de",
            "cbr auth show",
        ])
}

fn errors(_: &Command) -> Text {
    let codes = ErrorCode::ALL.map(|code| {
        let meaning = format!("{} (exit code {})", code.meaning(), code.exit().code());
        (code.word().to_owned(), meaning)
    });
    let fields = message::FIELDS.map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    Text::default()
        .paragraph(
            "A run that fails says why on stderr: `cbr: error: …`, and where something can be done about \
             it, `cbr: hint: …`. Ctrl-C says nothing.",
        )
        .paragraph(
            "With --error-format json each message is one object on a line of its own. The error is the \
             last of them. Fields and words are only ever added.",
        )
        .table("Words of `code`", codes)
        .table("Fields of an error", fields)
        .typed("Example", &[
            "cbr backups list --error-format json 2> errors.jsonl || jq -r 'select(.level == \"error\") | .code' errors.jsonl",
        ])
}

fn exit_codes(_: &Command) -> Text {
    let rows = Exit::all().map(|(exit, meaning)| (exit.code().to_string(), meaning.to_owned()));
    Text::default()
        .table("Exit codes", rows)
        .paragraph(
            "`cbr help errors` has the finer words that --error-format json gives to scripts.",
        )
        .typed(
            "Example",
            &["cbr backups list -o json > backups.json || echo \"no list, exit code $?\""],
        )
}

/// The flags of the list that stand under a heading of filters.
fn filters(program: &Command) -> Text {
    let list = program.find_subcommand("backups").and_then(|it| it.find_subcommand("list"));
    let mut text = Text::default().paragraph(
        "Filters of a listing. Several of them narrow it down: a backup has to match all. What the service \
         filters is not sent at all, so these are the quicker ones; cbr reads the whole list for its own. They \
         come first, then --sort, --latest with --per, --offset and --limit, in this order.",
    );
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for arg in list.into_iter().flat_map(|list| list.get_arguments()) {
        let heading = arg.get_help_heading().unwrap_or_default();
        let Some(long) = arg.get_long().filter(|_| heading.starts_with("Filters")) else {
            continue;
        };
        let value = arg.get_value_names().unwrap_or_default().join(" ");
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
        let mut help = help.unwrap_or_default();
        for alias in arg.get_visible_aliases().unwrap_or_default() {
            let join = if help.ends_with('.') { " Also" } else { "; also" };
            let _ = write!(help, "{join} --{alias}");
        }
        let row = (format!("--{long} {value}"), help);
        match groups.iter_mut().find(|(name, _)| name == heading) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((heading.to_owned(), vec![row])),
        }
    }
    for (heading, rows) in groups {
        text = text.table(&heading, rows);
    }
    text.typed(
        "Examples",
        &[
            "cbr backups list --resource-type server --status available,error",
            "cbr backups list --since 2026-11-01 --until 2026-12-01",
            "cbr backups list --resource-name ecs-dbfd-0018 --since 7d",
        ],
    )
}

fn formats(_: &Command) -> Text {
    let rows = Format::value_variants().iter().filter_map(|format| {
        let value = format.to_possible_value()?;
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        Some((value.get_name().to_owned(), help))
    });
    Text::default()
        .paragraph("The formats of --output, and what each is for.")
        .table("Formats", rows)
        .paragraph("`cbr help columns` has the fields that --columns takes.")
        .typed(
            "Examples",
            &[
                "cbr backups list -o ids",
                "cbr backups list -o json | jq -r '.[] | select(.resource_size > 100) | .name'",
                "cbr backups list -o csv --csv-bom --csv-safe > for-excel.csv",
                "cbr backups list -o markdown --time relative",
            ],
        )
}

/// The regions whose host has the usual form of Huawei Cloud as one row, then the others.
fn regions(_: &Command) -> Text {
    let hosts: Vec<_> = clouds::regions()
        .map(|name| (name, clouds::service_host(name).unwrap_or_default()))
        .collect();
    let usual = |name: &str| format!("cbr.{name}.myhuaweicloud.com");
    let (huawei_cloud, others): (Vec<_>, Vec<_>) =
        hosts.into_iter().partition(|(name, host)| *host == usual(name));
    let huawei_cloud = huawei_cloud.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    Text::default()
        .paragraph(
            "The values of --region and CBR_REGION, and the host that each stands for. For another region, \
             --endpoint takes the URL of the service.",
        )
        .paragraph(&format!("{}: {}.", usual("REGION"), huawei_cloud.join(", ")))
        .table("Others", others.into_iter().map(|(name, host)| (name.to_owned(), host)))
        .typed("Example", &["cbr backups list --region eu-de --dry-run --project-id ID"])
}
