//! `cbr sandbox --regions` as a program: its lines, and the requests of two accounts.

use serde_json::Value;

use crate::harness::{KEY, SECOND_KEY, SECOND_TOKEN, Sandbox, TOKEN, projects, script};

/// Reads what it prints up to the last line, and uses it.
const EVALUATES: &str = r#"
    mkfifo printed
    cbr sandbox --regions --backups 5 > printed & sandbox=$!
    printed=$(sed '/CBR_ECS_METADATA/q' printed)
    rm printed
    eval "$printed"
    echo "$CBR_ENDPOINT $CBR_IAM_ENDPOINT ${CBR_PROJECT_ID-unset} $CBR_REGION"
    [ "$CBR_ACCESS_KEY" = SANDBOXACCESSKEY0001 ] && echo first
    eval "$(echo "$printed" | sed -n '/second account/,/SECRET/ s/^#  *export/export/p')"
    [ "$CBR_ACCESS_KEY" = SANDBOXSECONDKEY0004 ] && echo second
    kill $sandbox
    wait $sandbox
"#;

#[test]
fn printed_lines_keep_the_place_of_the_region_in_a_shell() {
    let script = script(EVALUATES);
    assert_eq!(script.stderr, "");
    let words: Vec<_> = script.stdout.split_whitespace().collect();
    let [endpoint, identity, rest @ ..] = words.as_slice() else { panic!("{}", script.stdout) };
    assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
    assert!(endpoint.ends_with("/{region}"), "{endpoint}");
    assert_eq!(endpoint, identity);
    assert_eq!(rest, ["unset", "sandbox-1", "first", "second"]);
}

/// What tests take for the projects of the two accounts is what IAM lists.
#[test]
fn projects_of_tests_are_those_of_iam() {
    let sandbox = Sandbox::start("--regions --backups 5");
    let listed = |token: &str| {
        let body = sandbox.body_at("/sandbox-2/v3/auth/projects", token);
        let body: Value = serde_json::from_str(&body).unwrap();
        let listed = body["projects"].as_array().unwrap().iter();
        let field = |project: &Value, name: &str| project[name].as_str().unwrap().to_owned();
        listed.map(|project| (field(project, "name"), field(project, "id"))).collect::<Vec<_>>()
    };
    let expected = |projects: &[(&str, &str)]| {
        projects.iter().map(|(name, id)| (name.to_string(), id.to_string())).collect::<Vec<_>>()
    };
    let first = [
        ("sandbox-1", projects::SANDBOX_1),
        ("sandbox-1_team", projects::SANDBOX_1_TEAM),
        ("sandbox-2", projects::SANDBOX_2),
        ("sandbox-2_team", projects::SANDBOX_2_TEAM),
        ("sandbox-3", projects::SANDBOX_3),
        ("sandbox-3_old", projects::SANDBOX_3_OLD),
        ("sandbox-3_denied", projects::SANDBOX_3_DENIED),
        ("sandbox-4", projects::SANDBOX_4),
        ("sandbox-5", projects::SANDBOX_5),
        ("sandbox-6", projects::SANDBOX_6),
        ("MOS", projects::MOS),
    ];
    assert_eq!(listed(TOKEN), expected(&first));
    let second = [("sandbox-1", projects::SECOND_1), ("sandbox-2", projects::SECOND_2)];
    assert_eq!(listed(SECOND_TOKEN), expected(&second));
}

/// The log proves which key each request was signed with.
#[test]
fn keys_are_for_the_projects_of_their_account() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let list = |project: &str, (access, secret): (&str, &str)| {
        let run = sandbox.cbr("backups list -o ids").env("CBR_PROJECT_ID", project);
        run.env("CBR_ACCESS_KEY", access).env("CBR_SECRET_KEY", secret)
    };
    let first = list(projects::SANDBOX_1, KEY).run();
    let second = list(projects::SECOND_1, SECOND_KEY).run();
    assert_eq!((first.lines().len(), second.lines().len()), (20, 20));
    assert!(first.lines().iter().all(|id| !second.lines().contains(id)));
    let refused = ["HTTP 403 APIGW.0310: The project is unavailable"];
    list(projects::SECOND_1, KEY).exit(3).stderr_holds(refused).run();
    list(projects::SANDBOX_1, SECOND_KEY).exit(3).stderr_holds(refused).run();
    let requests = sandbox.requests();
    let mut signed: Vec<_> = requests
        .iter()
        .map(|request| {
            let project = request.path.split('/').nth(2).unwrap();
            let (key, account) = (request.key.as_deref(), request.account.as_deref());
            (project, key.unwrap(), account.unwrap(), request.status.unwrap())
        })
        .collect();
    // A slow request is sent twice.
    signed.dedup();
    let accounts = ["sandbox-account", "sandbox-account-2"];
    let expected = [
        (projects::SANDBOX_1, KEY.0, accounts[0], 200),
        (projects::SECOND_1, SECOND_KEY.0, accounts[1], 200),
        (projects::SECOND_1, KEY.0, accounts[0], 403),
        (projects::SANDBOX_1, SECOND_KEY.0, accounts[1], 403),
    ];
    assert_eq!(signed, expected);
}

#[test]
fn flags_for_other_projects_need_regions() {
    crate::harness::cbr("sandbox --fault sandbox-2:503@1")
        .exit(2)
        .stderr(
            "cbr: error: --fault is for project sandbox-2, which needs --regions\n\
             cbr: hint: see 'cbr sandbox --help'\n",
        )
        .run();
}
