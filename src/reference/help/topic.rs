//! The topics of `cbr help`, generated from the tables that the README and the program use.

use std::fmt::Write as _;

use clap::{Command, ValueEnum as _};

use super::text::Text;
use crate::cli::scope;
use crate::errors::{ErrorCode, Exit};
use crate::output::Format;
use crate::pipeline::coverage::State;
use crate::record::column::COLUMNS;
use crate::settings::{VARIABLES, regions};
use crate::terminal::message;
use crate::text::headings;

/// A topic of `cbr help`.
pub(super) struct Topic {
    /// Its name.
    pub(super) name: &'static str,
    /// A short description.
    pub(super) about: &'static str,
    /// Returns the text, for the program with these commands.
    pub(super) text: fn(&Command) -> Text,
}

/// Every topic, in alphabetical order.
pub(super) const TOPICS: [Topic; 11] = [
    Topic {
        name: "columns",
        about: "the fields of a backup, for --columns and --sort",
        text: columns,
    },
    Topic {
        name: "completeness",
        about: "how a listing is proven complete, and what is not proven",
        text: completeness,
    },
    Topic {
        name: "connection",
        about: "the flags for region, project, credentials and network",
        text: connection,
    },
    Topic {
        name: "coverage",
        about: "which resources have no recent usable backup: states and sources",
        text: coverage,
    },
    Topic { name: "environment", about: "the environment variables", text: environment },
    Topic { name: "errors", about: "messages, as text and as JSON", text: errors },
    Topic { name: "exit-codes", about: "the exit codes", text: exit_codes },
    Topic { name: "filters", about: "which backups to list", text: filters },
    Topic { name: "formats", about: "the output formats", text: formats },
    Topic { name: "regions", about: "the known regions", text: regions },
    Topic {
        name: "targets",
        about: "several regions, projects and accounts in one list",
        text: targets,
    },
];

fn columns(_: &Command) -> Text {
    let rows = COLUMNS.iter().map(|column| {
        (column.name.to_owned(), format!("{} ({})", column.help, column.visibility.shown_by()))
    });
    Text::default()
        .paragraph(
            "The fields of a backup, with the names of the API. --columns prints the fields that \
             it lists, in its order; --sort accepts the same names. A name with a dot is a field \
             inside another one. Fields of replication are sent only with --show-replication.",
        )
        .paragraph(
            "--columns also accepts groups: default (the columns of the format), wide and all. \
             +NAME adds a column or a group, and -NAME drops it; a list that begins with either \
             starts from default.",
        )
        .table("Columns", rows)
        .typed(
            "Examples",
            &[
                "cbr backups list --columns name,status,created_at",
                "cbr backups list --columns=+vault_id,+extend_info.auto_trigger,-name",
                "cbr backups list --sort resource_size:desc,name:asc",
            ],
        )
}

fn completeness(_: &Command) -> Text {
    Text::default()
        .paragraph(
            "A listing is complete, or its exit code is 6. Every backup that existed throughout \
             the listing is printed exactly once, whatever else is created or deleted meanwhile.",
        )
        .paragraph(
            "The service returns pages, and a list that changes between two pages would silently \
             lose rows at the boundary. Therefore each page overlaps the previous one by one row, \
             in an order that never changes. If that row is missing, the list has moved, and the \
             rows in between are read again. The listing ends with a page that contains the \
             previous last row, is short, and ends at the count of the same answer. If the list \
             changes too much for that, it is read again from its beginning, four times at most.",
        )
        .paragraph(
            "A service that violates its documentation is detected if its answers are \
             inconsistent: rows that are counted but never listed, an ignored offset or order, an \
             end that moves. Two things cannot be detected: rows that are missing from all \
             answers, and a service that returns fewer rows than requested and counts only those. \
             A single page of 10, 20, 25, 50, 100, 200, 250 or 500 rows that counts itself is \
             checked for that; a page of another size is not.",
        )
        .paragraph(
            "Nothing is written to stdout before the list is proven: the output is complete or \
             empty. --stream prints rows as they arrive; then only the exit code says whether the \
             list is complete. With --limit, only the rows up to the limit are read and proven.",
        )
        .paragraph(
            "A terminal shows what was proven, and --receipt FILE writes it as JSON: rows, count, \
             pages, requests, retries, repairs, and whether the list is complete. With \
             --limit or --offset, proven says that the part is, and complete is false if rows were \
             cut off. bytes and sha256 are those of what was printed. If reading ends as soon as --limit or --latest has enough rows, stopped_early is true, and matched \
             counts only the rows that were read.",
        )
        .paragraph(
            "A request that takes 2 s and four times as long as others is hedged: it is sent again \
             on another connection, and the first answer is used. hedged in the receipt counts \
             these requests. At most one request in ten is sent in vain, and none are hedged with \
             --retries 0, with --concurrency 1 or after throttling.",
        )
        .typed(
            "Example",
            &["cbr backups list -o jsonl --receipt receipt.json > backups.jsonl \
             && jq .complete receipt.json"],
        )
}

fn coverage(_: &Command) -> Text {
    let states = State::value_variants().iter().map(|state| {
        let help = state.to_possible_value().and_then(|value| value.get_help().cloned());
        (state.name().to_owned(), help.map(|help| help.to_string()).unwrap_or_default())
    });
    Text::default()
        .paragraph(
            "cbr backups coverage prints a row for each resource, and cbr backups check the same \
             as a check for monitoring. A backup is usable if its status is available and it has \
             not expired. Ages follow the clock of the service.",
        )
        .table("States", states)
        .paragraph(
            "--max-age is by default the longest gap that the policy of the vault plans, with its \
             start window, or 26h. --inventory vaults reads the vaults, all also the resources that \
             could be backed up, and none only the backups.",
        )
        .paragraph(
            "A source that cannot be read or proven complete makes no claim: what depends on it is \
             unknown, a warning names the permission, and the exit code is 6. The rows are printed \
             all the same. The list of resources that could be backed up has no count. It counts as \
             complete if two readings agree, no page in between is short, and it has all resources \
             of the vaults.",
        )
        .paragraph(
            "--gaps AGE prints the periods of at least AGE between two usable backups, or between \
             the newest one and now. Backups that were deleted or have expired are not known, so a \
             gap may be where one was.",
        )
        .typed(
            "Examples",
            &[
                "cbr backups coverage --inventory all --only none,unprotected --why",
                "cbr backups coverage --gaps 26h --since 30d -o csv",
                "cbr backups check --warning 26h --critical 52h",
            ],
        )
}

/// Returns the flags of the connection, which every command that sends requests accepts.
fn connection(program: &Command) -> Text {
    let flags = program.get_arguments().filter(|arg| scope::is_of_connection(arg));
    let rows = flags.map(|arg| {
        let short = arg.get_short().map_or_else(String::new, |short| format!("-{short}, "));
        let long = arg.get_long().unwrap_or_default();
        let values = arg.get_value_names().unwrap_or_default().join(" ");
        let takes_value = arg.get_action().takes_values();
        let value = if takes_value { format!(" {values}") } else { String::new() };
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
        (format!("{short}--{long}{value}"), help.unwrap_or_default())
    });
    Text::default()
        .paragraph(
            "Every command that sends requests accepts these flags. They override variables \
             (`cbr help environment`), and those override files. `cbr config init` saves settings \
             as a profile, and `cbr auth show` prints each setting with its origin.",
        )
        .table("Flags", rows)
        .typed(
            "Examples",
            &[
                "cbr backups list --region eu-de --project-id ID",
                "cbr backups list --profile prod",
                "cbr auth check --profile prod",
            ],
        )
}

fn environment(_: &Command) -> Text {
    Text::default()
        .paragraph(
            "Flags override variables. All credentials come from one source: the first in this \
             order that has any. `cbr auth show` prints which one is used, and why others were \
             skipped.",
        )
        .table(
            "Variables",
            VARIABLES.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())),
        )
        .typed(
            "Example",
            &[
                "export CBR_ACCESS_KEY=… CBR_SECRET_KEY=… CBR_PROJECT_ID=… CBR_REGION=eu-de",
                "cbr auth show",
            ],
        )
}

fn errors(_: &Command) -> Text {
    let codes = ErrorCode::ALL.map(|code| {
        let meaning = format!("{} (exit code {})", code.meaning(), code.exit().code());
        (code.word().to_owned(), meaning)
    });
    let fields = message::FIELDS.map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    Text::default()
        .paragraph(
            "A run that fails prints the reason to stderr: `cbr: error: …`, and if something can \
             be done about it, `cbr: hint: …`. Ctrl-C prints nothing.",
        )
        .paragraph(
            "With --error-format json, each message is a JSON object on one line. The error is the \
             last one. Fields and words are only ever added.",
        )
        .table("Words of `code`", codes)
        .table("Fields of an error", fields)
        .typed(
            "Example",
            &["cbr backups list --error-format json 2> errors.jsonl \
             || jq -r 'select(.level == \"error\") | .code' errors.jsonl"],
        )
}

fn exit_codes(_: &Command) -> Text {
    let rows = Exit::all().map(|(exit, meaning)| (exit.code().to_string(), meaning.to_owned()));
    Text::default()
        .table("Exit codes", rows)
        .paragraph("`cbr help errors` lists the finer codes of --error-format json.")
        .typed(
            "Example",
            &["cbr backups list -o json > backups.json || echo \"no list, exit code $?\""],
        )
}

/// Returns the flags of `cbr backups list` under a heading of filters.
fn filters(program: &Command) -> Text {
    let list = program.find_subcommand("backups").and_then(|it| it.find_subcommand("list"));
    let mut text = Text::default().paragraph(
        "The filters of a listing. A backup must match all of them. The service applies most of \
         them. Those marked [checked by cbr] are slower: cbr reads all that the others match. \
         Filters apply first, then --latest with --per, --sort, --offset and --limit, in this \
         order.",
    );
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for arg in list.into_iter().flat_map(|list| list.get_arguments()) {
        let heading = arg.get_help_heading().unwrap_or_default();
        let is_filter = heading.starts_with(headings::FILTERS) && !arg.is_hide_set();
        let Some(long) = arg.get_long().filter(|_| is_filter) else { continue };
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
        .paragraph("The formats of --output.")
        .table("Formats", rows)
        .paragraph("`cbr help columns` lists the fields for --columns.")
        .paragraph(
            "The times of the service have no zone and are in UTC. json, jsonl and yaml print them \
             as sent, and with --time utc in RFC 3339 with Z, as csv and tsv do.",
        )
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

/// Returns the regions whose host has the usual form as one paragraph, then the others.
fn regions(_: &Command) -> Text {
    let hosts: Vec<_> = regions::names()
        .map(|name| (name, regions::service_host(name).unwrap_or_default()))
        .collect();
    let usual = |name: &str| format!("cbr.{name}.myhuaweicloud.com");
    let (huawei_cloud, others): (Vec<_>, Vec<_>) =
        hosts.into_iter().partition(|(name, host)| *host == usual(name));
    let huawei_cloud = huawei_cloud.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    Text::default()
        .paragraph(
            "The values of --region and CBR_REGION, each with its host. For another region, give \
             the URL of the service with --endpoint.",
        )
        .paragraph(&format!("{}: {}.", usual("REGION"), huawei_cloud.join(", ")))
        .table("Others", others.into_iter().map(|(name, host)| (name.to_owned(), host)))
        .typed("Example", &["cbr backups list --region eu-de --dry-run --project-id ID"])
}

fn targets(_: &Command) -> Text {
    Text::default()
        .paragraph(
            "A run reads the project of one region, or several targets as one list in one order. \
             list, summary, coverage and check take them, and auth check prints a line for each.",
        )
        .table(
            "Flags",
            [
                ("--region eu-de,eu-nl", "the main project of each region"),
                ("--region 'eu-*'", "the main projects of the matching regions that IAM lists"),
                ("--all-projects", "every project that IAM lists, or those of --region"),
                ("--except-region eu-ch2", "all but the projects of this region"),
                ("--project-id ID,ID", "these projects"),
                ("--profile prod,test", "the same with the credentials of each profile"),
                ("--group NAME", "the targets of [[groups.NAME]] in the configuration file"),
                ("--partial", "print what is complete although targets fail, and exit with 6"),
                ("--target-timeout 30s", "the time to wait for each target"),
            ]
            .map(|(flag, help)| (flag.to_owned(), help.to_owned())),
        )
        .paragraph(
            "Each target is proven complete on its own. If one fails, nothing is printed, stderr \
             has the outcome of each, and the exit code is that of the worst failure. Projects \
             that are disabled, or whose name names no region, such as MOS, are skipped; the \
             receipt lists them under skipped, and every target under targets.",
        )
        .paragraph(
            "The columns region, project_name and profile say where a row is from. Tables show \
             those that differ; csv, tsv and wide have all three. In json, jsonl and yaml each \
             object begins with _target, such as for jq '._target.region'. --latest, --per and --by tell the resources and vaults of \
             two targets apart, and --by region, project or profile groups by target.",
        )
        .paragraph(
            "An access key is for every project of its account. A user with a password logs in \
             once for each project, and no further after a refusal. A token is for its own \
             project only. The same credentials are never sent to two clouds: use a profile for \
             each. IAM lists the projects of a user without a permission. An endpoint may have \
             {region} in it, which is replaced.",
        )
        .paragraph(
            "An entry of a group has the keys profile, region, project_id, all_projects and \
             except_region. For example, in ~/.config/cbr/config.toml:",
        )
        .typed(
            "Group",
            &[
                "[[groups.production]]",
                "profile = \"prod\"",
                "region = [\"eu-de\", \"eu-nl\"]",
                "[[groups.production]]",
                "profile = \"other-account\"",
                "all_projects = true",
            ],
        )
        .typed(
            "Examples",
            &[
                "cbr backups list --region eu-de,eu-nl --columns region,resource_name,created_at",
                "cbr backups coverage --all-projects --except-region eu-ch2",
                "cbr backups summary --group production --by profile",
            ],
        )
}
