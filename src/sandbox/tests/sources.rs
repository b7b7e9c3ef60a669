//! Vaults, policies, protectable resources and tasks, over a real socket.

use super::*;

/// Path and key of each source.
const SOURCES: [(&str, &str); 4] = [
    ("vaults", "vaults"),
    ("policies", "policies"),
    ("operation-logs", "operation_logs"),
    ("protectables/server/instances", "instances"),
];

#[tokio::test]
async fn sources_are_served_to_the_project_and_its_credentials() {
    let sandbox = Sandbox::start(&["--backups=200", "--throttle=8/1h"]).await;
    for (path, key) in SOURCES {
        let (status, body) = sandbox.json(path).await;
        assert_eq!(status, 200, "{path} {body}");
        assert!(!body[key].as_array().unwrap().is_empty(), "{path}");
        let bare = client().get(sandbox.url(path)).send().await.unwrap();
        assert_eq!(bare.status(), 401, "{path}");
        let other = format!("http://{}/v3/other/{path}", sandbox.address);
        let other = sandbox.client.get(other).header("X-Auth-Token", TOKEN).send().await.unwrap();
        assert_eq!(other.status(), 403, "{path}");
        let posted = sandbox.client.post(sandbox.url(path)).send().await.unwrap();
        assert_eq!(posted.status(), 405, "{path}");
    }
    assert_eq!(sandbox.json("vaults").await.0, 429, "all sources share the rate");
}

#[tokio::test]
async fn invalid_parameters_of_sources_are_refused() {
    let sandbox = Sandbox::start(&["--backups=200"]).await;
    for (path, parameter) in [
        ("vaults?limit=1001", "limit"),
        ("policies?operation_type=x", "operation_type"),
        ("operation-logs?status=failed&status=skipped", "status"),
        ("protectables/server/instances?limit=51", "limit"),
        ("protectables/cluster/instances", "protectable_type"),
    ] {
        let (status, body) = sandbox.json(path).await;
        assert_eq!((status, &body["error_code"]), (400, &json!("BackupService.9900")), "{path}");
        assert_eq!(body["error_msg"], format!("Invalid {parameter} provided."), "{path}");
    }
}

#[tokio::test]
async fn faults_of_a_source_affect_its_requests_only() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let flags = [
        &format!("--log={}", log.display()),
        "--backups=200",
        "--source-fault=vaults=403@2",
        "--source-fault=policies=500",
        "--source-fault=operation-logs=truncate@1",
        "--source-fault=protectables=short@2",
    ];
    let sandbox = Sandbox::start(&flags).await;
    for expected in [200, 403, 200] {
        assert_eq!(sandbox.json("vaults").await.0, expected);
        assert_eq!(sandbox.json("policies").await.0, 500);
        assert_eq!(sandbox.json("backups?limit=1").await.0, 200);
    }
    assert!(sandbox.get("operation-logs").await.unwrap().bytes().await.is_err());
    assert_eq!(sandbox.json("operation-logs").await.0, 200);
    let servers = async || {
        let (_, body) = sandbox.json("protectables/server/instances").await;
        body["instances"].as_array().unwrap().len()
    };
    let all = servers().await;
    assert_eq!([servers().await, servers().await], [all / 2, all]);
    let faults = |path: &str| {
        let lines = read(&log).into_iter();
        let lines = lines.filter(|line| line["path"].as_str().unwrap().ends_with(path));
        lines.map(|line| line["faults"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(faults("/vaults"), [Value::Null, json!(["vaults=403"]), Value::Null]);
    assert_eq!(faults("/backups"), [Value::Null, Value::Null, Value::Null]);
}

/// The bound resources of the vaults are those of the list of backups, over all changes.
#[tokio::test]
async fn vaults_follow_the_changes_of_the_backups() {
    let flags = ["--backups=40", "--change=delete=0+30@2", "--epoch=2026-11-20"];
    let sandbox = Sandbox::start(&flags).await;
    let bound = async || {
        let (_, body) = sandbox.json("vaults?protect_type=backup").await;
        let vaults = body["vaults"].as_array().unwrap().iter();
        let resources = vaults.flat_map(|vault| vault["resources"].as_array().unwrap());
        let with_backups = resources.filter(|resource| resource["backup_count"] != 0);
        let ids = with_backups.map(|resource| resource["id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    for count in [40, 10] {
        let (_, body) = sandbox.json("backups").await;
        let backups = body["backups"].as_array().unwrap();
        assert_eq!(backups.len(), count);
        let ids = backups.iter().map(|backup| backup["resource_id"].as_str().unwrap().to_owned());
        let (listed, bound) = (ids.collect::<std::collections::BTreeSet<_>>(), bound().await);
        assert!(bound.is_subset(&listed));
        // One server is gone without a trace in the vaults.
        assert!(listed.difference(&bound).count() <= 1, "{listed:?} {bound:?}");
    }
}
