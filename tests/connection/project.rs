//! The project: which flag or variable it comes from, and that it is always one segment of the
//! path.

use crate::harness::{ACCESS_KEY, Cbr, PROJECT_ID, SECRET_KEY, Sandbox, cbr};

fn list(sandbox: &Sandbox) -> Cbr {
    cbr("backups list --limit 1 -o jsonl").env("CBR_ENDPOINT", sandbox.endpoint())
}

#[test]
fn project_settings_follow_their_precedence() {
    let sandbox = Sandbox::start("--backups 3");
    let runs = [
        list(&sandbox).with_key().env("CBR_PROJECT_ID", PROJECT_ID),
        list(&sandbox).with_key().args(["--project-id", PROJECT_ID]).env("CBR_PROJECT_ID", "other"),
        list(&sandbox)
            .env("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
            .env("HUAWEICLOUD_SDK_SK", SECRET_KEY)
            .env("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT_ID),
        list(&sandbox)
            .env("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
            .env("HUAWEICLOUD_SDK_SK", SECRET_KEY)
            .env("HUAWEICLOUD_SDK_PROJECT_ID", "other")
            .env("CBR_PROJECT_ID", PROJECT_ID),
    ];
    let number = runs.len();
    for run in runs {
        run.run();
    }
    let requests = sandbox.requests();
    assert_eq!(requests.len(), number);
    for request in requests {
        assert_eq!(request.path, format!("/v3/{PROJECT_ID}/backups"));
        assert_eq!(request.headers["x-project-id"], PROJECT_ID);
    }
}

#[test]
fn a_missing_project_is_an_error_before_any_request() {
    let sandbox = Sandbox::start("--backups 3");
    let expected = "cbr: error: no project id\n\
                cbr: hint: give --project-id or set CBR_PROJECT_ID; the console shows it under My \
                Credentials\n";
    list(&sandbox).with_key().exit(2).stderr(expected).run();
    // The project of another family may belong to another account.
    let other = list(&sandbox).with_key().env("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT_ID);
    other.exit(2).stderr(expected).run();
    assert!(sandbox.requests().is_empty());
}

#[test]
fn project_ids_that_change_the_path_are_refused() {
    let sandbox = Sandbox::start("--backups 3");
    for project in ["", "a/b", "..", "a?b=c", "a#b", "%2e", "项目", "a b"] {
        let expected = format!(
            "cbr: error: --project-id: `{project}` is not a project id\n\
             cbr: hint: a project id is 32 hexadecimal digits, such as \
             0605767b5780d5762fc5c0118072a564\n"
        );
        let run = list(&sandbox).with_key().args(["--project-id", project]);
        run.exit(2).stderr(expected).run();
    }
    assert!(sandbox.requests().is_empty());
}
