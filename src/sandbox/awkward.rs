//! Backups with data that broke clients. They follow the first ten, and are within the first few
//! hundred, so that a small account has them all.

/// A status that is in no list of statuses.
pub(super) const UNKNOWN_STATUS: u32 = 173;

/// Everything that was ever seen as null is null, also in keys that are "required".
pub(super) const NULLS: u32 = 191;

/// Fields that no document knows, with values that lose something in a careless parser.
pub(super) const UNKNOWN_FIELDS: u32 = 181;

/// A description with every character that JSON escapes.
pub(super) const DESCRIPTION: u32 = 157;

/// Names and their numbers.
const NAMES: [(u32, &str); 20] = [
    (11, "夜间备份_核心数据库"),
    (17, "🚀 release 👩‍👩‍👧 🇨🇳"),
    (23, "nightly, \"gold\" copy"),
    (29, "first line\nsecond line"),
    (41, "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}"),
    (53, "invoice\u{202e}gpj.exe\u{202c}"),
    (67, "=HYPERLINK(\"http://example.invalid/\",\"open\")"),
    (73, "+49 30 1234"),
    (79, "-2+3"),
    (83, "@SUM(A1:A9)"),
    (97, "\tleading tab and trailing space "),
    (103, "carriage\r\nreturn"),
    (109, ""),
    (113, "e\u{301}te\u{301} à la carte"),
    (127, "نسخة احتياطية 12"),
    (131, "C:\\backup\\'daily' $(id) `id` %PATH%"),
    (139, "zero\u{200b}width\u{feff} and \u{2028} separator"),
    (149, "nul\u{0} del\u{7f} c1\u{9b}31m"),
    (163, LONG),
    (167, "null"),
];

/// As long as a name may be: 255 characters, many of them two cells wide.
const LONG: &str = "每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_\
                    every-week-every-week-every-week-every-week-every-week-every-week-every-week-\
                    every-week-every-week-every-week-every-week-every-week-every-week-every-week-\
                    every-week-every-";

/// No awkward backup has a higher number.
const LAST: u32 = 200;

/// The name of an awkward backup.
pub(super) fn name(number: u32) -> Option<&'static str> {
    if number > LAST {
        return None;
    }
    NAMES.iter().find(|(at, _)| *at == number).map(|(_, name)| *name)
}

/// Whether the backup must be written with every key.
pub(super) fn is_full(number: u32) -> bool {
    [UNKNOWN_STATUS, NULLS, UNKNOWN_FIELDS, DESCRIPTION].contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_behind_the_first_ten() {
        for (at, name) in NAMES {
            assert!((10..=LAST).contains(&at), "{name}");
            assert!(name.chars().count() <= 255, "{name}");
        }
        assert_eq!(LONG.chars().count(), 255);
    }
}
