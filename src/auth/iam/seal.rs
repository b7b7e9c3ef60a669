//! A kept token is sealed with the password that it was given for: the file is worth nothing to whoever
//! finds it without the password, and a wrong password is never let through by a token that is still good.
//!
//! AES-256-GCM under a key that PBKDF2 makes of the password.

use std::num::NonZeroU32;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::text::secret::Secret;

const SALT_LEN: usize = 16;

/// As many as take about as long as a request on a good network: what a thief has to do for each guess,
/// and the user once a run.
const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();

/// The text, for those who know the password only. `what` says what it belongs to, and has to be the same
/// to open it.
pub(super) fn seal(password: &Secret, what: &[u8], text: &Secret) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let mut sealed = vec![0; SALT_LEN + NONCE_LEN];
    random.fill(&mut sealed).ok()?;
    let (salt, nonce) = sealed.split_at(SALT_LEN);
    let (key, nonce) = (key(password, salt)?, Nonce::try_assume_unique_for_key(nonce).ok()?);
    let mut bytes = text.reveal().as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(what), &mut bytes).ok()?;
    sealed.extend(bytes);
    Some(sealed)
}

/// What was sealed; `None` if password or `what` are others, or the bytes were changed.
pub(super) fn open(password: &Secret, what: &[u8], sealed: &[u8]) -> Option<Secret> {
    let (salt, rest) = sealed.split_at_checked(SALT_LEN)?;
    let (nonce, bytes) = rest.split_at_checked(NONCE_LEN)?;
    let (key, nonce) = (key(password, salt)?, Nonce::try_assume_unique_for_key(nonce).ok()?);
    let mut bytes = bytes.to_vec();
    let text = key.open_in_place(nonce, Aad::from(what), &mut bytes).ok()?;
    String::from_utf8(text.to_vec()).ok().map(Secret::new)
}

fn key(password: &Secret, salt: &[u8]) -> Option<LessSafeKey> {
    let mut key = [0; 32];
    let password = password.reveal().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, password, &mut key);
    UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_opens_the_same_thing() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let sealed = seal(&secret("p"), b"n", &secret("token")).unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        assert_eq!(open(&secret("p"), b"n", &sealed), Some(secret("token")));
        assert_eq!(open(&secret("q"), b"n", &sealed), None);
        assert_eq!(open(&secret("p"), b"m", &sealed), None);
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&secret("p"), b"n", &changed), None);
        for length in [0, SALT_LEN, SALT_LEN + NONCE_LEN] {
            assert_eq!(open(&secret("p"), b"n", &sealed[..length]), None, "{length}");
        }
        let again = seal(&secret("p"), b"n", &secret("token")).unwrap();
        assert_ne!(again, sealed, "no salt is used twice");
    }
}
