//! Which targets the flags and groups name.

use crate::harness::{Sandbox, projects};

/// The projects of the rows, in the order of their first rows by name.
fn projects_of(sandbox: &Sandbox, args: &str, config: &str) -> Vec<String> {
    let list = format!(
        "backups list {args} --latest 1 --per project --sort project_name -o csv --no-headers"
    );
    let run = sandbox.cbr_of_regions(&format!("{list} --columns project_name"));
    // A glob warns of the projects beside the main ones.
    let run = run.private_file(".config/cbr/config.toml", config).stderr_holds([""]).run();
    run.lines().into_iter().map(str::to_owned).collect()
}

#[test]
fn flags_and_groups_name_the_same_targets() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let group = |text: &str| format!("[[groups.g]]\n{text}\n");
    // Flags, config.toml, names of the projects.
    let cases: [(&str, String, &[&str]); 15] = [
        ("", String::new(), &["sandbox-1"]),
        ("--region sandbox-2", String::new(), &["sandbox-2"]),
        ("--region sandbox-2,sandbox-1", String::new(), &["sandbox-1", "sandbox-2"]),
        ("--region sandbox-2 --region sandbox-3", String::new(), &["sandbox-2", "sandbox-3"]),
        ("--region sandbox-2,sandbox-2", String::new(), &["sandbox-2"]),
        ("--region sandbox-[23]", String::new(), &["sandbox-2", "sandbox-3"]),
        (
            "--region sandbox-[1-3] --except-region sandbox-2",
            String::new(),
            &["sandbox-1", "sandbox-3"],
        ),
        (
            "--all-projects --region sandbox-1,sandbox-2",
            String::new(),
            &["sandbox-1", "sandbox-1_team", "sandbox-2", "sandbox-2_team"],
        ),
        (
            "--all-projects --except-region sandbox-[3-6]",
            String::new(),
            &["sandbox-1", "sandbox-1_team", "sandbox-2", "sandbox-2_team"],
        ),
        (
            "--project-id 5a4db0c5000000000000000000000022,5a4db0c5000000000000000000000031",
            String::new(),
            &["sandbox-2_team", "sandbox-3"],
        ),
        ("--group g", group("region = 'sandbox-1, sandbox-2'"), &["sandbox-1", "sandbox-2"]),
        (
            "--group g",
            group("region = ['sandbox-3']") + &group("region = 'sandbox-2'"),
            &["sandbox-2", "sandbox-3"],
        ),
        (
            "--group g",
            group("region = 'sandbox-2'\nproject_id = '5a4db0c5000000000000000000000022'"),
            &["sandbox-2_team"],
        ),
        (
            "--group g",
            group("all_projects = true\nexcept_region = 'sandbox-[3-6]'"),
            &["sandbox-1", "sandbox-1_team", "sandbox-2", "sandbox-2_team"],
        ),
        ("--group g --except-region sandbox-1", group("region = 'sandbox-[12]'"), &["sandbox-2"]),
    ];
    for (flags, config, expected) in cases {
        assert_eq!(projects_of(&sandbox, flags, &config), expected, "{flags} {config}");
    }
}

#[test]
fn mistakes_are_usage_errors_before_any_listing() {
    let sandbox = Sandbox::start("--regions --backups 3");
    let with_project = |args: &str| {
        sandbox
            .cbr_of_regions(&format!("backups list {args}"))
            .env("CBR_REGION", "")
            .env("CBR_PROJECT_ID", projects::SANDBOX_1)
    };
    let plain = |args: &str| sandbox.cbr_of_regions(&format!("backups list {args}"));
    let cases = [
        (plain("--region sandbox-1,"), "--region: a region is empty"),
        (plain("--region eu-*"), "there are projects in sandbox-1, sandbox-2"),
        (plain("--region [x"), "is not closed"),
        (
            plain("").env("CBR_REGION", "sandbox-1,sandbox-2"),
            "CBR_REGION: `sandbox-1,sandbox-2` is not one region",
        ),
        (plain("--region sandbox1"), "which needs a region such as eu-de"),
        (plain("--region sandbox-1 --except-region x"), "--except-region leaves nothing out"),
        (plain("--region sandbox-[12] --except-region sandbox-9"), "`sandbox-9`"),
        (plain("--region sandbox-[12] --except-region sandbox-*"), "there is no project to read"),
        (
            plain("--region sandbox-1,sandbox-2 --project-id x"),
            "--project-id names projects of one",
        ),
        (plain("--all-projects --project-id x"), "cannot be used with"),
        (plain("--group x"), "has no group `x`"),
        (plain("--group x --region sandbox-1"), "cannot be used with"),
        (plain("--region sandbox-1,sandbox-2 --partial --stream -o jsonl"), "--partial"),
        (with_project("--region sandbox-1,sandbox-2"), "CBR_PROJECT_ID names one project"),
    ];
    for (run, message) in cases {
        run.exit(2).stderr_holds([message]).run();
    }
    let paths: Vec<_> = sandbox.requests().into_iter().map(|request| request.path).collect();
    assert!(!paths.iter().any(|path| path.contains("/backups")), "{paths:?}");
    for command in ["backups show 7b2bf477", "auth show", "backups list --dry-run"] {
        let run = sandbox.cbr_of_regions(&format!("{command} --region sandbox-1,sandbox-2"));
        run.exit(2).stderr_holds(["reads one project"]).run();
    }
}

#[test]
fn errors_in_groups_name_the_line() {
    let sandbox = Sandbox::start("--regions --backups 3");
    let cases = [
        ("[groups.g]\nregion = 'x'", "line 1, column 1: groups.g is a list of targets"),
        (
            "[[groups.g]]\nregions = 'x'",
            "line 2, column 11: unknown key `regions`; did you mean `region`?",
        ),
        ("[[groups.g]]\nregion = 7", "line 2, column 10: region takes a text in quotes"),
        ("[[groups.g]]\nregion = ['a', '']", "region takes a text in quotes"),
        ("[[groups.g]]\nall_projects = 'yes'", "all_projects is true or false"),
        ("[[groups.g]]\nexcept_region = 'x'", "a target needs one of profile, region"),
        ("groups = 3", "groups is a table"),
    ];
    for (text, message) in cases {
        let run = sandbox.cbr_of_regions("backups list --group g");
        run.private_file(".config/cbr/config.toml", text).exit(2).stderr_holds([message]).run();
    }
}

#[test]
fn project_ids_of_other_settings_belong_to_their_region() {
    let sandbox = Sandbox::start("--regions --backups 20");
    // The project of CBR_* is that of CBR_REGION; the other region has its main project.
    let list = "backups list --region sandbox-1,sandbox-2 --latest 1 --per project -o csv \
                --columns project_id --no-headers --sort project_id";
    let run = sandbox.cbr_of_regions(list).env("CBR_PROJECT_ID", projects::SANDBOX_1_TEAM).run();
    assert_eq!(run.lines(), [projects::SANDBOX_1_TEAM, projects::SANDBOX_2]);
}
