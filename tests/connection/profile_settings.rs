//! Settings of config.toml other than credentials: the time limit of a command, and identity hosts
//! that the user trusts.

use crate::harness::{Cbr, PASSWORD, PROJECT_ID, Sandbox, USER_ID};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";
const OWN: &str = ".config/cbr/config.toml";
const CLOUDS: &str = ".config/openstack/clouds.yaml";

/// The time limit covers the whole run: a command for credentials may wait for input that never
/// comes.
#[test]
fn the_credential_command_counts_toward_the_time_limit() {
    let own = "[profiles.p]\ncredential_command = ['/bin/sleep', '60']\n";
    let expected = "cbr: error: ~/.config/cbr/config.toml [profiles.p] credential_command: did not end \
                within 0.3 s, which is all of --timeout\n\
                cbr: hint: allow more time with --timeout, or run the command by itself to see \
                what it waits for\n";
    let sandbox = Sandbox::start("--backups 3");
    let started = std::time::Instant::now();
    let run = sandbox.cbr(LIST).private_file(OWN, own).args(["--timeout", "300ms"]);
    run.exit(5).stderr(expected).run();
    assert!(started.elapsed().as_secs() < 20);
    let longer = own.to_owned() + "credential_timeout = '200ms'\n";
    let run = sandbox.cbr(LIST).private_file(OWN, &longer).args(["--timeout", "1m"]);
    run.exit(2)
        .stderr_holds(["did not end within 0.2 s; credential_timeout gives it more time"])
        .run();
}

/// A private cloud is trusted if its user names its identity host, in any profile.
#[test]
fn a_profile_can_set_the_identity_host() {
    let sandbox = Sandbox::start("--backups 3");
    let endpoint = sandbox.endpoint();
    let own =
        format!("[profiles.a]\niam_endpoint = '{endpoint}'\n[profiles.b]\nregion = 'eu-de'\n");
    let login = |run: Cbr| {
        let run = run.env("OS_AUTH_URL", format!("{endpoint}/v3")).env("OS_USER_ID", USER_ID);
        run.env("OS_PASSWORD", PASSWORD).env("OS_PROJECT_ID", PROJECT_ID)
    };
    login(sandbox.cbr(LIST)).private_file(OWN, &own).run();
    login(sandbox.cbr(LIST))
        .exit(2)
        .stderr_holds(["OS_AUTH_URL leads to another cloud (127.0.0.1)"])
        .run();
    let cloud = format!(
        "clouds: {{c: {{auth: {{auth_url: '{endpoint}/v3', user_id: '{USER_ID}', password: \
         '{PASSWORD}', tenant_id: '{PROJECT_ID}'}}}}}}"
    );
    let run = || sandbox.cbr(LIST).file(CLOUDS, &cloud);
    run().private_file(OWN, &own).run();
    run().env("CBR_IAM_ENDPOINT", &endpoint).run();
    run().exit(2).stderr_holds(["its auth_url leads to another cloud (127.0.0.1)"]).run();
}
