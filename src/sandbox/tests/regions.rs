//! `--regions`: several regions, projects and accounts, over a real socket.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::sandbox::account::{Account, SECOND_ACCOUNT, SECOND_KEY};
use crate::sandbox::project::{PROJECTS, Project};

/// Requests are signed with a key of this account, or have its token.
enum With<'a> {
    Key(&'a AccessKey),
    Token(&'a str),
}

const KEY: With<'static> = With::Key(&PERMANENT_KEY);
const SECOND: With<'static> = With::Key(&SECOND_KEY);

/// Returns the first project of that name.
fn named(name: &str) -> &'static Project {
    PROJECTS.iter().find(|project| project.name == name).unwrap()
}

/// Returns the project of that name in the second account.
fn second(name: &str) -> &'static Project {
    let mut all = PROJECTS.iter().filter(|project| project.owner == SECOND_ACCOUNT.owner);
    all.find(|project| project.name == name).unwrap()
}

/// Returns the path of the backups of a project in its region.
fn backups(project: &Project) -> String {
    format!("/{}/v3/{}/backups", project.region.unwrap_or("sandbox-1"), project.id)
}

impl Sandbox {
    /// Sends a GET request for a path with a query, and more headers.
    async fn send(&self, target: &str, with: &With<'_>, more: &[(&str, &str)]) -> Response {
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
    async fn ask(&self, target: &str, with: &With<'_>) -> (u16, Value) {
        let response = self.send(target, with, &[]).await;
        (response.status().as_u16(), json_of(response).await)
    }

    /// Returns the status and the code of a refusal; empty for none.
    async fn refusal(&self, target: &str, with: &With<'_>) -> (u16, String) {
        let (status, body) = self.ask(target, with).await;
        (status, body["error_code"].as_str().unwrap_or_default().to_owned())
    }

    async fn count(&self, project: &Project, with: &With<'_>) -> Value {
        let (status, body) = self.ask(&format!("{}?limit=1", backups(project)), with).await;
        assert_eq!(status, 200, "{project:?} {body}");
        body["count"].clone()
    }
}

fn names(body: &Value) -> Vec<String> {
    let projects = body["projects"].as_array().unwrap().iter();
    projects.map(|project| project["name"].as_str().unwrap().to_owned()).collect()
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
async fn iam_lists_the_projects_of_the_account() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let all = [
        "sandbox-1",
        "sandbox-1_team",
        "sandbox-2",
        "sandbox-2_team",
        "sandbox-3",
        "sandbox-3_old",
        "sandbox-3_denied",
        "sandbox-4",
        "sandbox-5",
        "sandbox-6",
        "MOS",
    ];
    let token = With::Token(ACCOUNT.token);
    for prefix in ["", "/sandbox-1", "/sandbox-6"] {
        for with in [&KEY, &token] {
            let (status, body) = sandbox.ask(&format!("{prefix}/v3/auth/projects"), with).await;
            assert_eq!((status, names(&body)), (200, all.map(str::to_owned).to_vec()), "{prefix}");
            for project in body["projects"].as_array().unwrap() {
                assert_eq!(project["enabled"], project["name"] != "sandbox-3_old", "{project}");
                assert_eq!(project["domain_id"], ACCOUNT.domain.id);
            }
        }
    }
    let (_, body) = sandbox.ask("/sandbox-2/v3/auth/projects", &SECOND).await;
    assert_eq!(names(&body), ["sandbox-1", "sandbox-2"]);
    assert_eq!(body["projects"][0]["domain_id"], SECOND_ACCOUNT.domain.id);
    for (with, project) in [(&KEY, named("sandbox-2")), (&SECOND, second("sandbox-2"))] {
        let (_, body) = sandbox.ask("/v3/projects?name=sandbox-2", with).await;
        assert_eq!(names(&body), ["sandbox-2"]);
        assert_eq!(body["projects"][0]["id"], project.id);
    }
    let (_, body) = sandbox.ask("/v3/regions", &KEY).await;
    let regions = body["regions"].as_array().unwrap().iter();
    let regions: Vec<_> = regions.map(|region| region["id"].as_str().unwrap()).collect();
    let expected = ["sandbox-1", "sandbox-2", "sandbox-3", "sandbox-4", "sandbox-5", "sandbox-6"];
    assert_eq!(regions, expected);
    for (with, account) in [(&KEY, &ACCOUNT), (&SECOND, &SECOND_ACCOUNT)] {
        let (_, body) = sandbox.ask("/v3/auth/domains", with).await;
        assert_eq!(body["domains"][0]["name"], account.domain.name);
    }
}

/// Returns status, token and body of a login for a project.
async fn log_in(sandbox: &Sandbox, account: &Account, scope: Value) -> (u16, String, Value) {
    log_in_with(sandbox, account, account.password, scope).await
}

async fn log_in_with(
    sandbox: &Sandbox,
    account: &Account,
    password: &str,
    scope: Value,
) -> (u16, String, Value) {
    let user = json!({"name": account.user.name, "password": password,
                      "domain": {"name": account.domain.name}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity, "scope": {"project": scope}}}).to_string();
    let url = format!("http://{}/sandbox-2/v3/auth/tokens", sandbox.address);
    let response = sandbox.client.post(url).body(body).send().await.unwrap();
    let token = header(response.headers(), "x-subject-token").to_owned();
    (response.status().as_u16(), token, json_of(response).await)
}

#[tokio::test]
async fn a_login_is_for_one_project_of_its_account() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let (first, own) = (named("sandbox-2"), second("sandbox-2"));
    for (account, project, scope) in [
        (&ACCOUNT, first, json!({"name": "sandbox-2"})),
        (&ACCOUNT, first, json!({"id": first.id})),
        (&SECOND_ACCOUNT, own, json!({"name": "sandbox-2"})),
        (&SECOND_ACCOUNT, own, json!({"id": own.id})),
    ] {
        let (status, token, body) = log_in(&sandbox, account, scope).await;
        assert_eq!((status, &body["token"]["project"]["id"]), (201, &json!(project.id)));
        assert_eq!(body["token"]["user"]["name"], account.user.name);
        assert_eq!(sandbox.count(project, &With::Token(&token)).await, 20);
        let other = if project == own { first } else { own };
        let refused = sandbox.refusal(&backups(other), &With::Token(&token)).await;
        assert_eq!(refused, (403, "APIGW.0310".to_owned()));
        let refused = sandbox.refusal(&backups(named("sandbox-3")), &With::Token(&token)).await;
        assert_eq!(refused, (401, "APIGW.0307".to_owned()));
    }
    for (account, scope, status) in [
        (&ACCOUNT, json!({"id": own.id}), 404),
        (&SECOND_ACCOUNT, json!({"id": first.id}), 404),
        (&SECOND_ACCOUNT, json!({"name": "sandbox-3"}), 404),
        (&ACCOUNT, json!({"name": "sandbox-3_old"}), 401),
    ] {
        assert_eq!(log_in(&sandbox, account, scope.clone()).await.0, status, "{scope}");
    }
}

#[tokio::test]
async fn wrong_passwords_lock_one_user_only() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let scope = || json!({"name": "sandbox-1"});
    for _ in 0..5 {
        assert_eq!(log_in_with(&sandbox, &ACCOUNT, "wrong", scope()).await.0, 401);
    }
    assert_eq!(log_in(&sandbox, &ACCOUNT, scope()).await.0, 401);
    assert_eq!(log_in(&sandbox, &SECOND_ACCOUNT, scope()).await.0, 201);
}

#[tokio::test]
async fn the_catalog_has_an_endpoint_for_each_region() {
    let sandbox = Sandbox::start(&["--regions", "--backups=20"]).await;
    let urls = |catalog: &Value| {
        let endpoints = catalog[1]["endpoints"].as_array().unwrap().iter();
        endpoints.map(|endpoint| endpoint["url"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (_, body) = sandbox.ask("/v3/auth/catalog", &KEY).await;
    let expected = [1, 2, 3, 4, 5, 6].map(|number| {
        let region = format!("sandbox-{number}");
        format!("http://{}/{region}/v3/{}", sandbox.address, named(&region).id)
    });
    assert_eq!(urls(&body["catalog"]), expected);
    let (_, body) = sandbox.ask("/v3/auth/catalog", &SECOND).await;
    assert_eq!(urls(&body["catalog"]).len(), 2, "the regions with a project");
    let (_, _, body) = log_in(&sandbox, &ACCOUNT, json!({"name": "sandbox-2_team"})).await;
    let urls = urls(&body["token"]["catalog"]);
    assert_eq!(urls.len(), 6);
    let id = named("sandbox-2_team").id;
    assert!(urls.iter().all(|url| url.ends_with(id)), "that of the token's project: {urls:?}");
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

/// Tests can prove that no key was used for another account.
#[tokio::test]
async fn the_log_names_key_and_account_of_each_request() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let flag = format!("--log={}", log.display());
    let sandbox = Sandbox::start(&["--regions", "--backups=20", &flag]).await;
    let stranger = AccessKey { id: "SOMETHINGELSE", ..PERMANENT_KEY };
    let path = backups(named("sandbox-2"));
    for with in [
        &KEY,
        &SECOND,
        &With::Key(&stranger),
        &With::Token(ACCOUNT.token),
        &With::Token(SECOND_ACCOUNT.token),
        &With::Token("wrong"),
    ] {
        sandbox.ask(&path, with).await;
    }
    let lines = read(&log);
    let field = |name: &str| lines.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    let (first, other) = (json!(ACCOUNT.domain.name), json!(SECOND_ACCOUNT.domain.name));
    let null = Value::Null;
    assert_eq!(
        field("key"),
        [&json!(PERMANENT_KEY.id), &json!(SECOND_KEY.id), &json!("unknown"), &null, &null, &null]
            .map(Clone::clone)
    );
    let accounts = [&first, &other, &null, &first, &other, &null].map(Clone::clone);
    assert_eq!(field("account"), accounts);
    assert_eq!(field("status"), [200, 403, 401, 401, 401, 401].map(Value::from));
    assert_eq!(field("path"), [(); 6].map(|()| Value::from(path.as_str())));
    let text = std::fs::read_to_string(&log).unwrap();
    for secret in [ACCOUNT.token, SECOND_ACCOUNT.token, "SOMETHINGELSE", "Signature"] {
        assert!(!text.contains(secret), "{text}");
    }
}
