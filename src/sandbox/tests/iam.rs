//! The identity service, over a real socket.

use super::*;

/// Logs in and returns status, token and body.
async fn log_in(sandbox: &Sandbox, password: &str, scope: Value) -> (u16, String, Value) {
    let user = json!({"name": "sandbox-user", "password": password,
                      "domain": {"name": "sandbox-account"}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity, "scope": scope}}).to_string();
    let url = format!("http://{}/v3/auth/tokens", sandbox.address);
    let response = sandbox.client.post(url).body(body).send().await.unwrap();
    let token = header(response.headers(), "x-subject-token").to_owned();
    (response.status().as_u16(), token, json_of(response).await)
}

/// Returns the status and the body of a response of IAM.
async fn identity(sandbox: &Sandbox, rest: &str, token: &str) -> (u16, Value) {
    let request = sandbox.client.get(format!("http://{}/v3/{rest}", sandbox.address));
    let request = request.header("X-Auth-Token", token).header("X-Subject-Token", token);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

#[tokio::test]
async fn tokens_from_logins_are_accepted() {
    let sandbox = Sandbox::start(&["--iam=expire=2"]).await;
    let scope = json!({"project": {"name": "sandbox-1"}});
    let (status, token, body) = log_in(&sandbox, PASSWORD, scope).await;
    assert_eq!((status, &body["token"]["project"]["id"]), (201, &json!(PROJECT_ID)));
    assert_eq!(body["token"]["catalog"][1]["type"], "cbr");
    let url = sandbox.url("backups?limit=1");
    for expected in [200, 200, 401] {
        let request = sandbox.client.get(&url).header("X-Auth-Token", &token);
        assert_eq!(request.send().await.unwrap().status(), expected);
    }
    let (status, other, body) = log_in(&sandbox, PASSWORD, json!({"domain": {}})).await;
    assert_eq!((status, &body["token"]["domain"]["name"]), (201, &json!("sandbox-account")));
    assert_ne!(other, token);
    let scope = json!({"project": {"id": "nowhere"}});
    assert_eq!(log_in(&sandbox, PASSWORD, scope).await.0, 404);
}

#[tokio::test]
async fn iam_lists_projects_tokens_and_services() {
    let sandbox = Sandbox::start(&[]).await;
    let names = |body: &Value| {
        let projects = body["projects"].as_array().unwrap().iter();
        projects.map(|project| project["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (status, body) = identity(&sandbox, "projects?name=sandbox-1", TOKEN).await;
    assert_eq!((status, names(&body)), (200, vec!["sandbox-1".to_owned()]));
    let (_, body) = identity(&sandbox, "projects?name=nowhere", TOKEN).await;
    assert!(names(&body).is_empty());
    let (_, body) = identity(&sandbox, "auth/projects", TOKEN).await;
    assert_eq!(names(&body), ["sandbox-1", "sandbox-1_team"]);
    let (_, body) = identity(&sandbox, "auth/tokens", TOKEN).await;
    assert_eq!(body["token"]["project"]["id"], PROJECT_ID);
    let (_, body) = identity(&sandbox, "auth/catalog", TOKEN).await;
    let url = format!("http://{}/v3/{PROJECT_ID}", sandbox.address);
    assert_eq!(body["catalog"][1]["endpoints"][0]["url"], url);
    assert_eq!(identity(&sandbox, "auth/projects", "wrong").await.0, 401);
}

/// What OpenStack's clients and those in Go ask beside the documented login.
#[tokio::test]
async fn iam_answers_what_other_clients_ask() {
    let sandbox = Sandbox::start(&[]).await;
    let get = |path: &str| sandbox.client.get(format!("http://{}{path}", sandbox.address));
    for path in ["/v3", "/v3/"] {
        let body = json_of(get(path).send().await.unwrap()).await;
        assert_eq!(body["version"]["id"], "v3.6", "{path}");
        let link = format!("http://{}/v3/", sandbox.address);
        assert_eq!(body["version"]["links"][0]["href"], link, "{path}");
    }
    let response = get("/").send().await.unwrap();
    assert_eq!(response.status(), 300);
    assert_eq!(json_of(response).await["versions"]["values"][0]["id"], "v3.6");
    let (status, body) = identity(&sandbox, "regions", TOKEN).await;
    assert_eq!((status, &body["regions"][0]["id"]), (200, &json!("sandbox-1")));
    let (status, body) = identity(&sandbox, "auth/domains", TOKEN).await;
    assert_eq!((status, &body["domains"][0]["name"]), (200, &json!("sandbox-account")));
    for path in ["regions", "auth/domains"] {
        assert_eq!(identity(&sandbox, path, "wrong").await.0, 401, "{path}");
    }
    let request = get("/v3/auth/tokens").header("X-Auth-Token", TOKEN);
    let response = request.header("X-Subject-Token", TOKEN).send().await.unwrap();
    assert_eq!(header(response.headers(), "x-subject-token"), TOKEN);
}

#[tokio::test]
async fn a_token_can_be_exchanged_for_one_of_another_scope() {
    let sandbox = Sandbox::start(&[]).await;
    let exchange = async |token: &str, project: &str| {
        let identity = json!({"methods": ["token"], "token": {"id": token}});
        let scope = json!({"project": {"name": project}});
        let body = json!({"auth": {"identity": identity, "scope": scope}}).to_string();
        let url = format!("http://{}/v3/auth/tokens", sandbox.address);
        let response = sandbox.client.post(url).body(body).send().await.unwrap();
        let token = header(response.headers(), "x-subject-token").to_owned();
        (response.status().as_u16(), token, json_of(response).await)
    };
    let (status, token, body) = exchange(TOKEN, "sandbox-1").await;
    assert_eq!((status, &body["token"]["project"]["id"]), (201, &json!(PROJECT_ID)));
    assert_ne!(token, TOKEN);
    let request = sandbox.client.get(sandbox.url("backups?limit=1")).header("X-Auth-Token", &token);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(exchange("wrong", "sandbox-1").await.0, 401);
    assert_eq!(exchange(TOKEN, "nowhere").await.0, 404);
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_user() {
    let sandbox = Sandbox::start(&[]).await;
    let message = async |password| {
        let (status, token, body) = log_in(&sandbox, password, json!({})).await;
        assert!(status == 201 || token.is_empty());
        body["error"]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(message("x").await, "The username or password is wrong.");
    assert_eq!(message(PASSWORD).await, "", "a right one ends the row");
    for _ in 0..5 {
        assert_eq!(message("x").await, "The username or password is wrong.");
    }
    assert_eq!(message(PASSWORD).await, "The user is locked, please try again later.");
}

#[tokio::test]
async fn each_option_of_iam_has_its_effect() {
    let option = async |flags: &[&str], rest: &str| {
        identity(&Sandbox::start(flags).await, rest, TOKEN).await
    };
    let by_name = "projects?name=sandbox-1";
    let (status, body) = option(&["--iam=forbidden"], by_name).await;
    assert_eq!((status, &body["error_code"]), (403, &json!("IAM.0002")));
    let (_, body) = option(&["--iam=several"], by_name).await;
    assert_eq!(body["projects"].as_array().unwrap().len(), 2);
    let (_, body) = option(&["--iam=none"], by_name).await;
    assert_eq!(body["projects"], json!([]));
    let (_, body) = option(&["--iam=no-catalog"], "auth/catalog").await;
    assert_eq!(body["catalog"], json!([]));
    assert_eq!(option(&["--iam=503=1"], by_name).await.0, 503);
    let sandbox = Sandbox::start(&["--iam=locked"]).await;
    assert_eq!(log_in(&sandbox, PASSWORD, json!({})).await.0, 401);
    let sandbox = Sandbox::start(&["--iam=lifetime=5m"]).await;
    let (_, _, body) = log_in(&sandbox, PASSWORD, json!({})).await;
    let time = |name: &str| body["token"][name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time("expires_at").duration_since(time("issued_at")).as_secs(), 300);
}
