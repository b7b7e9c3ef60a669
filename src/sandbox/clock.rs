//! Points in time as microseconds since 1970, and the formats in which CBR writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Microseconds since 1970, UTC.
pub(super) type Micros = i64;

pub(super) const MILLISECOND: Micros = 1_000;
pub(super) const SECOND: Micros = 1_000_000;
pub(super) const DAY: Micros = 86_400 * SECOND;

/// Format of the times in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `2020-02-21T07:00:54.065135`: no zone, six digits, and no fraction at all on a whole second.
    Zoneless,
    /// `2020-02-21T07:00:54.065+00:00`.
    Offset,
}

/// Parses the only format documented for input: `2018-02-01T12:00:00Z`.
pub(super) fn parse(text: &str) -> Option<Micros> {
    const FORM: &str = "2018-02-01T12:00:00Z";
    if text.len() != FORM.len() {
        return None;
    }
    let time = DateTime::strptime("%Y-%m-%dT%H:%M:%SZ", text).ok()?;
    Some(Offset::UTC.to_timestamp(time).ok()?.as_microsecond())
}

/// Appends a time. Written digit by digit, since a list of a million records has four million.
pub(super) fn write(time: Micros, form: Form, out: &mut Vec<u8>) {
    let timestamp = Timestamp::from_microsecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
    let utc = Offset::UTC.to_datetime(timestamp);
    let fraction = time.rem_euclid(SECOND);
    let mut text = *b"0000-00-00T00:00:00.000000";
    digits(utc.year().into(), &mut text[0..4]);
    digits(utc.month().into(), &mut text[5..7]);
    digits(utc.day().into(), &mut text[8..10]);
    digits(utc.hour().into(), &mut text[11..13]);
    digits(utc.minute().into(), &mut text[14..16]);
    digits(utc.second().into(), &mut text[17..19]);
    digits(fraction as i32, &mut text[20..26]);
    match form {
        Form::Zoneless if fraction == 0 => out.extend_from_slice(&text[..19]),
        Form::Zoneless => out.extend_from_slice(&text),
        Form::Offset => {
            out.extend_from_slice(&text[..23]);
            out.extend_from_slice(b"+00:00");
        }
    }
}

/// Writes a number into a field, with leading zeros.
fn digits(mut number: i32, field: &mut [u8]) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_written() {
        for (time, form, text) in [
            (1_582_268_454_065_135, Form::Zoneless, "2020-02-21T07:00:54.065135"),
            (1_582_268_454_000_000, Form::Zoneless, "2020-02-21T07:00:54"),
            (1_582_268_454_000_900, Form::Zoneless, "2020-02-21T07:00:54.000900"),
            (1_582_268_454_065_135, Form::Offset, "2020-02-21T07:00:54.065+00:00"),
            (1_582_268_454_000_000, Form::Offset, "2020-02-21T07:00:54.000+00:00"),
        ] {
            let mut out = Vec::new();
            write(time, form, &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn only_the_documented_format_is_parsed() {
        assert_eq!(parse("2020-02-21T07:00:54Z"), Some(1_582_268_454_000_000));
        for text in [
            "",
            "2020-02-21",
            "2020-02-21T07:00:54",
            "2020-02-21T07:00:54z",
            "2020-02-30T07:00:54Z",
            "2020-02-21T25:00:54Z",
            "2020-02-21 07:00:54Z",
            "2020-02-21T07:00:54.5Z",
            "2020-02-21T07:00:54+00:00",
            "1582268454",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
