//! Durations and sizes as they are written in flags: a whole number and a unit.

use std::time::Duration;

/// Parses `50ms`, `1s`, `2m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a duration is a whole number and ms, s, m or h, such as 50ms".to_owned()),
    };
    Ok(Duration::from_millis(scaled(number, milliseconds)?))
}

/// Parses a number of bytes: `1000`, `64KB`, `500MB`, `2GB`, `16MiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let bytes = match unit {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err("a size is a whole number and KB, MB or GB, such as 500MB".to_owned()),
    };
    scaled(number, bytes)
}

/// Splits where the digits end.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn scaled(number: &str, factor: u64) -> Result<u64, String> {
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| format!("`{number}` is not a number that makes sense here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [("50ms", 50), ("1s", 1_000), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "5", "s", "-1s", "1.5s", "1 s", "1d", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        let cases =
            [("1000", 1_000), ("64KB", 64_000), ("500MB", 500_000_000), ("16MiB", 16 << 20)];
        for (text, bytes) in cases {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "1TB", "1e9", "99999999999GB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
