//! Ids in the form of a UUID.

/// 128 bits that are written as a UUID. The bits sort like the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Uuid(u128);

/// The bits of version 4 and variant 1, and their mask.
const VERSION: u128 = 0x4000_8000_0000_0000_0000;
const VERSION_MASK: u128 = 0xf000_c000_0000_0000_0000;

/// The bits between the variant and the part.
const LOW: u128 = (1 << 54) - 1;

/// The bits with the number of a part within its backup.
const PART_MASK: u128 = 0xff;

impl Uuid {
    pub(super) fn from_bits(bits: u128) -> Self {
        Self(bits & !VERSION_MASK | VERSION)
    }

    /// Returns the rank of a backup's id among all possible ones.
    pub(super) fn rank(self) -> u128 {
        let Self(bits) = self;
        (bits >> 80) << 66 | (bits >> 64 & 0xfff) << 54 | (bits >> 8 & LOW)
    }

    /// Returns the id of a backup with this rank.
    pub(super) fn at_rank(rank: u128) -> Self {
        Self((rank >> 66) << 80 | (rank >> 54 & 0xfff) << 64 | (rank & LOW) << 8 | VERSION)
    }

    /// Derives an id from a seed.
    pub(super) fn of(seed: u64) -> Self {
        let high = mix(seed);
        Self::from_bits(u128::from(high) << 64 | u128::from(mix(high)))
    }

    /// Returns the id of a part of this backup; part 0 is the backup itself.
    pub(super) fn part(self, part: u8) -> Self {
        Self(self.0 & !PART_MASK | u128::from(part))
    }

    /// Returns the number of the part that this id belongs to.
    pub(super) fn part_number(self) -> u8 {
        self.0.to_be_bytes()[15]
    }

    /// Returns the id of the backup that this part belongs to.
    pub(super) fn whole(self) -> Self {
        self.part(0)
    }

    /// Parses `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let groups: Vec<_> = text.split('-').collect();
        if groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12]) {
            return None;
        }
        let digits = groups.concat();
        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u128::from_str_radix(&digits, 16).ok().filter(|_| hex).map(Self)
    }

    /// Returns the text.
    pub(super) fn text(self) -> String {
        String::from_utf8_lossy(&self.digits()).into_owned()
    }

    pub(super) fn digits(self) -> [u8; 36] {
        let mut digits = [b'-'; 36];
        for (byte, at) in self.0.to_be_bytes().into_iter().zip(PLACES) {
            digits[at..at + 2].copy_from_slice(&HEX[usize::from(byte)]);
        }
        digits
    }
}

/// Position of the digits of each byte.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// The two digits of each byte.
static HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut hex = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        hex[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    hex
};

/// Scrambles 64 bits: the finalizer of SplitMix64, a bijection.
pub(super) fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_parsed_to_the_same_id() {
        for seed in 0..100 {
            let id = Uuid::of(seed);
            assert_eq!(Uuid::parse(&id.text()), Some(id));
            assert_eq!(Uuid::parse(&id.text().to_uppercase()), Some(id));
            assert_eq!(&id.text()[14..15], "4");
        }
    }

    #[test]
    fn text_sorts_like_the_bits() {
        for (a, b) in (0..100).zip(1..) {
            let (a, b) = (Uuid::of(a), Uuid::of(b));
            assert_eq!(a.cmp(&b), a.text().cmp(&b.text()));
        }
    }

    #[test]
    fn ranks_are_consecutive_and_sort_like_ids() {
        for seed in 0..100 {
            let (a, b) = (Uuid::of(seed).whole(), Uuid::of(seed + 1).whole());
            assert_eq!(Uuid::at_rank(a.rank()), a);
            assert_eq!(Uuid::at_rank(a.rank() + 1).rank(), a.rank() + 1);
            assert_eq!(a.cmp(&b), a.rank().cmp(&b.rank()));
        }
    }

    #[test]
    fn invalid_text_is_rejected() {
        for text in [
            "",
            "1",
            "b1c4afd9e7a648889010c2bac3aa7910",
            "b1c4afd9-e7a6-4888-9010-c2bac3aa791",
            "b1c4afd9-e7a6-4888-9010-c2bac3aa79100",
            "g1c4afd9-e7a6-4888-9010-c2bac3aa7910",
            "+1c4afd9-e7a6-4888-9010-c2bac3aa7910",
            "b1c4afd9-e7a64-888-9010-c2bac3aa7910",
            "备份4afd9-e7a6-4888-9010-c2bac3aa7910",
        ] {
            assert_eq!(Uuid::parse(text), None, "{text}");
        }
    }
}
