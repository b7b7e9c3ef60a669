//! Each fault, over a real socket.

use super::*;

#[tokio::test]
async fn each_fault_has_its_effect() {
    let sandbox = Sandbox::start(&[
        "--backups=200",
        "--fault=429=7@1",
        "--fault=auth500@2",
        "--fault=reset@3",
        "--fault=redirect=http://example.invalid/@4",
        "--fault=html@5",
        "--fault=nested@6",
        "--fault=huge=3MB@7",
        "--fault=gzip-bomb=5MB@8",
        "--fault=truncate@9",
        "--fault=invalid-json@10",
        "--fault=invalid-utf8@11",
        "--fault=gzip-broken@12",
        "--fault=count=5@13",
        "--fault=drip=1ms@14",
        "--fault=hang@15",
        "--fault=401@16",
    ])
    .await;
    let list = "backups?limit=100";

    let response = sandbox.get(list).await.unwrap();
    assert_eq!(header(response.headers(), "retry-after"), "7");
    let body: Value = json_of(response).await;
    assert_eq!(body["error_code"], "APIGW.0308");
    assert!(body["error_msg"].as_str().unwrap().ends_with("limit:60,time:1 minute"), "{body}");

    let (status, body) = sandbox.json(list).await;
    assert_eq!((status, &body["error_code"]), (500, &json!("BackupService.9998")));

    assert!(sandbox.get(list).await.unwrap_err().is_request());

    let response = sandbox.get(list).await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(header(response.headers(), "location"), "http://example.invalid/");

    let page = sandbox.get(list).await.unwrap().text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));

    let deep = sandbox.get(list).await.unwrap().bytes().await.unwrap();
    assert_eq!(deep.iter().filter(|byte| **byte == b'[').count(), 100_000);

    let huge = sandbox.get(list).await.unwrap().bytes().await.unwrap();
    assert_eq!(huge.len(), 3_000_000);
    let huge: Value = serde_json::from_slice(&huge).unwrap();
    assert!(huge["backups"].as_array().unwrap().len() > 1000);

    let bomb = sandbox.get(list).await.unwrap();
    assert_eq!(header(bomb.headers(), "content-encoding"), "gzip");
    let bomb = inflated(&bomb.bytes().await.unwrap()).unwrap();
    assert!(bomb.len() > 5_000_000);
    assert_eq!(serde_json::from_slice::<Value>(&bomb).unwrap()["backups"], json!([]));

    let truncated = sandbox.get(list).await.unwrap();
    assert!(truncated.content_length().unwrap() > 50_000);
    assert!(truncated.bytes().await.is_err());

    let invalid = sandbox.get(list).await.unwrap().bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&invalid).unwrap_err().is_eof());

    let invalid = sandbox.get(list).await.unwrap().bytes().await.unwrap();
    assert!(std::str::from_utf8(&invalid).is_err());
    assert!(serde_json::from_str::<Value>(&String::from_utf8_lossy(&invalid)).is_ok());

    let broken = sandbox.get(list).await.unwrap();
    assert_eq!(header(broken.headers(), "content-encoding"), "gzip");
    assert!(inflated(&broken.bytes().await.unwrap()).is_err());

    assert_eq!(sandbox.json(list).await.1["count"], 5);

    let begin = Instant::now();
    let dripping = sandbox.get("backups?limit=1").await.unwrap();
    assert_eq!(json_of(dripping).await["count"], 200);
    assert!(begin.elapsed() > Duration::from_millis(500));

    let wait = Duration::from_millis(100);
    assert!(tokio::time::timeout(wait, sandbox.get(list)).await.is_err());

    assert_eq!(sandbox.json(list).await.0, 401);
    assert_eq!(sandbox.json(list).await.0, 200);
}
