//! Difference between this machine's clock and the service's. The service refuses signatures if
//! they differ by 15 minutes or more.

use std::time::SystemTime;

use reqwest::header::{DATE, HeaderMap};

/// Returns the seconds by which this machine's clock is ahead of the service's; negative if it is
/// behind. Precise to about 2 seconds if the answer has just arrived.
pub(crate) fn ahead(headers: &HeaderMap) -> Option<i32> {
    ahead_at(SystemTime::now(), headers.get(DATE)?.to_str().ok()?)
}

fn ahead_at(now: SystemTime, date: &str) -> Option<i32> {
    let date = httpdate::parse_http_date(date).ok()?;
    match now.duration_since(date) {
        Ok(ahead) => i32::try_from(ahead.as_secs()).ok(),
        Err(behind) => i32::try_from(behind.duration().as_secs()).ok().map(|behind| -behind),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_difference_of_the_clocks_has_a_sign() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let then = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let cases = [
            (then, date, Some(0)),
            (then + Duration::from_millis(900), date, Some(0)),
            (then + Duration::from_secs(1200), date, Some(1200)),
            (then - Duration::from_secs(1200), date, Some(-1200)),
            (then, "now", None),
        ];
        for (now, date, expected) in cases {
            assert_eq!(ahead_at(now, date), expected, "{date}");
        }
    }
}
