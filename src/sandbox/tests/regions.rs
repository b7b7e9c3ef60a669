//! `--regions`: several regions, projects and accounts, over a real socket.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::sandbox::account::{SECOND_ACCOUNT, SECOND_KEY};
use crate::sandbox::project::{PROJECTS, Project};

/// Requests are signed with a key of this account, or have its token.
pub(super) enum With<'a> {
    Key(&'a AccessKey),
    Token(&'a str),
}

pub(super) const KEY: With<'static> = With::Key(&PERMANENT_KEY);
pub(super) const SECOND: With<'static> = With::Key(&SECOND_KEY);

/// Returns the first project of that name.
pub(super) fn named(name: &str) -> &'static Project {
    PROJECTS.iter().find(|project| project.name == name).unwrap()
}

/// Returns the project of that name in the second account.
pub(super) fn second(name: &str) -> &'static Project {
    let mut all = PROJECTS.iter().filter(|project| project.owner == SECOND_ACCOUNT.owner);
    all.find(|project| project.name == name).unwrap()
}

/// Returns the path of the backups of a project in its region.
pub(super) fn backups(project: &Project) -> String {
    format!("/{}/v3/{}/backups", project.region.unwrap_or("sandbox-1"), project.id)
}

impl Sandbox {
    /// Sends a GET request for a path with a query, and more headers.
    pub(super) async fn send(
        &self,
        target: &str,
        with: &With<'_>,
        more: &[(&str, &str)],
    ) -> Response {
        let url = format!("http://{}{target}", self.address);
        let mut request = self.client.get(&url);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = match with {
            With::Token(token) => request.header("X-Auth-Token", *token),
            With::Key(key) => {
                let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
                let host = self.address.to_string();
                let headers = [("host", host.as_str()), ("x-sdk-date", &date)];
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                let signable =
                    Signable { method: "GET", path, query, headers: &headers, body: &[] };
                let authorization = sign::authorization(key.id, key.secret, &date, &signable);
                request.header("x-sdk-date", &date).header("authorization", authorization)
            }
        };
        request.send().await.unwrap()
    }

    /// Returns status and JSON body of the response.
    pub(super) async fn ask(&self, target: &str, with: &With<'_>) -> (u16, Value) {
        let response = self.send(target, with, &[]).await;
        (response.status().as_u16(), json_of(response).await)
    }

    /// Returns the status and the code of a refusal; empty for none.
    pub(super) async fn refusal(&self, target: &str, with: &With<'_>) -> (u16, String) {
        let (status, body) = self.ask(target, with).await;
        (status, body["error_code"].as_str().unwrap_or_default().to_owned())
    }

    pub(super) async fn count(&self, project: &Project, with: &With<'_>) -> Value {
        let (status, body) = self.ask(&format!("{}?limit=1", backups(project)), with).await;
        assert_eq!(status, 200, "{project:?} {body}");
        body["count"].clone()
    }
}

#[tokio::test]
async fn each_project_has_backups_of_its_own() {
    let sandbox = Sandbox::start(&["--regions", "--backups=60", "--epoch=2026-11-20"]).await;
    let mut ids = HashSet::new();
    for (project, with, count) in [
        (named("sandbox-1"), &KEY, 60),
        (named("sandbox-1_team"), &KEY, 6),
        (named("sandbox-2"), &KEY, 60),
        (named("sandbox-2_team"), &KEY, 6),
        (named("sandbox-3"), &KEY, 30),
        (named("sandbox-4"), &KEY, 60),
        (named("sandbox-5"), &KEY, 0),
        (second("sandbox-1"), &SECOND, 60),
        (second("sandbox-2"), &SECOND, 60),
    ] {
        let (status, body) = sandbox.ask(&backups(project), with).await;
        assert_eq!((status, &body["count"]), (200, &json!(count)), "{project:?}");
        for backup in body["backups"].as_array().unwrap() {
            assert_eq!(backup["project_id"], project.id);
            assert!(ids.insert(backup["id"].as_str().unwrap().to_owned()), "{backup}");
        }
    }
    let single = Sandbox::start(&["--backups=60", "--epoch=2026-11-20"]).await;
    let (_, listed) = sandbox.ask(&backups(named("sandbox-1")), &KEY).await;
    assert_eq!(single.json("backups").await.1, listed, "the first project is the same");
}

#[tokio::test]
async fn a_path_without_a_region_is_of_the_first() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let (project, other) = (named("sandbox-1").id, named("sandbox-2").id);
    for (path, expected) in [
        (format!("/v3/{project}/backups"), (200, "")),
        (format!("/sandbox-1/v3/{project}/backups"), (200, "")),
        (format!("/v3/{other}/backups"), (403, "APIGW.0310")),
        (format!("/sandbox-9/v3/{other}/backups"), (404, "APIGW.0101")),
        (format!("/{{region}}/v3/{other}/backups"), (404, "APIGW.0101")),
        (format!("/sandbox-2/sandbox-2/v3/{other}/backups"), (404, "APIGW.0101")),
        (format!("/sandbox-2/v3/{other}/backups"), (200, "")),
    ] {
        let (status, code) = sandbox.refusal(&path, &KEY).await;
        assert_eq!((status, code.as_str()), expected, "{path}");
    }
    let single = Sandbox::start(&["--backups=20"]).await;
    let path = format!("/sandbox-1/v3/{project}/backups");
    assert_eq!(single.refusal(&path, &KEY).await.0, 404, "regions need the flag");
}

/// The signature is of the path as it was sent, with the region.
#[tokio::test]
async fn signatures_cover_the_region_of_the_path() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let host = sandbox.address.to_string();
    let headers = [("host", host.as_str()), ("x-sdk-date", &date)];
    let sent = backups(named("sandbox-2"));
    let bare = sent.strip_prefix("/sandbox-2").unwrap();
    for (path, status) in [(sent.as_str(), 200), (bare, 401)] {
        let signable = Signable { method: "GET", path, query: "", headers: &headers, body: &[] };
        let signed = sign::authorization(PERMANENT_KEY.id, PERMANENT_KEY.secret, &date, &signable);
        let request = sandbox.client.get(format!("http://{host}{sent}"));
        let request = request.header("x-sdk-date", &date).header("authorization", signed);
        assert_eq!(request.send().await.unwrap().status(), status, "signed {path}");
    }
}

#[tokio::test]
async fn projects_are_refused_outside_their_region_and_account() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let token = With::Token(ACCOUNT.token);
    let second_token = With::Token(SECOND_ACCOUNT.token);
    let in_region =
        |region: &str, project: &Project| format!("/{region}/v3/{}/backups?limit=1", project.id);
    let unavailable = (403, "APIGW.0310");
    for (path, with, expected) in [
        (in_region("sandbox-2", named("sandbox-1")), &KEY, unavailable),
        (in_region("sandbox-1", named("sandbox-2_team")), &KEY, unavailable),
        (in_region("sandbox-1", named("MOS")), &KEY, unavailable),
        (in_region("sandbox-3", named("sandbox-3_old")), &KEY, unavailable),
        (in_region("sandbox-1", second("sandbox-1")), &KEY, unavailable),
        (in_region("sandbox-1", named("sandbox-1")), &SECOND, unavailable),
        (in_region("sandbox-2", named("sandbox-2")), &SECOND, unavailable),
        (in_region("sandbox-2", second("sandbox-2")), &SECOND, (200, "")),
        (in_region("sandbox-1", named("sandbox-1")), &token, (200, "")),
        (in_region("sandbox-1", named("sandbox-1_team")), &token, unavailable),
        (in_region("sandbox-1", second("sandbox-1")), &token, unavailable),
        (in_region("sandbox-2", named("sandbox-2")), &token, (401, "APIGW.0307")),
        (in_region("sandbox-1", second("sandbox-1")), &second_token, (200, "")),
        (in_region("sandbox-1", named("sandbox-1")), &second_token, unavailable),
    ] {
        let (status, code) = sandbox.refusal(&path, with).await;
        assert_eq!((status, code.as_str()), expected, "{path}");
    }
    let target = backups(named("sandbox-2"));
    for (project, status) in [(named("sandbox-2"), 200), (named("sandbox-1"), 403)] {
        let header = [("X-Project-Id", project.id)];
        let response = sandbox.send(&target, &KEY, &header).await;
        assert_eq!(response.status(), status, "X-Project-Id of {}", project.name);
    }
    let single = Sandbox::start(&["--backups=20"]).await;
    let path = format!("/v3/{}/backups", named("sandbox-1").id);
    for with in [&SECOND, &second_token] {
        assert_eq!(single.refusal(&path, with).await.0, 401, "unknown without the flag");
    }
}

#[tokio::test]
async fn some_projects_are_denied_failing_or_throttled() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let denied = named("sandbox-3_denied");
    for (rest, action) in [("backups", "backups:list"), ("vaults", "vaults:list")] {
        let path = format!("/sandbox-3/v3/{}/{rest}", denied.id);
        let (status, body) = sandbox.ask(&path, &KEY).await;
        assert_eq!(status, 403, "{rest}");
        assert_eq!(body["error_msg"], format!("Policy doesn't allow cbr:{action}"));
    }
    let failing = named("sandbox-6");
    for rest in ["backups", "vaults", "policies"] {
        let path = format!("/sandbox-6/v3/{}/{rest}", failing.id);
        let expected = (500, "BackupService.9910".to_owned());
        assert_eq!(sandbox.refusal(&path, &KEY).await, expected, "{rest}");
    }
    let throttled = backups(named("sandbox-4"));
    for expected in [200, 429, 200, 200, 429, 200] {
        let response = sandbox.send(&throttled, &KEY, &[]).await;
        assert_eq!(response.status(), expected);
        if expected == 429 {
            assert_eq!(header(response.headers(), "retry-after"), "1");
            let body = json_of(response).await;
            let message = body["error_msg"].as_str().unwrap();
            assert_eq!(body["error_code"], "APIGW.0308");
            assert!(message.ends_with("limit:2,time:1 second"), "{message}");
        }
        // Other projects are not throttled.
        assert_eq!(sandbox.count(named("sandbox-1"), &KEY).await, 20);
    }
}

#[tokio::test]
async fn sources_are_those_of_the_project() {
    let sandbox = Sandbox::start(&["--regions", "--backups=300", "--epoch=2026-11-20"]).await;
    let get = async |project: &Project, with: &With<'_>, rest: &str| {
        let path = format!("/{}/v3/{}/{rest}", project.region.unwrap(), project.id);
        sandbox.ask(&path, with).await.1
    };
    let ids = |items: &Value| {
        let items = items.as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let mut seen = BTreeSet::new();
    for (project, with) in
        [(named("sandbox-1"), &KEY), (named("sandbox-2"), &KEY), (second("sandbox-2"), &SECOND)]
    {
        let vaults = get(project, with, "vaults").await;
        let vaults = &vaults["vaults"];
        assert_eq!(vaults[0]["project_id"], project.id);
        let bound = vaults
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|vault| vault["resources"].as_array().unwrap().iter());
        let bound: BTreeSet<_> = bound
            .filter(|resource| resource["backup_count"] != 0)
            .map(|resource| resource["id"].as_str().unwrap().to_owned())
            .collect();
        let backups = get(project, with, "backups").await;
        let backups = backups["backups"].as_array().unwrap().iter();
        let field = |name: &str| {
            let values = backups.clone().map(|backup| backup[name].as_str().unwrap().to_owned());
            values.collect::<BTreeSet<_>>()
        };
        let listed = field("resource_id");
        assert!(bound.is_subset(&listed) && bound.len() > 100, "{}", bound.len());
        assert!(field("vault_id").is_subset(&ids(vaults)));
        let policies = get(project, with, "policies").await;
        let tasks = get(project, with, "operation-logs").await;
        assert_eq!(tasks["operation_logs"][0]["project_id"], project.id);
        let servers = get(project, with, "protectables/server/instances").await;
        for items in
            [vaults, &policies["policies"], &tasks["operation_logs"], &servers["instances"]]
        {
            for id in ids(items) {
                assert!(seen.insert(id.clone()), "{id} of {} is not its own", project.name);
            }
        }
    }
    let empty = get(named("sandbox-5"), &KEY, "vaults").await;
    assert_eq!(empty["count"], 0);
    for rest in ["policies", "operation-logs"] {
        assert_eq!(get(named("sandbox-5"), &KEY, rest).await["count"], 0, "{rest}");
    }
}

#[tokio::test]
async fn faults_and_changes_can_be_for_one_project() {
    let sandbox = Sandbox::start(&[
        "--regions",
        "--backups=20",
        "--fault=sandbox-2:503@2",
        "--change=sandbox-3:delete=0+4@2",
        "--source-fault=sandbox-2:vaults=403@1",
        "--fault=500@9",
    ])
    .await;
    let [first, faulty, changed] = ["sandbox-1", "sandbox-2", "sandbox-3"].map(named);
    let list = async |project| {
        let (status, body) = sandbox.ask(&backups(project), &KEY).await;
        (status, body["count"].as_u64().unwrap_or_default())
    };
    assert_eq!(list(first).await, (200, 20));
    assert_eq!(list(first).await, (200, 20), "of no other project");
    assert_eq!(list(faulty).await, (200, 20));
    assert_eq!(list(changed).await, (200, 10));
    assert_eq!(list(faulty).await.0, 503, "its second listing");
    assert_eq!(list(changed).await, (200, 6));
    assert_eq!(list(faulty).await, (200, 20));
    assert_eq!(list(first).await, (200, 20));
    assert_eq!(list(changed).await.0, 500, "the ninth of all");
    let vaults = |project: &Project| backups(project).replace("backups", "vaults");
    for (project, status) in [(first, 200), (faulty, 403), (faulty, 200)] {
        assert_eq!(sandbox.ask(&vaults(project), &KEY).await.0, status, "{}", project.name);
    }
}

#[test]
fn flags_for_projects_that_are_not_served_are_usage_errors() {
    let check = |flags: &[&str]| {
        let args = Flags::parse_from([&["sandbox"], flags].concat()).args;
        args.check().map_err(|error| error.to_string())
    };
    let needs = |flag| Err(format!("{flag} is for project sandbox-2, which needs --regions"));
    for (flags, expected) in [
        (&["--fault=sandbox-2:503@1"][..], needs("--fault")),
        (&["--change=sandbox-2:delete=0@1"], needs("--change")),
        (&["--source-fault=sandbox-2:vaults=403"], needs("--source-fault")),
        (&["--fault=sandbox-1:503@1"], Ok(())),
        (&["--regions", "--fault=sandbox-2:503@1"], Ok(())),
        (
            &["--regions", "--fault=MOS:503@1"],
            Err("--fault is for project MOS, which has no listings".to_owned()),
        ),
    ] {
        assert_eq!(check(flags), expected, "{flags:?}");
    }
    for flag in ["--fault=sandbox-9:503@1", "--change=x:delete=0@1", "--source-fault=x:vaults=1"] {
        let error = Flags::try_parse_from(["sandbox", "--regions", flag]).err().unwrap();
        assert!(error.to_string().contains("unknown project"), "{error}");
    }
}
