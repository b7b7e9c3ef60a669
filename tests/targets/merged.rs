//! The rows of several targets in one order, in every command and format.

use serde_json::Value;

use super::THREE;
use crate::harness::{Run, Sandbox, projects};

fn objects(run: &Run) -> Vec<Value> {
    run.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the creation time in one form: the service writes microseconds or milliseconds. Rows of
/// one millisecond can have any order.
fn created(row: &Value) -> String {
    let time = row["created_at"].as_str().unwrap().trim_end_matches("+00:00");
    let (seconds, fraction) = time.split_once('.').unwrap_or((time, ""));
    format!("{seconds}.{fraction:0<6}")
}

#[test]
fn rows_of_all_targets_are_one_list_in_one_order() {
    let sandbox = Sandbox::start("--regions --backups 300");
    let run = |args: &str| sandbox.cbr_of_regions(&format!("backups list {args} -o jsonl")).run();
    for page in ["", "--page-size 7", "--concurrency 1 --page-size 50"] {
        let rows = objects(&run(&format!("{THREE} {page}")));
        assert_eq!(rows.len(), 300 + 300 + 150, "{page}");
        let times: Vec<_> = rows.iter().map(created).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{page}");
        let mut ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), rows.len(), "{page}");
        // Each row is what its own listing has, behind the target.
        for (region, project) in
            [("sandbox-1", projects::SANDBOX_1), ("sandbox-2", projects::SANDBOX_2)]
        {
            let alone = run(&format!("--region {region}"));
            let target = format!(
                r#"{{"_target":{{"region":"{region}","project_id":"{project}","project_name":"{region}"}},"#
            );
            let merged = run(&format!("{THREE} {page}"));
            let of_region =
                merged.lines().into_iter().filter_map(|line| line.strip_prefix(&target));
            let of_region: Vec<_> = of_region.map(|line| format!("{{{line}")).collect();
            assert!(of_region == alone.lines(), "{page} {region}");
        }
    }
}

#[test]
fn limits_sorts_and_counts_are_over_all_targets() {
    let sandbox = Sandbox::start("--regions --backups 300");
    let run = |args: &str| sandbox.cbr_of_regions(&format!("backups list {THREE} {args}")).run();
    let all: Vec<Value> = objects(&run("-o jsonl"));
    let ids = |rows: &[Value]| -> Vec<String> {
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let sorted = |name: &str| {
        let mut rows = all.clone();
        rows.sort_by_key(|row| row[name].as_str().unwrap().to_owned());
        ids(&rows)
    };
    let cases = [
        ("--limit 5", ids(&all[..5])),
        ("--limit 5 --offset 250", ids(&all[250..255])),
        ("--sort id:asc", sorted("id")),
        ("--latest 3", ids(&all[..3])),
        ("--offset 745", ids(&all[745..])),
    ];
    for (args, expected) in cases {
        assert_eq!(run(&format!("{args} -o ids")).lines(), expected, "{args}");
    }
    let oldest = objects(&run("--sort created_at:asc,id:asc --limit 400 -o jsonl"));
    let oldest: Vec<_> = oldest.iter().map(created).collect();
    let reversed: Vec<_> = all.iter().rev().map(created).collect();
    assert_eq!(oldest, reversed[..400]);
    // Names are sorted here: each target gives its own first rows.
    let names: Vec<_> = objects(&run("--sort name --limit 20 -o jsonl"));
    let expected = all.iter().map(|row| row["name"].as_str().unwrap());
    let mut expected: Vec<_> = expected.filter(|name| !name.is_empty()).collect();
    expected.sort();
    let names: Vec<_> = names.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, expected[..20]);
    assert_eq!(run("--count").stdout, "750\n");
    let errors = all.iter().filter(|row| row["status"] == "error").count();
    assert_eq!(run("--count --status error").stdout, format!("{errors}\n"));
}

#[test]
fn a_limit_reads_no_more_than_it_needs() {
    let sandbox = Sandbox::start("--regions --backups 5000");
    sandbox.cbr_of_regions(&format!("backups list {THREE} --limit 5")).run();
    let pages: Vec<_> =
        sandbox.requests().into_iter().filter(|it| it.path.ends_with("/backups")).collect();
    let windows: Vec<_> = pages.iter().map(|request| request.window()).collect();
    assert_eq!(windows, [(0, 5); 3]);
}

#[test]
fn columns_show_the_target_in_every_format() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let run = |args: &str| sandbox.cbr_of_regions(&format!("backups list {args}")).run();
    let header = |args: &str| run(args).lines()[0].to_owned();
    let table = header(&format!("{THREE} -n 1"));
    assert!(table.starts_with("RESOURCE  ") && table.contains(" REGION "), "{table}");
    assert!(!table.contains("PROJECT_NAME"), "{table}");
    let team = header("--all-projects --region sandbox-1 -n 1");
    assert!(team.contains(" PROJECT_NAME ") && !team.contains(" REGION "), "{team}");
    let csv = header(&format!("{THREE} -n 1 -o csv"));
    assert!(csv.starts_with("region,project_name,profile,id,name,"), "{csv}");
    assert!(header("-n 1 -o csv").starts_with("id,name,"));
    for format in ["csv", "tsv", "markdown", "jsonl", "yaml", "long", "table", "wide"] {
        for (flags, region) in [("", "sandbox-1"), ("--region sandbox-2,sandbox-5", "sandbox-2")] {
            let columns = "--columns region,project_name,project_id -n 1";
            let run = run(&format!("{flags} {columns} -o {format}"));
            assert!(run.stdout.contains(region), "{format}: {}", run.stdout);
        }
    }
    // One target is printed as the service sent it.
    assert!(!run("-o json").stdout.contains("_target"));
}

#[test]
fn groups_distinguish_targets() {
    let sandbox = Sandbox::start("--regions --backups 300");
    let csv = |args: &str| sandbox.cbr_of_regions(args).run().csv();
    let rows = csv(&format!(
        "backups summary {THREE},sandbox-5 --by region -o csv --columns region,count"
    ));
    let expected = [
        ["region", "count"],
        ["sandbox-1", "300"],
        ["sandbox-2", "300"],
        ["sandbox-3", "150"],
        ["sandbox-5", "0"],
    ];
    assert_eq!(rows, expected);
    let rows = csv(&format!("backups summary {THREE} -o csv --columns count"));
    assert_eq!(rows, [["count"], ["750"]]);
    let of = |region: &str, group: &str| {
        csv(&format!("backups summary --region {region} --by {group} -o csv")).len() - 1
    };
    for group in ["resource", "vault", "checkpoint"] {
        let alone: usize =
            ["sandbox-1", "sandbox-2", "sandbox-3"].map(|it| of(it, group)).iter().sum();
        let rows = csv(&format!("backups summary {THREE} --by {group} -o csv"));
        assert_eq!(rows.len() - 1, alone, "{group}");
        assert_eq!(rows[0][0], "region", "{group}");
    }
    let by_id =
        csv(&format!("backups summary {THREE} --by project -o csv --columns project_id,count"));
    assert_eq!(
        by_id[1..],
        [[projects::SANDBOX_1, "300"], [projects::SANDBOX_2, "300"], [projects::SANDBOX_3, "150"],]
    );
}

#[test]
fn projects_have_their_names_in_summaries_and_checks() {
    let sandbox = Sandbox::start("--regions --backups 100");
    let rows = sandbox
        .cbr_of_regions(
            "backups summary --all-projects --region sandbox-1,sandbox-5 --by project -o csv",
        )
        .run()
        .csv();
    assert_eq!(rows[0][..5], ["region", "project_name", "profile", "project_id", "count"]);
    let found: Vec<_> = rows[1..].iter().map(|row| [&*row[0], &*row[1], &*row[4]]).collect();
    let expected = [
        ["sandbox-1", "sandbox-1", "100"],
        ["sandbox-1", "sandbox-1_team", "10"],
        ["sandbox-5", "sandbox-5", "0"],
    ];
    assert_eq!(found, expected);
    let check = sandbox.cbr_of_regions("backups check --region sandbox-1,sandbox-2").start();
    let check = String::from_utf8(check.finish().stdout).unwrap();
    assert!(
        check.lines().skip(1).all(|line| line.contains(" sandbox-") || line.starts_with("and ")),
        "{check}"
    );
    assert!(
        check.contains("\nCRITICAL sandbox-1/") && check.contains("\nCRITICAL sandbox-2/"),
        "{check}"
    );
    let metrics =
        sandbox.cbr_of_regions("backups coverage --region sandbox-1,sandbox-2 -o prometheus").run();
    assert!(
        metrics.stdout.contains(",region=\"sandbox-2\",project_id=\"5a4db0c5"),
        "{}",
        metrics.stdout
    );
}

/// Other projects of a region were perhaps expected.
#[test]
fn a_glob_reports_the_projects_that_it_leaves_out() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let expected = "cbr: warning: only the main project of each region is read, without sandbox-1_team, \
                sandbox-2_team; --all-projects reads all\n";
    sandbox.cbr_of_regions("backups list --region sandbox-[12] --count").stderr(expected).run();
}

#[test]
fn vaults_of_one_target_are_filters_of_that_target_alone() {
    let sandbox = Sandbox::start("--regions --backups 300");
    let run = |args: &str| sandbox.cbr_of_regions(&format!("backups {args}")).run();
    let vaults = run("summary --by vault --region sandbox-2 -o csv --columns vault_id,count").csv();
    let before = sandbox.requests().len();
    let count = run(&format!("list {THREE} --vault {} --count", vaults[1][0])).stdout;
    assert_eq!(count, format!("{}\n", vaults[1][1]));
    let listed = sandbox.requests().split_off(before).into_iter();
    let listed: Vec<_> = listed.filter(|it| it.path.ends_with("/backups")).collect();
    assert!(listed.iter().all(|it| it.path.contains(projects::SANDBOX_2)) && !listed.is_empty());
    sandbox
        .cbr_of_regions(&format!("backups list {THREE} --vault nothing"))
        .exit(4)
        .stderr_holds(["no vault has the name or ID `nothing`"])
        .run();
}

#[test]
fn coverage_and_check_are_over_all_targets() {
    let sandbox = Sandbox::start("--regions --backups 300");
    let rows = |args: &str| {
        let run = sandbox.cbr_of_regions(&format!(
            "backups coverage {args} -o csv --columns region,resource_id,state"
        ));
        run.run().csv().split_off(1)
    };
    let mut alone: Vec<_> = ["sandbox-1", "sandbox-2", "sandbox-3"]
        .iter()
        .flat_map(|region| {
            let rows = rows(&format!("--region {region}")).into_iter();
            rows.map(|row| vec![(*region).to_owned(), row[1].clone(), row[2].clone()])
        })
        .collect();
    let mut merged = rows(THREE);
    assert!(merged.len() > 100);
    alone.sort();
    merged.sort();
    assert_eq!(merged, alone);
    let json = sandbox.cbr_of_regions(&format!("backups coverage {THREE} -o jsonl -n 1")).run();
    assert!(json.stdout.starts_with(r#"{"_target":{"region":"sandbox-"#), "{}", json.stdout);
    let check = sandbox.cbr_of_regions(&format!("backups check {THREE}")).start().finish();
    let stdout = String::from_utf8(check.stdout).unwrap();
    let is_late = |row: &&Vec<String>| !["ok", "orphan", "unsupported"].contains(&row[2].as_str());
    let late = merged.iter().filter(is_late).count();
    assert!(stdout.starts_with(&format!("CBR CRITICAL - {late} of ")), "{stdout}");
    assert_eq!(check.status.code(), Some(2));
}
