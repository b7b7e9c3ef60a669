//! Every filter of `list`, and the query pairs that arrive for it, and no others.

use jiff::{SignedDuration, Timestamp};

use crate::harness::{Cbr, Run, cbr, sandboxed};
use crate::pipeline::filters::FILTERS as LOCAL_FILTERS;

const ID: &str = "6df2b54c-dd62-4059-a07c-1b8f24f2725d";

/// Each filter alone, and the pairs that arrive. All values differ from their encoding.
const FILTERS: [(&[&str], &[(&str, &str)]); 43] = [
    (&["--checkpoint-id", ID], &[("checkpoint_id", ID)]),
    (&["--dec"], &[("dec", "true")]),
    (&["--dec=false"], &[("dec", "false")]),
    (&["--since", "2018-02-01"], &[("start_time", "2018-02-01T00:00:00Z")]),
    (&["--since", "2018-02-01T12:00:00+08:00"], &[("start_time", "2018-02-01T04:00:00Z")]),
    (&["--start-time", "2018-02-01T12:00:00Z"], &[("start_time", "2018-02-01T12:00:00Z")]),
    (&["--until", "2018-02-01T12:00:00.5Z"], &[("end_time", "2018-02-01T12:00:01Z")]),
    (&["--end-time", "2018-02-01 12:00"], &[("end_time", "2018-02-01T12:00:00Z")]),
    // A day more than requested; cbr checks the bound itself.
    (&["--newer-than", "2018-02-02"], &[("start_time", "2018-02-01T00:00:00Z")]),
    (&["--older-than", "2018-02-01T12:00:00.5Z"], &[("end_time", "2018-02-02T12:00:01Z")]),
    (
        &["--since", "2018-02-01", "--newer-than", "2018-02-03", "--older-than", "2018-02-04"],
        &[("end_time", "2018-02-05T00:00:00Z"), ("start_time", "2018-02-01T00:00:00Z")],
    ),
    (
        &["--param", "end_time=2018-02-01T00:00:00Z", "--older-than", "2019-01-01"],
        &[("end_time", "2018-02-01T00:00:00Z")],
    ),
    (&["--enterprise-project-id", "0"], &[("enterprise_project_id", "0")]),
    (
        &["--enterprise-project-id", "all_granted_eps"],
        &[("enterprise_project_id", "all_granted_eps")],
    ),
    (
        &["--existed-quantity-based-retention-backups"],
        &[("existed_quantity_based_retention_backups", "true")],
    ),
    (
        &["--existed-quantity-based-retention-backups=false"],
        &[("existed_quantity_based_retention_backups", "false")],
    ),
    (&["--image-type", "replication"], &[("image_type", "replication")]),
    (&["--incremental"], &[("incremental", "true")]),
    (&["--incremental=false"], &[("incremental", "false")]),
    (&["--member-status", "accepted"], &[("member_status", "accepted")]),
    (&["--name", "备份 a+b&c=d/e%20?"], &[("name", "备份 a+b&c=d/e%20?")]),
    (&["--own-type", "all_granted"], &[("own_type", "all_granted")]),
    (&["--parent-id", ID], &[("parent_id", ID)]),
    (&["--resource-az", "az1.dc1"], &[("resource_az", "az1.dc1")]),
    (&["--resource-id", ID], &[("resource_id", ID)]),
    (&["--resource-name", "web 前端 (北京)"], &[("resource_name", "web 前端 (北京)")]),
    (&["--resource-type", "OS::Nova::Server"], &[("resource_type", "OS::Nova::Server")]),
    (&["--resource-type", "server"], &[("resource_type", "OS::Nova::Server")]),
    (&["--resource-type", "volume"], &[("resource_type", "OS::Cinder::Volume")]),
    (&["--resource-type", "turbo"], &[("resource_type", "OS::Sfs::Turbo")]),
    (&["--resource-type", "desktop"], &[("resource_type", "OS::Workspace::DesktopV2")]),
    (&["--resource-type", "bare-metal"], &[("resource_type", "OS::Ironic::BareMetalServer")]),
    (&["--resource-type", "native-server"], &[("resource_type", "OS::Native::Server")]),
    (&["--show-replication"], &[("show_replication", "true")]),
    (&["--show-replication=false"], &[("show_replication", "false")]),
    (&["--status", "available"], &[("status", "available")]),
    (&["--status", "error,available"], &[("status", "available"), ("status", "error")]),
    (
        &["--status", "error", "--status", "available,waiting_delete"],
        &[("status", "available"), ("status", "error"), ("status", "waiting_delete")],
    ),
    (&["--status", "error, available "], &[("status", "available"), ("status", "error")]),
    (&["--used-percent", "1"], &[("used_percent", "1")]),
    (&["--used-percent", "100"], &[("used_percent", "100")]),
    (&["--vault-id", ID], &[("vault_id", ID)]),
    (&[], &[]),
];

fn list() -> Cbr {
    sandboxed("--backups 3", "backups list -o jsonl")
}

/// Returns the filters of the only request.
fn filters(run: &Run) -> Vec<(&str, &str)> {
    let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
    assert_eq!(request.status, Some(200), "{request:?}");
    let rest = ["limit", "offset", "sort"].map(|name| request.value(name));
    assert_eq!(rest, [Some("1000"), Some("0"), Some("created_at:desc,id:desc")]);
    request.filters()
}

/// A filter without a row in a table of cases may do nothing.
#[test]
fn each_filter_of_the_help_has_a_case() {
    let of_service = FILTERS.iter().flat_map(|(args, _)| args.iter());
    let flags = of_service.map(|arg| arg.split_once('=').map_or(*arg, |(flag, _)| flag));
    let mut tested: Vec<_> = flags.chain(LOCAL_FILTERS.map(|(flag, _)| flag)).collect();
    // `tests/output/columns.rs`: it needs the list of vaults.
    tested.push("--vault");
    let text = cbr("backups list --help").run().stdout;
    let mut declared = 0;
    let mut is_filter = false;
    for line in text.lines() {
        if !line.is_empty() && !line.starts_with(' ') {
            is_filter = line.starts_with("Filters: ");
        }
        let Some(flag) = line.strip_prefix("      --").filter(|_| is_filter) else {
            continue;
        };
        let flag = flag.split([' ', '[', '=']).next().unwrap();
        assert!(tested.contains(&format!("--{flag}").as_str()), "--{flag} has no case");
        declared += 1;
    }
    assert!(declared > 30, "{declared}\n{text}");
}

#[test]
fn each_filter_is_sent_as_documented() {
    for (args, expected) in FILTERS {
        assert_eq!(filters(&list().args(args).run()), expected, "{args:?}");
    }
}

/// The moment is between just before and just after the run, seven days earlier.
#[test]
fn an_age_counts_back_from_now() {
    let week = SignedDuration::from_hours(7 * 24);
    let earliest = Timestamp::now() - week - SignedDuration::from_secs(1);
    let run = list().args(["--since", "7d"]).run();
    let latest = Timestamp::now() - week;
    let sent: Timestamp = run.requests[0].value("start_time").unwrap().parse().unwrap();
    assert!(earliest <= sent && sent <= latest, "{earliest} {sent} {latest}");
}

/// Days are in UTC; a day that ends during the test is accepted.
#[test]
fn relative_words_are_moments_of_this_run() {
    let day = || Timestamp::now().strftime("%Y-%m-%dT00:00:00Z").to_string();
    let yesterday = || {
        let then = Timestamp::now() - SignedDuration::from_hours(24);
        then.strftime("%Y-%m-%dT00:00:00Z").to_string()
    };
    for (word, moment) in [("today", &day as &dyn Fn() -> String), ("yesterday", &yesterday)] {
        let before = moment();
        let run = list().args(["--since", word]).run();
        let after = moment();
        let sent = run.requests[0].value("start_time").unwrap();
        assert!([before.as_str(), after.as_str()].contains(&sent), "{word}: {sent}");
    }
    // One moment for both: it is not rounded twice.
    let run = list().args(["--until", "now", "--since", "now"]).run();
    let [since, until] = ["start_time", "end_time"]
        .map(|name| run.requests[0].value(name).unwrap().parse::<Timestamp>().unwrap());
    assert!((0..=1).contains(&(until - since).as_secs()), "{since} {until}");
}

/// A date means 00:00 of that day, so a range from a day to itself is empty.
#[test]
fn a_range_of_one_moment_is_warned_of() {
    let expected = "cbr: warning: --since 2018-02-28 --until 2018-02-28: a date means 00:00 of that \
                day, so these are one moment; --until 2018-03-01 includes the day\n";
    for until in ["2018-02-28", "2018-02-28T00:00:00Z"] {
        list().args(["--since", "2018-02-28", "--until", until]).stderr(expected).run();
    }
    // With a time, the range is one moment on purpose.
    let hour = "2018-02-28T12:00:00Z";
    list().args(["--since", hour, "--until", hour]).run();
}

#[test]
fn all_filters_are_sent_together() {
    let args = [
        "--checkpoint-id",
        ID,
        "--dec=false",
        "--since",
        "2018-02-01",
        "--until",
        "2018-02-02",
        "--enterprise-project-id",
        "0",
        "--existed-quantity-based-retention-backups=false",
        "--image-type",
        "backup",
        "--incremental=false",
        "--member-status",
        "pending",
        "--name",
        "n",
        "--own-type",
        "private",
        "--parent-id",
        ID,
        "--resource-az",
        "z",
        "--resource-id",
        ID,
        "--resource-name",
        "m",
        "--resource-type",
        "server",
        "--show-replication=false",
        "--status",
        "error",
        "--used-percent",
        "50",
        "--vault-id",
        ID,
    ];
    let expected = [
        ("checkpoint_id", ID),
        ("dec", "false"),
        ("end_time", "2018-02-02T00:00:00Z"),
        ("enterprise_project_id", "0"),
        ("existed_quantity_based_retention_backups", "false"),
        ("image_type", "backup"),
        ("incremental", "false"),
        ("member_status", "pending"),
        ("name", "n"),
        ("own_type", "private"),
        ("parent_id", ID),
        ("resource_az", "z"),
        ("resource_id", ID),
        ("resource_name", "m"),
        ("resource_type", "OS::Nova::Server"),
        ("show_replication", "false"),
        ("start_time", "2018-02-01T00:00:00Z"),
        ("status", "error"),
        ("used_percent", "50"),
        ("vault_id", ID),
    ];
    assert_eq!(filters(&list().args(args).run()), expected);
}

/// A typing error must not look like an empty list.
#[test]
fn unknown_values_of_closed_vocabularies_are_rejected_with_the_list() {
    let statuses = "[possible values: available, protecting, deleting, restoring, error, \
                    waiting_protect, waiting_delete, waiting_restore]";
    let types = "[possible values: server, OS::Nova::Server, volume, ";
    let cases = [
        ("--status", "eror", "status", statuses, "a similar value exists: 'error'; "),
        ("--status", "quarantined", "status", statuses, ""),
        ("--status", "available,failed", "status", statuses, ""),
        ("--image-type", "sync", "image_type", "[possible values: backup, replication]", ""),
        ("--member-status", "left", "member_status", "[possible values: pending, accepted", ""),
        ("--own-type", "public", "own_type", "[possible values: private, shared, all_granted]", ""),
        ("--resource-type", "Servers", "resource_type", types, "a similar value exists: 'server'"),
        ("--resource-type", "Acme::Thing", "resource_type", types, ""),
        ("--resource-type", "OS::Nova", "resource_type", types, ""),
    ];
    for (flag, word, parameter, values, hint) in cases {
        let unknown = word.rsplit(',').next().unwrap();
        let expected = [
            &format!("cbr: error: invalid value '{unknown}' for '{flag} <"),
            values,
            &format!("\ncbr: hint: {hint}"),
            &format!("'--param {parameter}={unknown}' sends a value that cbr does not know\n"),
        ];
        let run = list().args([flag, word]).exit(2).stderr_holds(expected).run();
        assert!(run.requests.is_empty(), "{word}");
    }
}

/// The list of types is open: clouds differ, and new types appear.
#[test]
fn a_resource_type_of_the_right_form_is_sent_with_a_warning() {
    let cases =
        [("OS::Quantum::Annealer", ""), ("OS::Nova::Sever", " (did you mean `OS::Nova::Server`?)")];
    for (word, question) in cases {
        let stderr = format!(
            "cbr: warning: --resource-type {word}: not a documented value{question}; sent \
             unchanged\n"
        );
        let run = list().args(["--resource-type", word]).stderr(stderr).run();
        assert_eq!(filters(&run), [("resource_type", word)]);
    }
}

#[test]
fn products_are_types_of_resources() {
    let cases = [
        ("OS::Nova::Server", &["ecs", "vm", "server", "ECS"] as &[_]),
        ("OS::Cinder::Volume", &["evs", "disk", "volume"]),
        ("OS::Sfs::Turbo", &["sfs", "sfs-turbo", "turbo"]),
        ("OS::Workspace::DesktopV2", &["workspace", "desktop"]),
        ("OS::Ironic::BareMetalServer", &["bms", "bare-metal"]),
        ("OS::Native::Server", &["native-server"]),
    ];
    for (value, words) in cases {
        for word in words {
            let run = list().args(["--resource-type", word]).run();
            assert_eq!(filters(&run), [("resource_type", value)], "{word}");
        }
    }
}

#[test]
fn a_parameter_is_sent_unchanged() {
    let args = ["--param", "status=quarantined", "--param", "status=x", "--param", "new_one=a=b"];
    let run = list().args(args).run();
    assert_eq!(filters(&run), [("new_one", "a=b"), ("status", "quarantined"), ("status", "x")]);
}

#[test]
fn invalid_parameters_are_rejected() {
    let cases: &[(&[&str], &str)] = &[
        (&["status"], "write NAME=VALUE, such as status=quarantined"),
        (&["=x"], "not the name of a parameter; write NAME=VALUE"),
        (&["a b=x"], "not the name of a parameter"),
        (&["a&b=x"], "not the name of a parameter"),
        (&["name="], "the value is empty"),
        (&["limit=5"], "`limit` belongs to paging; use --page-size or --limit"),
        (&["offset=5"], "`offset` belongs to paging; use --offset"),
        (&["sort=name"], "`sort` belongs to paging; use --sort"),
        (&["marker=x"], "`marker` belongs to paging; use --offset"),
        (&["status=x", "--status", "error"], "'--param status=x' cannot be used with '--status'"),
        (
            &["start_time=x", "--since", "7d"],
            "'--param start_time=x' cannot be used with '--since'",
        ),
    ];
    for (args, expected) in cases {
        let run = list().arg("--param").args(*args).exit(2).stderr_holds([*expected]).run();
        assert!(run.requests.is_empty(), "{args:?}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_rejected_or_explained() {
    for flag in ["--vault-id", "--checkpoint-id", "--parent-id", "--resource-id"] {
        for value in ["ecs-dbfd-0018", "fe2998de", "a name that is as long as an id would be"] {
            let expected =
                [flag, "not an id, which looks like 6df2b54c-dd62-4059-a07c-1b8f24f2725d"];
            let run = list().args([flag, value]).exit(2).stderr_holds(expected).run();
            assert_eq!(run.stderr.contains("--resource-name takes"), flag == "--resource-id");
            assert!(run.requests.is_empty(), "{flag} {value}");
        }
    }
    for flag in ["--name", "--resource-name"] {
        let stderr =
            format!("cbr: warning: {flag} ecs-*: * is literal; {flag}-matches takes a pattern\n");
        let run = list().args([flag, "ecs-*"]).stderr(stderr).run();
        assert_eq!(filters(&run).len(), 1);
    }
}

/// Values in capital letters are the same values.
#[test]
fn documented_words_ignore_case() {
    let cases = [
        ("--status", "AVAILABLE", "status", "available"),
        ("--resource-type", "Server", "resource_type", "OS::Nova::Server"),
        ("--resource-type", "os::sfs::turbo", "resource_type", "OS::Sfs::Turbo"),
    ];
    for (flag, word, parameter, sent) in cases {
        let run = list().args([flag, word]).run();
        assert_eq!(filters(&run), [(parameter, sent)], "{word}");
    }
}
