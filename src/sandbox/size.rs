//! Sizes as they are written in flags: a whole number and a unit.

/// Parses a number of bytes: `1000`, `64KB`, `500MB`, `2GB`, `16MiB`.
pub(super) fn parse(text: &str) -> Result<u64, String> {
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
    fn sizes() {
        let cases =
            [("1000", 1_000), ("64KB", 64_000), ("500MB", 500_000_000), ("16MiB", 16 << 20)];
        for (text, bytes) in cases {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "1TB", "1e9", "99999999999GB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
