//! Each region leads to the host of its cloud.

use crate::harness::{Answer, Service, cbr};

/// Regions of Huawei Cloud, at `cbr.REGION.myhuaweicloud.com`.
const HUAWEI_CLOUD: &str = "
    cn-north-1 cn-north-2 cn-north-4 cn-north-9 cn-north-11 cn-north-12 cn-east-2 cn-east-3 cn-east-4
    cn-east-5 cn-south-1 cn-south-2 cn-south-4 cn-southwest-2 cn-southwest-3 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 af-south-1 af-north-1 sa-brazil-1
    la-north-2 la-south-2 na-mexico-1 tr-west-1 me-east-1 ru-northwest-2";

/// Regions of its sister clouds.
const OTHERS: [(&str, &str); 8] = [
    ("eu-west-101", "cbr.eu-west-101.myhuaweicloud.eu"),
    ("eu-de", "cbr.eu-de.otc.t-systems.com"),
    ("eu-nl", "cbr.eu-nl.otc.t-systems.com"),
    ("eu-ch2", "cbr.eu-ch2.sc.otc.t-systems.com"),
    ("eu-west-0", "cbr.eu-west-0.prod-cloud-ocb.orange-business.com"),
    ("ae-ad-1", "cbr.ae-ad-1.g42cloud.com"),
    ("my-kualalumpur-1", "cbr.my-kualalumpur-1.alphaedge.tmone.com.my"),
    ("ru-moscow-1", "cbr.ru-moscow-1.hc.sbercloud.ru"),
];

/// A proxy receives the host of each connection and refuses it.
#[test]
fn each_region_has_its_host() {
    let proxy = Service::start(|_, _| Answer::new(403, ""));
    let huawei = HUAWEI_CLOUD.split_whitespace();
    let huawei = huawei.map(|region| (region, format!("cbr.{region}.myhuaweicloud.com")));
    let others = OTHERS.into_iter().map(|(region, host)| (region, host.to_owned()));
    let regions: Vec<_> = huawei.chain(others).collect();
    for (number, (region, host)) in regions.iter().enumerate() {
        let list = cbr("backups list --retries 0 --project-id p").with_key();
        let list = list.env("HTTPS_PROXY", proxy.endpoint());
        // By flag and by variable in turn.
        let list = match number % 2 {
            0 => list.args(["--region", region]),
            _ => list.env("CBR_REGION", region),
        };
        list.exit(5).stderr_holds(["it does not connect to the service"]).run();
        let asked = proxy.received().pop().unwrap().line;
        assert_eq!(asked, format!("CONNECT {host}:443"), "{region}");
    }
    assert_eq!(proxy.received().len(), regions.len());
}
