//! The service's clock, as far as its answers tell: a signature is refused where the clocks are 15 minutes
//! apart.

use std::time::SystemTime;

use jiff::SignedDuration;
use reqwest::header::{DATE, HeaderMap};

/// How far this machine's clock is ahead of the service's (behind, where it is negative), to a second or
/// two, as an answer tells that came just now.
pub(crate) fn ahead(headers: &HeaderMap) -> Option<SignedDuration> {
    ahead_at(SystemTime::now(), headers.get(DATE)?.to_str().ok()?)
}

fn ahead_at(now: SystemTime, date: &str) -> Option<SignedDuration> {
    let date = httpdate::parse_http_date(date).ok()?;
    let seconds = match now.duration_since(date) {
        Ok(ahead) => i64::try_from(ahead.as_secs()).ok()?,
        // Between two seconds this clock is behind by the part that a date leaves out.
        Err(behind) => -i64::try_from(behind.duration().as_secs()).ok()?,
    };
    Some(SignedDuration::from_secs(seconds))
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
            assert_eq!(ahead_at(now, date).map(|ahead| ahead.as_secs()), expected, "{date}");
        }
    }
}
