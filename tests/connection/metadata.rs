//! The metadata service of a server in the cloud: the last source of keys, which are replaced
//! before they expire.

use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::harness::{
    Answer, Cbr, PROJECT_ID, Received, Request, SECRET_KEY, Sandbox, Service, cbr,
};

const LIST: &str = "backups list -o jsonl --columns id";

const TOKEN: &str = "PUT /meta-data/latest/api/token";
const KEYS: &str = "GET /openstack/latest/securitykey";
const SERVER: &str = "GET /openstack/latest/meta_data.json";

/// Runs on a server whose metadata service is the sandbox, with only the endpoint of CBR set.
fn on_server(sandbox: &Sandbox, args: &str) -> Cbr {
    cbr(args).env("CBR_ECS_METADATA", sandbox.endpoint()).env("CBR_ENDPOINT", sandbox.endpoint())
}

fn lines(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[test]
fn a_cloud_server_lists_without_settings() {
    let list = format!("GET /v3/{PROJECT_ID}/backups");
    for mode in ["optional", "required", "without-token"] {
        let sandbox = Sandbox::start(&format!("--backups 3 --metadata {mode}"));
        // A request through a proxy would reach the metadata service of another machine.
        let proxy = Service::start(|_, _| Answer::new(403, ""));
        let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"];
        let run = proxies
            .into_iter()
            .fold(on_server(&sandbox, LIST), |run, name| run.env(name, proxy.endpoint()));
        assert_eq!(run.run().lines().len(), 3, "{mode}");
        let requests = sandbox.requests();
        assert_eq!(lines(&requests), [TOKEN, KEYS, SERVER, &list], "{mode}");
        assert_eq!(requests[3].auth, "sts");
        assert!(proxy.received().is_empty(), "{mode}");
    }
}

#[test]
fn verbose_reports_requests_for_keys() {
    let sandbox = Sandbox::start("--backups 3");
    let shown = |run: Cbr| {
        let run = run.arg("-v").hides(SECRET_KEY).stderr_holds([""]).run();
        let lines = run.stderr.lines().filter_map(|line| line.strip_prefix("cbr: debug: "));
        let outcome =
            |line: &str| line.split_once(" ms").unwrap().0.rsplit_once(", ").unwrap().0.to_owned();
        lines.map(outcome).collect::<Vec<_>>()
    };
    let lines = shown(on_server(&sandbox, "backups list --limit 1 -o jsonl"));
    let keys = [format!("{TOKEN}: 200"), format!("{KEYS}: 200"), format!("{SERVER}: 200")];
    assert_eq!(lines[..3], keys);
    assert_eq!(lines.len(), 4, "{lines:?}");
    let mute = Service::start(|_, _| Answer::stalling(""));
    let run = cbr("backups list").env("CBR_ECS_METADATA", mute.endpoint()).exit(2);
    assert_eq!(shown(run), [format!("{TOKEN}: timed out")]);
}

/// Region and project come from the service unless another source has them.
#[test]
fn the_region_comes_from_the_metadata_service() {
    let sandbox = Sandbox::start("--backups 3");
    let proxy = Service::start(|_, _| Answer::new(403, ""));
    let list = |args| {
        let run = cbr("backups list --retries 0").env("CBR_ECS_METADATA", sandbox.endpoint());
        run.env("HTTPS_PROXY", proxy.endpoint()).args(args).exit(5)
    };
    list(&[][..]).stderr_holds(["no way through the proxy"]).run();
    list(&["--region", "eu-de"]).stderr_holds(["no way through the proxy"]).run();
    let asked: Vec<_> = proxy.received().into_iter().map(|request| request.line).collect();
    let expected =
        ["CONNECT cbr.cn-north-4.myhuaweicloud.com:443", "CONNECT cbr.eu-de.otc.t-systems.com:443"];
    assert_eq!(asked, expected);
}

/// KooCLI's name for the same source: the profile selects these keys, and sources of lower
/// precedence are not used.
#[test]
fn a_profile_can_select_the_metadata_service() {
    let file =
        json!({"current": "s", "profiles": [{"name": "s", "mode": "ecsAgency"}]}).to_string();
    let sandbox = Sandbox::start("--backups 3");
    let run = |args: &str| {
        let run = on_server(&sandbox, LIST).args(args.split_whitespace());
        run.file(".hcloud/config.json", &file)
            .file(".huaweicloud/credentials", "[basic]\nak=a\nsk=s\n")
    };
    let own = "[profiles.p]\nkoocli_profile = 's'\n";
    let runs = [
        run(""),
        run("--profile s --quiet").with_key(),
        run("").env("HW_PROFILE", "s"),
        run("").private_file(".config/cbr/config.toml", own),
    ];
    let number = runs.len();
    for run in runs {
        assert_eq!(run.run().lines().len(), 3);
    }
    let requests = sandbox.requests();
    let listings: Vec<_> = requests.iter().filter(|request| request.auth == "sts").collect();
    assert_eq!((requests.len(), listings.len()), (4 * number, number));
    let expected = "cbr: error: ~/.hcloud/config.json, profile `s`: its mode is ecsAgency, and \
                CBR_ECS_METADATA is off\n\
                cbr: hint: run it on a server with an agency, or choose a profile with keys\n";
    run("").env("CBR_ECS_METADATA", "off").exit(2).stderr(expected).run();
}

#[test]
fn given_credentials_bypass_the_metadata_service() {
    let sandbox = Sandbox::start("--backups 3");
    on_server(&sandbox, LIST).env("CBR_PROJECT_ID", PROJECT_ID).with_key().run();
    // Half of a key is an error, and other sources are not tried.
    let half = on_server(&sandbox, LIST).env("CBR_SECRET_KEY", SECRET_KEY);
    half.exit(2).stderr_holds(["CBR_ACCESS_KEY is not"]).run();
    let run = on_server(&sandbox, LIST).args(["--profile", "x"]);
    run.exit(2).stderr_holds(["--profile: there is no file"]).run();
    assert_eq!(lines(&sandbox.requests()), [format!("GET /v3/{PROJECT_ID}/backups")]);
}

#[test]
fn missing_metadata_is_listed_with_the_other_sources() {
    let sandbox = Sandbox::start("--metadata no-agency");
    let other = Service::start(|_, _| Answer::new(404, "<html>"));
    let garbage = Service::start(|_, _| Answer::new(200, "sandbox-secret-key"));
    let mute = Service::start(|_, _| Answer::stalling(""));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cases = [
        (sandbox.endpoint(), "this server has no agency".to_owned()),
        (other.endpoint(), format!("no keys at {}: HTTP 404", other.endpoint())),
        (garbage.endpoint(), format!("the answer of {} holds no keys", garbage.endpoint())),
        (mute.endpoint(), "no answer in time".to_owned()),
        (format!("http://{free}"), format!("no answer from http://{free}")),
    ];
    for (address, why) in cases {
        let expected = format!(
            "cbr: error: no credentials; not set: CBR_*, HUAWEICLOUD_SDK_*, HW_*, OS_*, \
             CLOUD_SDK_*, ~/.config/cbr/config.toml, ~/.hcloud/config.json, \
             ~/.huaweicloud/credentials, clouds.yaml, ECS metadata ({why})\n"
        );
        cbr(LIST).env("CBR_ECS_METADATA", address).exit(2).stderr_holds([expected.as_str()]).run();
    }
}

/// Its answer decides which account is listed, so it must be the server's own service.
#[test]
fn the_metadata_service_must_be_on_this_machine() {
    let expected = "cbr: error: CBR_ECS_METADATA: `http://metadata.example.com` is not an http URL of \
                this machine\n\
                cbr: hint: unset CBR_ECS_METADATA, or set it to off or to http://127.0.0.1:PORT\n";
    let run = cbr(LIST).env("CBR_ECS_METADATA", "http://metadata.example.com");
    run.exit(2).stderr(expected).run();
}

#[test]
fn auth_show_does_not_request_metadata() {
    let sandbox = Sandbox::start("--backups 3");
    let state = |run: Cbr| {
        let shown = run.arg("auth").args(["show", "-o", "json"]).run().json();
        let sources = shown["sources"].as_array().unwrap();
        let last = sources.last().unwrap();
        assert_eq!(last["source"], "ECS metadata");
        last["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(on_server(&sandbox, "")), "would_be_asked");
    assert_eq!(state(on_server(&sandbox, "").with_key()), "not_looked_at");
    assert_eq!(state(cbr("").env("CBR_ECS_METADATA", "off")), "passed_over");
    assert!(sandbox.requests().is_empty());
}

/// The keys are valid for a second, and the listing takes longer.
#[test]
fn keys_that_expire_during_a_listing_are_replaced() {
    let sandbox = Sandbox::start("--backups 40 --metadata-keys 1s --latency 60ms");
    let args = format!("{LIST} --page-size 3 --concurrency 1");
    assert_eq!(on_server(&sandbox, &args).run().lines().len(), 40);
    let asked = lines(&sandbox.requests()).iter().filter(|line| *line == KEYS).count();
    assert!(asked >= 2, "{asked}");
}

/// Starts a metadata service and CBR in one, with scripted answers. Each answer has a new key.
fn service(statuses: &'static [u16]) -> Service {
    let (keys, listings) = (AtomicUsize::new(0), Mutex::new(statuses.iter()));
    Service::start(move |request, _| {
        if request.line == TOKEN {
            return Answer::new(404, "");
        }
        if request.line == SERVER {
            return Answer::new(200, r#"{"project_id":"p1"}"#);
        }
        if request.line == KEYS {
            let number = keys.fetch_add(1, Ordering::Relaxed);
            return Answer::new(
                200,
                &format!(
                    r#"{{"credential":{{"access":"AK{number}","secret":"hunter2","securitytoken":"hunter3-{number}","expires_at":"2999-01-01T00:00:00.000000Z"}}}}"#
                ),
            );
        }
        match listings.lock().unwrap().next() {
            Some(200) => Answer::page(&[], "0"),
            Some(status) => {
                let token = request.header("x-security-token").unwrap();
                let message = format!("decrypt securityToken fail: {token} hunter2");
                let body = json!({"error_code": "APIGW.0301", "error_msg": message});
                Answer::new(*status, &body.to_string())
            }
            None => Answer::new(418, ""),
        }
    })
}

/// Returns the keys of each requested listing.
fn presented(service: &Service) -> Vec<String> {
    let received = service.received();
    let listings = received.iter().filter(|request| request.line.contains("/backups"));
    let token = |request: &Received| request.header("x-security-token").unwrap().to_owned();
    listings.map(token).collect()
}

fn list_at(service: &Service) -> Cbr {
    let run = cbr("backups list -o jsonl -v").env("CBR_ENDPOINT", service.endpoint());
    run.env("CBR_ECS_METADATA", service.endpoint())
}

#[test]
fn refused_keys_are_replaced_once() {
    let good = service(&[401, 200]);
    let expected = ["401 APIGW.0301: again with other keys"];
    list_at(&good).stderr_holds(expected).run();
    assert_eq!(presented(&good), ["hunter3-0", "hunter3-1"]);

    let bad = service(&[401, 401, 200]);
    let expected = ["cbr: hint: check the security token of ECS metadata: it has expired"];
    list_at(&bad).exit(3).stderr_holds(expected).run();
    assert_eq!(presented(&bad), ["hunter3-0", "hunter3-1"]);
}
