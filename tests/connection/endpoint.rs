//! The endpoint: which flag or variable it comes from, and which endpoints are refused.

use crate::harness::{Cbr, PROJECT_ID, Sandbox, cbr};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

fn list(flags: &str) -> Cbr {
    cbr(LIST).args(flags.split_whitespace()).env("CBR_PROJECT_ID", PROJECT_ID).with_key()
}

/// A flag overrides a variable, and an endpoint overrides a region. An overridden setting is not
/// even checked.
#[test]
fn endpoint_settings_follow_their_precedence() {
    let sandbox = Sandbox::start("--backups 3");
    let here = sandbox.endpoint();
    let runs = [
        list("").env("CBR_ENDPOINT", &here),
        list("").env("CBR_ENDPOINT", &here).env("CBR_REGION", "nowhere"),
        list("--endpoint").arg(&here).env("CBR_ENDPOINT", "nowhere"),
        list("--endpoint").arg(&here).args(["--region", "nowhere"]),
        list("--region nowhere --endpoint").arg(&here).env("CBR_REGION", "nowhere"),
        list("--endpoint").arg(format!("{here}/")),
        // A region without a known host is only a name.
        list("--region nowhere").env("CBR_ENDPOINT", &here),
    ];
    let number = runs.len();
    for run in runs {
        run.run();
    }
    assert_eq!(sandbox.requests().len(), number);
}

/// Neither can apply without the other, so nothing is sent.
#[test]
fn a_region_that_contradicts_an_endpoint_of_lower_precedence_is_an_error() {
    let sandbox = Sandbox::start("--backups 3");
    let here = sandbox.endpoint();
    let expected = |region: &str| {
        format!(
            "cbr: error: {region} eu-de leads to cbr.eu-de.otc.t-systems.com, but CBR_ENDPOINT is \
             {here}\ncbr: hint: leave one of them out, or give both as flags\n"
        )
    };
    let run = list("--region eu-de").env("CBR_ENDPOINT", &here);
    run.exit(2).stderr(expected("--region")).run();
    let own = "[profiles.p]\nregion = 'eu-de'\ntoken = 'sandbox-token-that-is-not-a-secret'\n";
    let run = cbr(LIST).args(["--profile", "p"]).private_file(".config/cbr/config.toml", own);
    let run = run.env("CBR_ENDPOINT", &here).env("CBR_PROJECT_ID", PROJECT_ID);
    run.exit(2).stderr(expected("~/.config/cbr/config.toml [profiles.p] region")).run();
    assert!(sandbox.requests().is_empty());
    // Both have the same precedence, or the region is only a name.
    list("").env("CBR_ENDPOINT", &here).env("CBR_REGION", "eu-de").run();
    list("--region sandbox-1").env("CBR_ENDPOINT", &here).run();
    list("--region eu-de --endpoint").arg(&here).run();
    assert_eq!(sandbox.requests().len(), 3);
}

#[test]
fn connection_flags_can_be_anywhere() {
    let sandbox = Sandbox::start("--backups 3");
    let here = sandbox.endpoint();
    let flags = ["--endpoint", &here, "--project-id", PROJECT_ID, "--retries", "0"];
    cbr("").args(flags).args(["backups", "list", "-o", "jsonl"]).with_key().run();
    cbr("backups").args(flags).args(["list", "-o", "jsonl"]).with_key().run();
    cbr("backups list -o jsonl").args(flags).with_key().run();
    assert_eq!(sandbox.requests().len(), 3);
}

#[test]
fn an_unknown_region_suggests_a_known_one() {
    let cases = [
        ("eu-de1", "did you mean eu-de? If the region is new, give its URL with --endpoint"),
        (
            "cn-noth-4",
            "did you mean cn-north-4? If the region is new, give its URL with --endpoint",
        ),
        ("mars", "if the region is new, give its URL: --endpoint https://cbr.REGION.DOMAIN"),
    ];
    for (region, hint) in cases {
        for (run, origin) in [
            (list("--region").arg(region), "--region"),
            (list("").env("CBR_REGION", region), "CBR_REGION"),
        ] {
            let expected =
                format!("cbr: error: {origin}: unknown region `{region}`\ncbr: hint: {hint}\n");
            run.exit(2).stderr(expected).run();
        }
    }
}

#[test]
fn a_missing_region_is_an_error_before_any_request() {
    let expected = "cbr: error: no region\n\
                cbr: hint: give --region (such as --region eu-de), or set CBR_REGION\n";
    list("").exit(2).stderr(expected).run();
    list("").env("CBR_REGION", "").env("CBR_ENDPOINT", " ").exit(2).stderr(expected).run();
}

/// Endpoints that would expose secrets, or are invalid.
#[test]
fn insecure_and_invalid_endpoints_are_refused() {
    let https = "write it as https://cbr.eu-de.otc.t-systems.com";
    let loopback = "use https; http only goes to this machine";
    let cases = [
        (
            "http://cbr.example.com",
            "`http://cbr.example.com` would send credentials unencrypted",
            loopback,
        ),
        ("http://192.0.2.1:80", "`http://192.0.2.1` would send credentials unencrypted", loopback),
        ("http://0.0.0.0", "`http://0.0.0.0` would send credentials unencrypted", loopback),
        (
            "http://localhost.example.com",
            "`http://localhost.example.com` would send credentials unencrypted",
            loopback,
        ),
        (
            "http://127.0.0.1@example.com",
            "holds a user name or password, which would be ignored",
            https,
        ),
        ("cbr.eu-de.otc.t-systems.com", "is not a URL", https),
        ("ftp://cbr.example.com", "is not an https URL", https),
        ("https://cbr.example.com/v3", "has more than scheme, host and port", https),
        ("https://cbr.example.com?a=b", "has more than scheme, host and port", https),
        (
            "https://user:hunter2@cbr.example.com",
            "holds a user name or password, which would be ignored",
            https,
        ),
    ];
    for (endpoint, error, hint) in cases {
        for (run, origin) in [
            (list("--endpoint").arg(endpoint), "--endpoint"),
            (list("").env("CBR_ENDPOINT", endpoint), "CBR_ENDPOINT"),
        ] {
            let (error, hint) = (format!("{error}\n"), format!("cbr: hint: {hint}\n"));
            let run = run.exit(2).stderr_holds(["cbr: error: ", origin, &error, &hint]).run();
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        }
    }
}

/// Other parts of a URL may contain a secret.
#[test]
fn only_scheme_host_and_port_of_an_address_are_shown() {
    let shown = "`https://cbr.example.com…` has more than scheme, host and port";
    let addresses = [
        ("https://cbr.example.com/?token=hunter2hunter2", shown),
        ("https://cbr.example.com?hunter2hunter2", shown),
        ("https://cbr.example.com/hunter2hunter2", shown),
        ("https://cbr.example.com/#hunter2hunter2", shown),
        ("https://user:hunter2hunter2@cbr.example.com", "holds a user name or password"),
        ("https://hunter2hunter2:1/x@cbr.example.com", "holds a user name or password"),
        ("hunter2hunter2", "is not a URL"),
        ("hunter2hunter2:x", "is not an https URL"),
    ];
    let profile = ".config/cbr/config.toml";
    for (address, expected) in addresses {
        let key = |args: &str| cbr(args).args(["--project-id", PROJECT_ID]).with_key();
        let user = |args: &str| {
            let run = cbr(args).env("HW_USER_ID", "u").env("HW_USER_PASSWORD", "p");
            run.args(["--region", "eu-de"])
        };
        let regions = format!("cbr:\n- id: mars-1\n  endpoint: '{address}'\n");
        let file = format!("[profiles.p]\nendpoint = '{address}'\n");
        let iam_file = format!("[profiles.p]\niam_endpoint = '{address}'\n");
        let clouds = format!(
            "clouds: {{c: {{auth: {{auth_url: '{address}', username: u, password: p, \
             user_domain_id: d}}}}}}"
        );
        let runs: [&dyn Fn(&str) -> Cbr; 9] = [
            &|args| key(args).arg("--endpoint").arg(address),
            &|args| key(args).env("CBR_ENDPOINT", address),
            &|args| {
                key(args).args(["--region", "mars-1"]).file(".huaweicloud/regions.yaml", &regions)
            },
            &|args| {
                key(args).args(["--region", "x-1"]).env("HUAWEICLOUD_SDK_REGION_CBR_X_1", address)
            },
            &|args| key(args).private_file(profile, &file),
            &|args| user(args).private_file(profile, &iam_file),
            &|args| user(args).env("CBR_IAM_ENDPOINT", address),
            &|args| user(args).env("HW_AUTH_URL", address),
            &|args| user(args).env("HUAWEICLOUD_SDK_IAM_ENDPOINT", address),
        ];
        for (number, run) in runs.into_iter().enumerate() {
            let run = |args| run(args).hides("hunter2").exit(2).stderr_holds([expected]);
            run("backups list --receipt receipt").makes("receipt").run();
            if number < 2 {
                run("backups list --error-format json").run();
                run("auth check").reports().run();
            }
            let show = run("auth show -o json").exit(0).stderr("").run();
            assert!(show.stdout.contains(expected), "{number}: {}", show.stdout);
        }
        // These lead to another cloud, or are not read.
        let others: [&dyn Fn(&str) -> Cbr; 3] = [
            &|args| cbr(args).env("OS_AUTH_URL", address).env("OS_TOKEN", "t"),
            &|args| cbr(args).file(".config/openstack/clouds.yaml", &clouds),
            &|args| cbr(args).env("CBR_ECS_METADATA", address),
        ];
        for run in others {
            let run = |args| run(args).hides("hunter2").exit(2).stderr_holds([]);
            run("backups list --receipt receipt").makes("receipt").run();
            run("auth show").exit(0).run();
        }
        cbr("config show").private_file(profile, &file).hides("hunter2").run();
        cbr("config set profiles.p.endpoint")
            .arg(address)
            .hides("hunter2")
            .exit(2)
            .stderr_holds([expected])
            .run();
    }
}

/// The sandbox listens on 127.0.0.1 alone, and `localhost` is the same host.
#[test]
fn localhost_is_loopback() {
    let sandbox = Sandbox::start("--backups 3");
    let endpoint = sandbox.endpoint().replace("127.0.0.1", "localhost");
    list("--endpoint").arg(endpoint).run();
    assert_eq!(sandbox.requests().len(), 1);
}

/// Users of the vendor's SDK set the endpoint of a region in a variable or a file.
#[test]
fn a_region_can_have_a_custom_endpoint() {
    let sandbox = Sandbox::start("--backups 3");
    let here = sandbox.endpoint();
    let (name, file) = ("HUAWEICLOUD_SDK_REGION_CBR_MARS_1", ".huaweicloud/regions.yaml");
    let text = |endpoint: &str| format!("cbr:\n- id: mars-1\n  endpoint: {endpoint}\n");
    let mars = || list("--region mars-1");
    mars().env(name, &here).run();
    mars().file(file, &text(&here)).run();
    mars().file("f", &text(&here)).env("HUAWEICLOUD_SDK_REGIONS_FILE", "f").run();
    mars().env(name, &here).file(file, "[broken").run();
    // An endpoint for this run overrides them.
    mars().env(name, "nowhere").args(["--endpoint", &here]).run();
    assert_eq!(sandbox.requests().len(), 5);

    let expected = [name, "`http://cbr.example.com` would send credentials unencrypted"];
    mars().env(name, "http://cbr.example.com").exit(2).stderr_holds(expected).run();
    let expected = ["~/.huaweicloud/regions.yaml is not a URL"];
    mars().file(file, &text("nowhere")).exit(2).stderr_holds(expected).run();
    let expected = ["~/.huaweicloud/regions.yaml: not YAML", "fix that file, or give --endpoint"];
    mars().file(file, "[broken").exit(2).stderr_holds(expected).run();
}
