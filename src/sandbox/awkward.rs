//! Backups with data that has broken clients. Their numbers are 10 to 200, so that small accounts
//! have them too, and the first rows look normal.

/// Backup with an undocumented status.
pub(super) const UNKNOWN_STATUS: u32 = 173;

/// Backup with null in every field that was ever null, also "required" ones.
pub(super) const NULLS: u32 = 191;

/// Backup with undocumented fields, whose values a careless parser changes.
pub(super) const UNKNOWN_FIELDS: u32 = 181;

/// Backup whose description has every character that JSON escapes.
pub(super) const DESCRIPTION: u32 = 157;

/// Awkward names, by the number of their backup.
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

/// Name of the maximum length: 255 characters, many of them two cells wide.
const LONG: &str = "每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_每周全量备份_\
                    every-week-every-week-every-week-every-week-every-week-every-week-every-week-\
                    every-week-every-week-every-week-every-week-every-week-every-week-every-week-\
                    every-week-every-";

/// Highest number of an awkward backup.
const LAST: u32 = 200;

/// Returns the name of an awkward backup.
pub(super) fn name(number: u32) -> Option<&'static str> {
    if number > LAST {
        return None;
    }
    NAMES.iter().find(|(at, _)| *at == number).map(|(_, name)| *name)
}

/// Returns true if the backup must be written with every key.
pub(super) fn is_full(number: u32) -> bool {
    [UNKNOWN_STATUS, NULLS, UNKNOWN_FIELDS, DESCRIPTION].contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_10_to_200_and_names_fit_the_limit() {
        for (at, name) in NAMES {
            assert!((10..=LAST).contains(&at), "{name}");
            assert!(name.chars().count() <= 255, "{name}");
        }
        assert_eq!(LONG.chars().count(), 255);
    }
}
