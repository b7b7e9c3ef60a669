//! Which targets flags select, with and without the list of IAM.

use clap::Parser;

use super::*;
use crate::settings::regions;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    args: ConnectionArgs,
}

fn args(line: &str) -> ConnectionArgs {
    let words = std::iter::once("cbr").chain(line.split_whitespace());
    let mut args = Flags::try_parse_from(words).unwrap().args;
    args.settle();
    args
}

/// The projects of an account: the ids are numbers.
fn projects() -> Vec<AccountProject> {
    let names = ["eu-de", "eu-de_team", "eu-nl", "MOS", "eu-ch2_old", "eu-ch2", "My-Project"];
    let project = |(index, name): (usize, &str)| AccountProject {
        id: index.to_string(),
        name: name.to_owned(),
        is_enabled: !name.ends_with("_old"),
    };
    names.into_iter().enumerate().map(project).collect()
}

/// Returns region and project of each target.
fn targets(specs: &[TargetSpec]) -> Vec<String> {
    let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
    specs.iter().map(|spec| [part(&spec.region), part(&spec.project_id)].join(":")).collect()
}

#[test]
fn only_what_can_be_several_is_several() {
    let cases = [
        ("", false),
        ("--region eu-de", false),
        ("--region eu-de --project-id p --profile a", false),
        ("--region eu-de --partial --target-timeout 5s", false),
        ("--region eu-de,eu-nl", true),
        ("--region eu-de --region eu-nl", true),
        ("--region eu-*", true),
        ("--region eu-d?", true),
        ("--project-id a,b", true),
        ("--profile a,b", true),
        ("--all-projects", true),
        ("--group g", true),
    ];
    for (line, expected) in cases {
        let args = args(line);
        assert_eq!(args.names_several(), expected, "{line}");
        let refused = args.refuse_several("cbr backups show").is_err();
        assert_eq!(refused, expected || line.contains("--partial"), "{line}");
    }
    let single = args("--region eu-de --project-id p --profile a");
    let found = [&single.region, &single.project_id, &single.profile].map(Option::as_deref);
    assert_eq!(found, [Some("eu-de"), Some("p"), Some("a")]);
}

#[test]
fn flags_name_targets_with_or_without_the_list_of_iam() {
    // Flags, whether IAM is needed, targets, skipped projects, excepted regions.
    let cases: [(&str, bool, &[&str], &[&str], &[&str]); 10] = [
        ("--region eu-de,eu-nl", false, &["eu-de:-", "eu-nl:-"], &[], &[]),
        ("--region eu-nl,eu-de,eu-nl", false, &["eu-nl:-", "eu-de:-"], &[], &[]),
        ("--region eu-de,eu-nl --except-region eu-n*", false, &["eu-de:-"], &[], &["eu-nl"]),
        ("--profile a,b", false, &["-:-"], &[], &[]),
        ("--region eu-*", true, &["eu-de:0", "eu-nl:2", "eu-ch2:5"], &["eu-de_team"], &[]),
        ("--region eu-*,eu-de", true, &["eu-de:0", "eu-nl:2", "eu-ch2:5"], &["eu-de_team"], &[]),
        (
            "--all-projects",
            true,
            &["eu-de:0", "eu-de:1", "eu-nl:2", "eu-ch2:5"],
            &["MOS", "eu-ch2_old", "My-Project"],
            &[],
        ),
        ("--all-projects --region eu-de", true, &["eu-de:0", "eu-de:1"], &[], &[]),
        (
            "--all-projects --except-region eu-de",
            true,
            &["eu-nl:2", "eu-ch2:5"],
            &["eu-de", "eu-de_team", "MOS", "eu-ch2_old", "My-Project"],
            &["eu-de", "eu-de"],
        ),
        ("--project-id 1,2,9,1", true, &["eu-de:1", "eu-nl:2", "-:9"], &[], &[]),
    ];
    for (line, needs_projects, expected, skipped, left_out) in cases {
        let wanted = args(line).wanted().unwrap();
        let wanted = wanted.first().unwrap();
        assert_eq!(wanted.needs_projects(), needs_projects, "{line}");
        let selected = match needs_projects {
            true => wanted.specs_of(&projects()).unwrap(),
            false => wanted.specs().unwrap(),
        };
        assert_eq!(targets(&selected.specs), expected, "{line}");
        let names: Vec<_> = selected.skipped.iter().map(|it| it.project.name.as_str()).collect();
        assert_eq!(
            (names.as_slice(), selected.left_out.as_slice()),
            (skipped, &left_out.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..]),
            "{line}"
        );
        assert!(wanted.check_exceptions(&selected.left_out, &selected.specs).is_ok(), "{line}");
    }
}

#[test]
fn selections_without_effect_are_errors() {
    let cases = [
        ("--region eu-x*", "--region: no project is in a region `eu-x*`"),
        ("--all-projects --region eu-de,eu-x1", "--region: no project is in a region `eu-x1`"),
        ("--all-projects --except-region *", "there is no project to read for these credentials"),
        (
            "--profile a,b --region eu-* --except-region eu-*",
            "there is no project to read for profile a",
        ),
    ];
    for (line, message) in cases {
        let wanted = args(line).wanted().unwrap();
        let error = wanted.first().unwrap().specs_of(&projects()).unwrap_err();
        assert_eq!(error.to_string(), message, "{line}");
    }
    let wanted = args("--all-projects --except-region eu-x1").wanted().unwrap();
    let selected = wanted.first().unwrap().specs_of(&projects()).unwrap();
    let error = wanted.first().unwrap().check_exceptions(&selected.left_out, &selected.specs);
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), "--except-region: no project is in a region `eu-x1`");
    assert_eq!(error.hint, "there are projects in eu-ch2, eu-de, eu-nl");
}

#[test]
fn the_name_of_a_project_leads_to_its_region() {
    let cases = [
        ("eu-de", Some("eu-de")),
        ("eu-de_team", Some("eu-de")),
        ("eu-de_a_b", Some("eu-de")),
        ("cn-north-4", Some("cn-north-4")),
        ("ap-southeast-3_dev", Some("ap-southeast-3")),
        ("sandbox-1", Some("sandbox-1")),
        ("my-kualalumpur-1", Some("my-kualalumpur-1")),
        ("MOS", None),
        ("team", None),
        ("Team-1", None),
        ("eu-", None),
        ("-de", None),
        ("", None),
        ("_eu-de", None),
    ];
    for (name, region) in cases {
        assert_eq!(regions::region_in(name), region, "{name}");
    }
}
