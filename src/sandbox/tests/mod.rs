//! The whole sandbox over a real socket, with the HTTP client of the crate.

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use serde_json::{Value, json};

mod accounts;
mod faults;
mod iam;
mod regions;
mod sources;

use super::SandboxArgs;
use super::account::{ACCOUNT, AccessKey, PERMANENT_KEY, TEMPORARY_KEY};
use super::project::PROJECT_ID;
use super::server::Server;
use crate::api::sign::{self, Signable};

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    args: SandboxArgs,
}

const TOKEN: &str = ACCOUNT.token;
const PASSWORD: &str = ACCOUNT.password;

/// A sandbox that runs as long as the test's runtime.
struct Sandbox {
    address: SocketAddr,
    client: Client,
}

impl Sandbox {
    async fn start(flags: &[&str]) -> Self {
        let args = Flags::parse_from([&["sandbox"], flags].concat()).args;
        let server = Server::bind(&args).await.unwrap();
        let address = server.address();
        tokio::spawn(server.serve());
        Self { address, client: client() }
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}/v3/{PROJECT_ID}/{rest}", self.address)
    }

    async fn get(&self, rest: &str) -> reqwest::Result<Response> {
        self.client.get(self.url(rest)).header("X-Auth-Token", TOKEN).send().await
    }

    /// Returns the status and the JSON body of a response.
    async fn json(&self, rest: &str) -> (u16, Value) {
        let response = self.get(rest).await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    async fn ids(&self, rest: &str) -> Vec<String> {
        let (status, body) = self.json(rest).await;
        assert_eq!(status, 200, "{body}");
        let backups = body["backups"].as_array().unwrap();
        backups.iter().map(|backup| backup["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn signed(&self, query: &str, key: &AccessKey, secret: &str) -> (u16, Value) {
        let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let host = self.address.to_string();
        let mut headers = vec![("host", host.as_str()), ("x-sdk-date", &date)];
        headers.extend(key.security_token.map(|token| ("x-security-token", token)));
        let path = format!("/v3/{PROJECT_ID}/backups");
        let request = Signable { method: "GET", path: &path, query, headers: &headers, body: &[] };
        let authorization = sign::authorization(key.id, secret, &date, &request);
        let mut request = self.client.get(self.url(&format!("backups?{query}")));
        for (name, value) in &headers[1..] {
            request = request.header(*name, *value);
        }
        let response = request.header("authorization", authorization).send().await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }
}

fn client() -> Client {
    builder().build().unwrap()
}

fn builder() -> reqwest::ClientBuilder {
    // Fails if another test has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none())
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn documented_requests_return_the_documented_counts() {
    let sandbox = Sandbox::start(&[]).await;
    for (query, rows, count) in [
        ("limit=100&offset=0", 100, 1663),
        ("resource_type=OS::Nova::Server&limit=5&offset=0", 5, 150),
        ("", 1000, 1663),
        ("offset=1000", 663, 1663),
    ] {
        let (status, body) = sandbox.json(&format!("backups?{query}")).await;
        assert_eq!(status, 200);
        assert_eq!(body["backups"].as_array().unwrap().len(), rows, "{query}");
        assert_eq!(body["count"], count, "{query}");
    }
}

#[tokio::test]
async fn requests_need_a_valid_signature_or_token() {
    let sandbox = Sandbox::start(&[]).await;
    let query = "limit=1&name=%E5%A4%9C%20%2B&status=available&status=error";
    for key in [PERMANENT_KEY, TEMPORARY_KEY] {
        assert_eq!(sandbox.signed(query, &key, key.secret).await.0, 200, "{}", key.id);
        let (status, body) = sandbox.signed(query, &key, "wrong").await;
        assert_eq!((status, &body["error_code"]), (401, &json!("APIGW.0301")));
        let message = body["error_msg"].as_str().unwrap();
        assert!(message.contains(&format!("|{query}|host:{}|", sandbox.address)), "{message}");
    }
    let bare = client().get(sandbox.url("backups")).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    let wrong = client().get(sandbox.url("backups")).header("X-Auth-Token", "x");
    assert_eq!(wrong.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn refusals_have_the_bodies_of_gateway_and_service() {
    let sandbox = Sandbox::start(&[]).await;
    let missing = "backups/00000000-0000-4000-8000-000000000000";
    for (path, status, code) in [
        ("backups?limit=1001", 400, "BackupService.9900"),
        ("backups?sort=size", 400, "BackupService.9900"),
        ("backups/1", 400, "BackupService.9900"),
        (missing, 404, "BackupService.6200"),
        ("checkpoints", 404, "APIGW.0101"),
        ("../other/backups", 403, "APIGW.0310"),
    ] {
        let (found, body) = sandbox.json(path).await;
        assert_eq!((found, &body["error_code"]), (status, &json!(code)), "{path}");
        assert_eq!(body.get("request_id").is_some(), code.starts_with("APIGW"), "{path}");
    }
    let post = client().post(sandbox.url("backups")).send().await.unwrap();
    assert_eq!((post.status().as_u16(), header(post.headers(), "allow")), (405, "GET"));
    let first = sandbox.get("backups?limit=1").await.unwrap();
    let second = sandbox.get("backups?limit=1").await.unwrap();
    let id = |response: &Response| header(response.headers(), "x-request-id").to_owned();
    assert_eq!(id(&first).len(), 32);
    assert_ne!(id(&first), id(&second));
}

#[tokio::test]
async fn a_server_is_shown_with_its_volumes_and_each_volume_alone() {
    let sandbox = Sandbox::start(&[]).await;
    let (_, listed) = sandbox.json("backups?resource_type=OS::Nova::Server&limit=1").await;
    let id = listed["backups"][0]["id"].as_str().unwrap();
    let (status, shown) = sandbox.json(&format!("backups/{id}")).await;
    assert_eq!((status, &shown["backup"]["id"]), (200, &json!(id)));
    let child = &shown["backup"]["children"][0];
    let path = format!("backups/{}", child["id"].as_str().unwrap());
    assert_eq!(sandbox.json(&path).await.1["backup"], *child);
}

#[tokio::test]
async fn http2_works_without_negotiation() {
    let sandbox = Sandbox::start(&[]).await;
    let client = builder().http2_prior_knowledge().build().unwrap();
    let request = client.get(sandbox.url("backups?limit=1000")).header("X-Auth-Token", TOKEN);
    let response = request.send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let body: Value = json_of(response).await;
    assert_eq!(body["backups"].as_array().unwrap().len(), 1000);
}

/// The `Date` header follows the wrong clock, and current signatures are refused.
#[tokio::test]
async fn a_skewed_clock_shows_in_the_date_and_in_refusals() {
    let sandbox = Sandbox::start(&["--clock=-20m"]).await;
    let response = sandbox.get("backups?limit=1").await.unwrap();
    assert_eq!(response.status(), 200, "a token has no time in it");
    let date = httpdate::parse_http_date(header(response.headers(), "date")).unwrap();
    let behind = date.elapsed().unwrap().as_secs();
    assert!((1195..1260).contains(&behind), "{behind}");
    let (status, body) = sandbox.signed("limit=1", &PERMANENT_KEY, PERMANENT_KEY.secret).await;
    assert_eq!(status, 401, "{body}");
}

#[tokio::test]
async fn chaos_fails_some_listings() {
    let sandbox = Sandbox::start(&["--chaos=1", "--backups=10"]).await;
    let mut failed = 0;
    for _ in 0..50 {
        let answer = sandbox.get("backups").await.and_then(Response::error_for_status);
        let body = match answer {
            Ok(response) => response.bytes().await.unwrap_or_default(),
            Err(_) => Default::default(),
        };
        failed += u32::from(serde_json::from_slice::<Value>(&body).is_err());
    }
    assert!((2..25).contains(&failed), "{failed}");
}

#[tokio::test]
async fn changes_apply_between_listings() {
    let sandbox =
        Sandbox::start(&["--backups=100", "--change=delete=9@2", "--change=insert=0+2@3"]).await;
    let first = sandbox.ids("backups?limit=10").await;
    let second = sandbox.ids("backups?limit=10&offset=9").await;
    assert!(!second.contains(&first[9]), "the last row of the page is gone");
    let (status, _) = sandbox.json(&format!("backups/{}", first[9])).await;
    assert_eq!(status, 404);
    let third = sandbox.ids("backups?limit=10").await;
    assert_eq!(third[2..], first[..8]);
    assert_eq!(sandbox.json("backups?limit=1").await.1["count"], 101);
    assert_eq!(sandbox.json(&format!("backups/{}", third[0])).await.0, 200);
}

#[tokio::test]
async fn requests_above_the_rate_are_refused() {
    let sandbox = Sandbox::start(&["--throttle=2/1h"]).await;
    assert_eq!(sandbox.json("backups?limit=1").await.0, 200);
    assert_eq!(sandbox.json("backups/1").await.0, 400);
    let (status, body) = sandbox.json("backups?limit=1").await;
    assert_eq!(status, 429);
    assert!(
        body["error_msg"].as_str().unwrap().ends_with("ratelimit,limit:2,time:1 hour"),
        "{body}"
    );
}

/// Decompresses gzip.
fn inflated(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut text)?;
    Ok(text)
}

#[tokio::test]
async fn responses_are_compressed_for_clients_that_accept_gzip() {
    let sandbox = Sandbox::start(&["--gzip"]).await;
    let request = || {
        let url = sandbox.url("backups?limit=100");
        sandbox.client.get(url).header("X-Auth-Token", TOKEN)
    };
    let response = request().header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(header(response.headers(), "content-encoding"), "gzip");
    let compressed = response.bytes().await.unwrap();
    assert!(compressed.len() < 40_000);
    let response = request().send().await.unwrap();
    assert_eq!(header(response.headers(), "content-encoding"), "");
    assert_eq!(response.bytes().await.unwrap(), inflated(&compressed).unwrap());
}

#[tokio::test]
async fn every_request_is_logged_without_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let flag = format!("--log={}", log.display());
    let sandbox =
        Sandbox::start(&[&flag, "--fault=reset@2", "--change=delete=0@3", "--churn=1"]).await;
    sandbox.ids("backups?limit=2&status=available&status=error").await;
    assert!(sandbox.get("backups").await.is_err());
    sandbox.ids("backups?limit=1").await;
    sandbox.signed("limit=1", &TEMPORARY_KEY, TEMPORARY_KEY.secret).await;
    sandbox.json("backups/1").await;
    let lines = read(&log);
    let field = |name: &str| lines.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("n"), [1, 2, 3, 4, 5].map(Value::from));
    assert_eq!(field("list"), [json!(1), json!(2), json!(3), json!(4), Value::Null]);
    assert_eq!(field("status"), [json!(200), Value::Null, json!(200), json!(200), json!(400)]);
    assert_eq!(field("auth"), ["token", "token", "token", "sts", "token"]);
    let query = json!([["limit", "2"], ["status", "available"], ["status", "error"]]);
    assert_eq!(lines[0]["query"], query);
    assert_eq!(lines[1]["faults"], json!(["reset"]));
    assert!(!lines[2]["deleted"].as_array().unwrap().is_empty());
    let text = std::fs::read_to_string(&log).unwrap();
    for secret in [TOKEN, TEMPORARY_KEY.id, "Signature", TEMPORARY_KEY.security_token.unwrap()] {
        assert!(!text.contains(secret), "{text}");
    }
}

fn read(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_response_is_delayed() {
    let sandbox = Sandbox::start(&["--latency=100ms"]).await;
    let begin = Instant::now();
    assert_eq!(sandbox.json("backups?limit=1").await.0, 200);
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_response_that_hangs_delays_no_other() {
    let sandbox = Sandbox::start(&["--fault=hang@1"]).await;
    let mut hanging = std::pin::pin!(sandbox.get("backups"));
    let wait = Duration::from_millis(100);
    assert!(tokio::time::timeout(wait, hanging.as_mut()).await.is_err());
    for _ in 0..10 {
        assert_eq!(sandbox.json("backups?limit=1").await.0, 200);
    }
    assert!(tokio::time::timeout(wait, hanging).await.is_err());
}

#[test]
fn invalid_flags_are_usage_errors() {
    for flag in [
        "--backups=-1",
        "--backups=99999999999",
        "--port=70000",
        "--latency=5",
        "--fault=reset",
        "--fault=nonsense@1",
        "--fault=reset@0",
        "--change=delete@1",
        "--throttle=60",
        "--churn=x",
        "--chaos=",
        "--iam=fire",
        "--iam=expire",
        "--clock=20",
        "--clock=--20m",
    ] {
        let error = Flags::try_parse_from(["sandbox", flag]).err().unwrap();
        assert_eq!(error.exit_code(), 2, "{flag}");
    }
}

#[test]
fn the_help_lists_faults_and_options() {
    let help = <Flags as clap::CommandFactory>::command().render_long_help().to_string();
    for word in
        ["truncate", "gzip-bomb[=SIZE]", "ignore-sort", "STATUS[=SECONDS]", "2-4", "expire=N"]
    {
        assert!(help.contains(word), "{help}");
    }
}
