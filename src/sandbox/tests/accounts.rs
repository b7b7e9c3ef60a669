//! The two accounts of `--regions`: projects, logins, catalog and log, over a real socket.

use super::regions::{KEY, SECOND, With, backups, named, second};
use super::*;
use crate::sandbox::account::{Account, SECOND_ACCOUNT, SECOND_KEY};

fn names(body: &Value) -> Vec<String> {
    let projects = body["projects"].as_array().unwrap().iter();
    projects.map(|project| project["name"].as_str().unwrap().to_owned()).collect()
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
