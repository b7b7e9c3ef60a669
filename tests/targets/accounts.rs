//! Several accounts: each key is only for the projects of its account, and each user logs in as
//! rarely as possible.

use crate::harness::{ACCESS_KEY, DOMAIN, PASSWORD, SECOND_KEY, Sandbox, TOKEN, USER, projects};

fn profiles(sandbox: &Sandbox) -> String {
    let address = format!("{}/{{region}}", sandbox.endpoint());
    let (second, secret) = SECOND_KEY;
    format!(
        "[profiles.one]\nregion = 'sandbox-1'\nendpoint = '{address}'\niam_endpoint = '{address}'\n\
         access_key = '{ACCESS_KEY}'\nsecret_key = '{}'\n\
         [profiles.two]\nregion = 'sandbox-1'\nendpoint = '{address}'\niam_endpoint = '{address}'\n\
         access_key = '{second}'\nsecret_key = '{secret}'\n\
         [[groups.both]]\nprofile = 'one'\nregion = 'sandbox-2'\n\
         [[groups.both]]\nprofile = 'two'\nall_projects = true\n",
        crate::harness::SECRET_KEY
    )
}

#[test]
fn each_account_receives_its_own_key_only() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let config = profiles(&sandbox);
    let run = |args: &str| {
        let run = crate::harness::cbr(args).private_file(".config/cbr/config.toml", &config);
        run.run()
    };
    let list = "--latest 1 --per project --sort profile,project_id -o csv --no-headers";
    let columns = "--columns profile,region,project_id";
    let cases: [(&str, &[[&str; 3]]); 2] = [
        (
            "--profile one,two --region sandbox-1,sandbox-2",
            &[
                ["one", "sandbox-1", projects::SANDBOX_1],
                ["one", "sandbox-2", projects::SANDBOX_2],
                ["two", "sandbox-1", projects::SECOND_1],
                ["two", "sandbox-2", projects::SECOND_2],
            ],
        ),
        (
            "--group both",
            &[
                ["one", "sandbox-2", projects::SANDBOX_2],
                ["two", "sandbox-1", projects::SECOND_1],
                ["two", "sandbox-2", projects::SECOND_2],
            ],
        ),
    ];
    for (flags, expected) in cases {
        let rows = run(&format!("backups list {flags} {list} {columns}")).csv();
        assert_eq!(rows, expected, "{flags}");
    }
    let summary =
        run("backups summary --profile one,two --by profile -o csv --columns profile,count");
    assert_eq!(summary.csv()[1..], [["one", "20"], ["two", "20"]]);
    // What each project received is signed with the key of its account.
    let of_second = [projects::SECOND_1, projects::SECOND_2];
    let mut seen = 0;
    for request in sandbox.requests() {
        let key = request.key.as_deref().unwrap();
        if let Some(project) = request.path.split('/').find(|part| part.starts_with("5a4db0c5")) {
            let expected = if of_second.contains(&project) { SECOND_KEY.0 } else { ACCESS_KEY };
            assert_eq!(key, expected, "{}", request.path);
            seen += 1;
        }
        assert!(request.status.unwrap() < 400, "{}", request.path);
    }
    assert!(seen >= 9);
}

#[test]
fn one_project_in_two_profiles_is_read_once() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let config = profiles(&sandbox).replace("two", "same").replace(SECOND_KEY.0, ACCESS_KEY);
    let config = config.replace(SECOND_KEY.1, crate::harness::SECRET_KEY);
    let run = crate::harness::cbr("backups list --profile one,same --count");
    let warning =
        "cbr: warning: same/sandbox-1 is the same project as one/sandbox-1: it is read once\n";
    let run = run.private_file(".config/cbr/config.toml", &config).stderr(warning).run();
    assert_eq!(run.stdout, "20\n");
}

#[test]
fn a_user_logs_in_once_for_each_project_and_stops_when_refused() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let user = |args: &str, password: &str| {
        let run = sandbox.cbr_of_regions(args).env("CBR_ACCESS_KEY", "").env("CBR_SECRET_KEY", "");
        let run = run.env("HW_USER_NAME", USER).env("HW_DOMAIN_NAME", DOMAIN);
        run.secret("HW_USER_PASSWORD", password)
    };
    let logins = || {
        let requests = sandbox.requests().into_iter();
        requests.filter(|it| it.path.ends_with("/v3/auth/tokens")).count()
    };
    let all = "backups list --all-projects --region sandbox-1,sandbox-2 --count";
    assert_eq!(user(all, PASSWORD).run().stdout, "44\n");
    assert_eq!(logins(), 4);
    let refused = user("backups list --region sandbox-1,sandbox-2,sandbox-5", "wrong-password");
    let expected = [
        "sandbox-1: failed: cannot log in",
        "sandbox-2: failed: not tried, since IAM refused this user before",
        "sandbox-5: failed: not tried",
    ];
    refused.exit(3).stderr_holds(expected).run();
    assert_eq!(logins(), 5);
}

#[test]
fn a_token_is_for_its_own_project() {
    let sandbox = Sandbox::start("--regions --backups 20");
    for flags in ["--region sandbox-1,sandbox-2", "--all-projects", "--region sandbox-*"] {
        let run = sandbox.cbr_of_regions(&format!("backups list {flags}"));
        let run =
            run.env("CBR_ACCESS_KEY", "").env("CBR_SECRET_KEY", "").secret("CBR_TOKEN", TOKEN);
        run.exit(2).stderr_holds(["is for one project, and several are wanted"]).run();
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_key_is_not_sent_to_two_clouds() {
    let both = "the same credentials are not sent to both";
    for regions in ["eu-de,eu-west-0", "eu-*,eu-de,eu-west-0"] {
        let run = crate::harness::cbr("backups list --timeout 5s --region").arg(regions).with_key();
        let expected = "eu-de is a region of otc.t-systems.com and eu-west-0 one of prod-cloud-ocb";
        run.exit(2).stderr_holds([expected, both]).run();
    }
}

/// A command for credentials can ask a person: it runs once, however many targets there are.
#[test]
fn credentials_are_read_once() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let address = format!("{}/{{region}}", sandbox.endpoint());
    let config = format!(
        "[profiles.one]\nregion = 'sandbox-1'\nendpoint = '{address}'\niam_endpoint = '{address}'\n\
         credential_command = ['sh', '-c', 'echo run >> ran; printf %s {{\\\"access_key\\\":\\\"{ACCESS_KEY}\\\",\\\"secret_key\\\":\\\"{}\\\"}}']\n",
        crate::harness::SECRET_KEY
    );
    let run = crate::harness::cbr(
        "backups list --profile one --region sandbox-1,sandbox-2,sandbox-5 --count",
    );
    let run = run.private_file(".config/cbr/config.toml", &config).makes("ran");
    assert_eq!(run.run().stdout, "40\n");
    let piped = sandbox.cbr_of_regions("backups list --region sandbox-1,sandbox-2 --count");
    let piped = piped.args(["--access-key", ACCESS_KEY, "--secret-key-file", "-"]);
    assert_eq!(piped.stdin(crate::harness::SECRET_KEY).run().stdout, "40\n");
}

#[test]
fn names_of_projects_are_requested_where_only_ids_are_known() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let list = "backups list -n 1 -o csv --no-headers --columns project_name";
    let by_id =
        |args: &str| sandbox.cbr_of_regions(args).env("CBR_PROJECT_ID", projects::SANDBOX_1_TEAM);
    assert_eq!(by_id(list).run().lines(), ["sandbox-1_team"]);
    let requests = sandbox.requests().len();
    by_id("backups list -n 1").run();
    assert_eq!(sandbox.requests().len(), requests + 1);
    // A token is not for IAM's list: the column is empty, which is a warning.
    let run = by_id(list).env("CBR_ACCESS_KEY", "").env("CBR_SECRET_KEY", "");
    let run = run.secret("CBR_TOKEN", TOKEN).env("CBR_PROJECT_ID", projects::SANDBOX_1);
    let run = run.stderr_holds(["the name of the project is missing"]).run();
    assert_eq!(run.lines(), ["\"\""]);
}

/// The project of a profile is that of its region, also in a group.
#[test]
fn the_project_of_a_profile_is_of_its_region() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let config = profiles(&sandbox).replacen(
        "region = 'sandbox-1'\n",
        "region = 'sandbox-1'\nproject_id = '5a4db0c5000000000000000000000002'\n",
        1,
    ) + "[[groups.one]]\nprofile = 'one'\nregion = 'sandbox-1'\n\
           [[groups.one]]\nprofile = 'one'\nregion = 'sandbox-2'\n";
    let list =
        "--latest 1 --per project --sort project_id -o csv --no-headers --columns project_id";
    let both = [projects::SANDBOX_1_TEAM, projects::SANDBOX_2];
    for (flags, expected) in [
        ("--profile one", &both[..1]),
        ("--group one", &both),
        ("--profile one --region sandbox-1,sandbox-2", &both),
    ] {
        let run = crate::harness::cbr(&format!("backups list {flags} {list}"));
        let run = run.private_file(".config/cbr/config.toml", &config).run();
        assert_eq!(run.lines(), expected, "{flags}");
    }
}

#[test]
fn an_account_that_cannot_be_listed_leaves_the_others() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let config = profiles(&sandbox).replace(SECOND_KEY.1, "hunter2");
    let run = |args: &str| {
        let run = crate::harness::cbr(&format!("backups list --group both {args} --count"));
        run.private_file(".config/cbr/config.toml", &config)
    };
    run("").exit(3).stderr_holds(["cannot list the projects of the account"]).run();
    let partial = run("--partial").reports().exit(6).stderr_holds(["cbr: two: failed: "]).run();
    assert_eq!(partial.stdout, "20\n");
}

/// The same credentials may be in several profiles or entries of a group.
#[test]
fn credentials_are_for_one_cloud_and_a_token_for_one_project_in_groups_too() {
    let config = "[[groups.clouds]]\nregion = 'eu-de'\n[[groups.clouds]]\nregion = 'cn-north-4'\n\
                  [profiles.otc]\nregion = 'eu-de'\n[profiles.hw]\nregion = 'cn-north-4'\n";
    let both = "the same credentials are not sent to both";
    for flags in ["--group clouds", "--profile otc,hw"] {
        let run = crate::harness::cbr(&format!("backups list --timeout 5s {flags}"));
        let run = run.private_file(".config/cbr/config.toml", config);
        run.args(["--access-key", ACCESS_KEY, "--secret-key-file", "-"])
            .stdin(crate::harness::SECRET_KEY)
            .exit(2)
            .stderr_holds([both])
            .run();
    }
    let sandbox = Sandbox::start("--regions --backups 3");
    let config = "[[groups.two]]\nregion = 'sandbox-1'\n[[groups.two]]\nregion = 'sandbox-2'\n";
    let run = sandbox.cbr_of_regions("backups list --group two");
    let run = run.env("CBR_ACCESS_KEY", "").env("CBR_SECRET_KEY", "").secret("CBR_TOKEN", TOKEN);
    let run = run.private_file(".config/cbr/config.toml", config).exit(2);
    run.stderr_holds(["is for one project, and several are wanted"]).run();
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_refused_user_does_not_log_in_again_for_another_account_or_name() {
    let sandbox = Sandbox::start("--regions --backups 3");
    let config = "[[groups.g]]\nregion = 'sandbox-1'\nall_projects = true\n\
                  [[groups.g]]\nregion = 'sandbox-1'\n";
    let user = |args: &str| {
        let run = sandbox.cbr_of_regions(args).env("CBR_ACCESS_KEY", "").env("CBR_SECRET_KEY", "");
        let run = run.env("HW_USER_NAME", USER).env("HW_DOMAIN_NAME", DOMAIN);
        run.secret("HW_USER_PASSWORD", "wrong-password")
    };
    let list = user("backups list --group g --partial");
    let list = list.private_file(".config/cbr/config.toml", config).exit(3);
    list.stderr_holds(["cannot log in", "not tried, since IAM refused this user"]).run();
    let by_id = format!("backups list --project-id {} --columns project_name", projects::SANDBOX_1);
    user(&by_id).exit(3).stderr_holds(["cannot log in"]).run();
    assert_eq!(sandbox.requests().len(), 2);
}
