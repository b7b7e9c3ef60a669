//! Third-party clients: requests are signed as the vendor's SDK signs them, and the sandbox serves
//! that SDK and OpenStack's client.

use serde_json::{Value, json};

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, PROJECT_ID, Received, SECRET_KEY, SECURITY_TOKEN, Sandbox, Service,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, openstack, sdk,
};

/// Signs each request again: method and path as received, the query decoded, the signed headers.
/// Prints the headers of the SDK.
const SIGN: &str = r#"
import json, sys, urllib.parse
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

def sign(one):
    path, _, query = one["target"].partition("?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    request = SdkRequest(method=one["method"], resource_path=path, query_params=pairs,
                         header_params=dict(one["headers"]), body="")
    Signer(BasicCredentials(one["access_key"], one["secret_key"], "p")).sign(request)
    return [request.uri, request.header_params["Authorization"]]

json.dump([sign(one) for one in json.load(sys.stdin)], sys.stdout)
"#;

/// Returns the input for the SDK from a request, and the expected output.
fn as_sent(request: &Received, secret_key: &str) -> (Value, Value) {
    let (method, target) = request.line.split_once(' ').unwrap();
    let authorization = request.header("authorization").unwrap();
    let part = |name: &str| {
        let rest = authorization.split_once(name).unwrap().1;
        rest.split(',').next().unwrap().to_owned()
    };
    let signed = part("SignedHeaders=");
    let headers = signed.split(';').map(|name| json!([name, request.header(name).unwrap()]));
    let given = json!({
        "method": method, "target": target, "headers": headers.collect::<Vec<_>>(),
        "access_key": part("Access="), "secret_key": secret_key,
    });
    (given, json!([target, authorization]))
}

#[test]
fn requests_are_signed_as_the_vendors_sdk_signs_them() {
    let service = Service::start(|_, _| Answer::page(&[], "0"));
    let key = |args: &[&str]| service.cbr("backups list").args(args).with_key();
    let temporary = |run: Cbr| {
        run.env("HW_ACCESS_KEY", TEMPORARY_ACCESS_KEY)
            .env("HW_SECRET_KEY", TEMPORARY_SECRET_KEY)
            .env("HW_SECURITY_TOKEN", SECURITY_TOKEN)
    };
    // Other characters of base64, which a token may contain.
    let other = "sandbox-token/with+signs==";
    let awkward = r#"a b+c%d&e=f/g?h#i;j:k,l~m*n'o(p)!q$r@s[t]{u}|v\w^x`y"z<>-_."#;
    let runs = [
        (key(&[]), SECRET_KEY),
        (key(&["--name", awkward]), SECRET_KEY),
        (key(&["--name", "%2F%20+%%", "--resource-name", "/a/../b//"]), SECRET_KEY),
        (key(&["--name", "夜间备份 ÄÖ 😀 e\u{301}", "--resource-az", "a:b"]), SECRET_KEY),
        (key(&["--status", "error,available,restoring"]), SECRET_KEY),
        (
            key(&["--since", "2026-11-01", "--until", "2026-11-02T00:00:00Z", "--page-size", "7"]),
            SECRET_KEY,
        ),
        (key(&["--resource-type", "server", "--show-replication", "--offset", "3"]), SECRET_KEY),
        (temporary(service.cbr("backups list --name").arg(awkward)), TEMPORARY_SECRET_KEY),
        (
            service
                .cbr("backups list --sort created_at:asc")
                .env("CBR_ACCESS_KEY", "A")
                .secret("CBR_SECRET_KEY", "s/e+c=r")
                .secret("CBR_SECURITY_TOKEN", other),
            "s/e+c=r",
        ),
    ];
    let number = runs.len();
    let mut cases = Vec::new();
    for (run, secret_key) in runs {
        let before = service.received().len();
        run.run();
        let received = service.received();
        cases.extend(received[before..].iter().map(|request| as_sent(request, secret_key)));
    }
    assert!(cases.len() >= number, "{}", cases.len());
    let (given, sent): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let Some(said) = sdk(SIGN, &json!(given).to_string()) else { return };
    let said: Vec<Value> = serde_json::from_str(&said).unwrap();
    assert_eq!(said, sent);
}

/// Lists page by page, as users of the SDK do.
const LIST: &str = r#"
import json, sys
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcbr.v1 import CbrClient, ListBackupsRequest

given = json.load(sys.stdin)
credentials = BasicCredentials(given["access_key"], given["secret_key"], given["project_id"])
client = CbrClient.new_builder().with_credentials(credentials).with_endpoint(given["endpoint"]).build()
request = ListBackupsRequest(resource_type="OS::Nova::Server", sort="created_at:desc,id:desc", limit=60)
ids = []
while True:
    request.offset = len(ids)
    page = client.list_backups(request)
    ids += [backup.id for backup in page.backups]
    if len(ids) >= page.count:
        break
json.dump(ids, sys.stdout)
"#;

#[test]
fn the_vendors_sdk_lists_the_sandbox_as_cbr_does() {
    let sandbox = Sandbox::start("");
    let given = json!({
        "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "project_id": PROJECT_ID,
        "endpoint": sandbox.endpoint(),
    });
    let Some(said) = sdk(LIST, &given.to_string()) else { return };
    let ids: Vec<String> = serde_json::from_str(&said).unwrap();
    assert_eq!(ids.len(), 150);
    let run = sandbox.cbr("backups list --resource-type server -o json").with_key().run().json();
    let ours = run.as_array().unwrap().iter().map(|backup| backup["id"].as_str().unwrap());
    assert_eq!(ids, ours.collect::<Vec<_>>());
}

/// Filters, shows, and reads vaults, tasks and policies. Typed, so each field must have its type.
const READ: &str = r#"
import json, sys
from huaweicloudsdkcore.auth.credentials import BasicCredentials
import huaweicloudsdkcbr.v1 as cbr

given = json.load(sys.stdin)
credentials = BasicCredentials(given["access_key"], given["secret_key"], given["project_id"])
client = cbr.CbrClient.new_builder().with_credentials(credentials).with_endpoint(given["endpoint"]).build()
page = client.list_backups(cbr.ListBackupsRequest(
    status="available", resource_type="OS::Nova::Server", show_replication=True, limit=5))
first = page.backups[0]
shown = client.show_backup(cbr.ShowBackupRequest(backup_id=first.id)).backup
vaults = client.list_vault(cbr.ListVaultRequest())
tasks = client.list_op_logs(cbr.ListOpLogsRequest(limit=5))
policies = client.list_policies(cbr.ListPoliciesRequest())
json.dump({
    "rows": len(page.backups),
    "states": sorted({backup.status for backup in page.backups}),
    "types": sorted({backup.resource_type for backup in page.backups}),
    "same": [shown.id == first.id, shown.created_at == first.created_at],
    "vaults": len(vaults.vaults) == vaults.count > 0,
    "tasks": len(tasks.operation_logs),
    "policies": len(policies.policies) > 0,
}, sys.stdout)
"#;

#[test]
fn the_vendors_sdk_filters_shows_and_reads_other_sources() {
    let sandbox = Sandbox::start("");
    let given = json!({
        "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "project_id": PROJECT_ID,
        "endpoint": sandbox.endpoint(),
    });
    let Some(said) = sdk(READ, &given.to_string()) else { return };
    let said: Value = serde_json::from_str(&said).unwrap();
    let expected = json!({
        "rows": 5, "states": ["available"], "types": ["OS::Nova::Server"], "same": [true, true],
        "vaults": true, "tasks": 5, "policies": true,
    });
    assert_eq!(said, expected);
}

#[test]
fn openstacks_client_lists_with_a_password_and_with_a_token() {
    // Installs the client, which can take minutes, before the sandbox runs.
    if openstack(&[], &["--version"]).is_none() {
        return;
    }
    let sandbox = Sandbox::start("--backups 20");
    let url = format!("{}/v3", sandbox.endpoint());
    let place = [
        ("OS_AUTH_URL", url.as_str()),
        ("OS_PROJECT_NAME", "sandbox-1"),
        ("OS_PROJECT_DOMAIN_NAME", "sandbox-account"),
        ("OS_REGION_NAME", "sandbox-1"),
        ("OS_IDENTITY_API_VERSION", "3"),
    ];
    let password = [
        ("OS_USERNAME", "sandbox-user"),
        ("OS_USER_DOMAIN_NAME", "sandbox-account"),
        ("OS_PASSWORD", "sandbox-password-that-is-not-a-secret"),
    ];
    let token = [("OS_AUTH_TYPE", "token"), ("OS_TOKEN", "sandbox-token-that-is-not-a-secret")];
    let ours = sandbox.cbr("backups list -o ids").with_key().run();
    let mut ours: Vec<_> = ours.lines().into_iter().map(str::to_owned).collect();
    ours.sort();
    assert_eq!(ours.len(), 20);
    for credentials in [&password[..], &token] {
        let variables = [&place[..], credentials].concat();
        let args = ["cbr", "backup", "list", "-f", "json"];
        let Some(said) = openstack(&variables, &args) else { return };
        let rows: Vec<Value> = serde_json::from_str(&said).unwrap();
        let ids = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned());
        let mut ids: Vec<_> = ids.collect();
        ids.sort();
        assert_eq!(ids, ours);
    }
}
