//! The project of a region, found through IAM: the one with exactly that name, never a guess.

use tempfile::TempDir;

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, OTHER_PROJECT_ID, PROJECT_ID, SECRET_KEY, Sandbox, Service, TOKEN, cbr,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

fn key(sandbox: &Sandbox) -> Cbr {
    sandbox.cbr_by_region(LIST).env("CBR_ENDPOINT", sandbox.endpoint()).with_key()
}

fn paths(sandbox: &Sandbox) -> Vec<String> {
    sandbox.requests().iter().map(|request| request.line()).collect()
}

const BY_NAME: &str = "GET /v3/projects?name=sandbox-1";
const OWN: &str = "GET /v3/auth/projects";

fn listing() -> String {
    format!("GET /v3/{PROJECT_ID}/backups?limit=1&offset=0&sort=created_at:desc,id:desc")
}

#[test]
fn a_project_is_found_by_the_name_of_the_region() {
    let sandbox = Sandbox::start("--backups 3");
    key(&sandbox).run();
    assert_eq!(paths(&sandbox), [BY_NAME, &listing()]);
    let [look_up, list] = &sandbox.requests()[..] else { panic!() };
    // A project in a header would have to be known.
    assert_eq!(look_up.headers.get("x-project-id"), None);
    assert_eq!(look_up.auth, "aksk");
    assert_eq!(list.headers["x-project-id"], PROJECT_ID);
}

/// A project with its own name, from the settings of the tool that the key belongs to.
#[test]
fn a_project_is_found_by_its_own_name() {
    let sandbox = Sandbox::start("--backups 3");
    let hw = |run: Cbr| run.env("HW_ACCESS_KEY", ACCESS_KEY).env("HW_SECRET_KEY", SECRET_KEY);
    let run = || sandbox.cbr_by_region(LIST).env("CBR_ENDPOINT", sandbox.endpoint());
    let run = || hw(run()).env("CBR_REGION", "elsewhere").env("HW_PROJECT_NAME", "sandbox-1");
    run().run();
    assert_eq!(paths(&sandbox), [BY_NAME, &listing()]);
    // The project name of another tool's settings may belong to another account.
    run().with_key().exit(2).stderr_holds(["no project is named `elsewhere`"]).run();
}

/// A user without the right to list the projects of the account may still list their own.
#[test]
fn own_projects_are_used_when_listing_all_is_forbidden() {
    let sandbox = Sandbox::start("--backups 3 --iam forbidden");
    key(&sandbox).run();
    assert_eq!(paths(&sandbox), [BY_NAME, OWN, &listing()]);
}

#[test]
fn several_matching_projects_are_an_error_with_choices() {
    for options in ["--iam several", "--iam several --iam forbidden"] {
        let sandbox = Sandbox::start(options);
        let shown = format!(
            "cbr: error: several projects are named `sandbox-1` (CBR_REGION): {PROJECT_ID} \
             (sandbox-1), {OTHER_PROJECT_ID} (sandbox-1)\n\
             cbr: hint: choose one, such as --project-id {PROJECT_ID}, or set CBR_PROJECT_ID\n"
        );
        key(&sandbox).exit(2).stderr(shown).run();
    }
}

/// A subproject of the region is not its project.
#[test]
fn a_project_with_the_region_as_prefix_is_suggested_not_used() {
    let sandbox = Sandbox::start("--iam none");
    let shown = format!(
        "cbr: error: no project is named `sandbox-1` (CBR_REGION); there are: {OTHER_PROJECT_ID} \
         (sandbox-1_team)\n\
         cbr: hint: choose one, such as --project-id {OTHER_PROJECT_ID}, or set CBR_PROJECT_ID\n"
    );
    key(&sandbox).exit(2).stderr(shown).run();
    assert_eq!(paths(&sandbox), [BY_NAME, OWN]);
    // Some services treat the name as a prefix.
    let service = Service::start(|request, _| {
        let project = |id: &str, name: &str| format!(r#"{{"id":"{id}","name":"{name}"}}"#);
        let (part, own) = (project("part", "sandbox-1_team"), project("own", "sandbox-1"));
        match request.line.as_str() {
            BY_NAME => Answer::new(200, &format!(r#"{{"projects":[{part},{own}]}}"#)),
            line if line.starts_with("GET /v3/own/backups?") => Answer::page(&[], "0"),
            _ => Answer::new(418, ""),
        }
    });
    of(&service).run();
    assert_eq!(service.received().len(), 2);
}

/// Runs with a key and an empty cache.
fn of(service: &Service) -> Cbr {
    cbr(LIST)
        .env("CBR_ENDPOINT", service.endpoint())
        .env("CBR_IAM_ENDPOINT", service.endpoint())
        .env("CBR_REGION", "sandbox-1")
        .with_key()
}

#[test]
fn a_given_token_provides_its_project() {
    let sandbox = Sandbox::start("--backups 3");
    let run = sandbox.cbr_by_region(LIST).env("CBR_ENDPOINT", sandbox.endpoint());
    run.env("CBR_TOKEN", TOKEN).run();
    assert_eq!(paths(&sandbox), ["GET /v3/auth/tokens", &listing()]);
    // A useless token is sent once.
    let run = sandbox.cbr_by_region(LIST).env("CBR_TOKEN", "ended");
    run.exit(3).stderr_holds(["cannot look up the token at", "decrypt token fail"]).run();
    assert_eq!(sandbox.requests().len(), 3);
}

/// A key of one cloud is not sent to the IAM of another, and a service on this machine belongs to
/// no cloud.
#[test]
fn no_request_is_sent_to_a_guessed_address() {
    let sandbox = Sandbox::start("--backups 3");
    let run = || cbr(LIST).env("CBR_ENDPOINT", sandbox.endpoint()).with_key();
    let shown = "cbr: error: no address of the identity service (IAM): the endpoint is on this \
                machine\n\
                cbr: hint: set CBR_IAM_ENDPOINT, such as https://iam.eu-de.otc.t-systems.com; with \
                an access key or a token, no IAM is needed if you give --project-id\n";
    run().env("CBR_REGION", "eu-de").exit(2).stderr(shown).run();
    assert!(sandbox.requests().is_empty());
}

#[test]
fn auth_show_sends_no_request() {
    let sandbox = Sandbox::start("--backups 3");
    let run = sandbox.cbr_by_region("auth show").env("CBR_ENDPOINT", sandbox.endpoint());
    let run = run.with_key().run();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: Vec<_> = run.lines().into_iter().map(words).collect();
    assert!(
        shown.contains(&"project_id - looked up by the name sandbox-1 (CBR_REGION)".to_owned())
    );
    let iam = format!("iam_endpoint {} CBR_IAM_ENDPOINT", sandbox.endpoint());
    assert!(shown.contains(&iam), "{shown:?}");
    assert!(sandbox.requests().is_empty());
}

/// The IAM host of each region, as a proxy receives it.
#[test]
fn each_cloud_has_its_identity_host() {
    let proxy = Service::start(|_, _| Answer::new(403, ""));
    let regions = [
        ("cn-north-4", "iam.cn-north-4.myhuaweicloud.com"),
        ("cn-south-4", "iam.myhuaweicloud.com"),
        ("eu-west-101", "iam.eu-west-101.myhuaweicloud.eu"),
        ("eu-de", "iam.eu-de.otc.t-systems.com"),
        ("eu-ch2", "iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ("eu-west-0", "iam.eu-west-0.prod-cloud-ocb.orange-business.com"),
    ];
    for (region, host) in regions {
        let list = cbr(LIST).args(["--retries", "0", "--region", region]).with_key();
        let list = list.env("HTTPS_PROXY", proxy.endpoint());
        list.exit(5)
            .stderr_holds([&*format!("cannot look up the project at https://{host}")])
            .run();
        assert_eq!(proxy.received().pop().unwrap().line, format!("CONNECT {host}:443"));
    }
    assert_eq!(proxy.received().len(), regions.len());
}

/// Starts a service whose project has a new id, and an IAM that knows the new id.
fn moved(listing: fn(&str) -> Answer) -> Service {
    Service::start(move |request, number| {
        let look_ups = |id: &str| {
            Answer::new(200, &format!(r#"{{"projects":[{{"id":"{id}","name":"sandbox-1"}}]}}"#))
        };
        match request.line.as_str() {
            BY_NAME => look_ups(if number == 0 { "old" } else { "new" }),
            _ if number == 1 => Answer::page(&[], "0"),
            line => listing(line),
        }
    })
}

fn lines(service: &Service) -> Vec<String> {
    let lines = service.received().into_iter().map(|request| request.line);
    lines
        .map(|line| line.split_once("/backups").map_or(line.clone(), |(line, _)| line.to_owned()))
        .collect()
}

#[test]
fn a_stale_cached_project_is_looked_up_again_once() {
    let of_old: [fn(&str) -> Answer; 2] = [
        |line| if line.contains("/old/") { refusal(0) } else { Answer::page(&[], "0") },
        |line| if line.contains("/old/") { refusal(1) } else { Answer::page(&[], "0") },
    ];
    for answer in of_old {
        let (service, cache) = (moved(answer), TempDir::new().unwrap());
        let run = || of(&service).env("XDG_CACHE_HOME", cache.path());
        run().run();
        run().run();
        run().run();
        let shown = lines(&service);
        let (old, new) = ("GET /v3/old", "GET /v3/new");
        assert_eq!(shown, [BY_NAME, old, old, BY_NAME, new, new]);
    }
}

fn refusal(number: usize) -> Answer {
    let code = ["APIGW.0310", "APIGW.0101"][number];
    let body = format!(r#"{{"error_code":"{code}","error_msg":"refused"}}"#);
    Answer::new([403, 404][number], &body)
}

/// One look-up and one more attempt, then the error is final.
#[test]
fn a_second_refused_project_is_an_error() {
    let (service, cache) = (moved(|_| refusal(0)), TempDir::new().unwrap());
    let run = || of(&service).env("XDG_CACHE_HOME", cache.path());
    run().run();
    run().exit(3).stderr_holds(["HTTP 403 APIGW.0310: refused"]).run();
    let (old, new) = ("GET /v3/old", "GET /v3/new");
    assert_eq!(lines(&service), [BY_NAME, old, old, BY_NAME, new]);
}

/// Rejected credentials are not sent again to any host; but the cached project id is removed.
#[test]
fn refused_credentials_cause_no_project_lookup() {
    let (service, cache) = (moved(|_| Answer::new(401, "{}")), TempDir::new().unwrap());
    let run = || of(&service).env("XDG_CACHE_HOME", cache.path());
    run().run();
    run().exit(3).stderr_holds(["HTTP 401"]).run();
    let old = "GET /v3/old";
    assert_eq!(lines(&service), [BY_NAME, old, old]);
    run().exit(3).stderr_holds(["HTTP 401"]).run();
    assert_eq!(lines(&service), [BY_NAME, old, old, BY_NAME, "GET /v3/new"]);
}
