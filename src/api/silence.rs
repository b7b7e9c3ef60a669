//! Limit on the time without a byte of an answer.
//!
//! A connection can be dead without an error, for example after a router dropped its state. Only
//! silence shows that.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::error::ApiError;

/// Silence after which the user is notified.
const NOTICE: Duration = Duration::from_secs(10);

/// Limit on the time without a byte.
#[derive(Clone, Copy)]
pub(crate) struct Silence<'a> {
    limit: Duration,
    notify: &'a (dyn Fn(Duration) + Sync),
}

impl<'a> Silence<'a> {
    /// Creates a limit; `notify` is called after [`NOTICE`] without a byte.
    pub(crate) fn new(limit: Duration, notify: &'a (dyn Fn(Duration) + Sync)) -> Self {
        Self { limit, notify }
    }

    /// Waits for the next part of an answer.
    ///
    /// # Errors
    ///
    /// [`ApiError::TimedOut`] if it does not come within the limit.
    pub(crate) async fn wait_for<F: Future>(self, part: F) -> Result<F::Output, ApiError> {
        let mut part = pin!(part);
        let Some(rest) = self.limit.checked_sub(NOTICE).filter(|rest| !rest.is_zero()) else {
            return timeout(self.limit, part).await.map_err(|_| ApiError::TimedOut);
        };
        if let Ok(part) = timeout(NOTICE, &mut part).await {
            return Ok(part);
        }
        (self.notify)(NOTICE);
        timeout(rest, part).await.map_err(|_| ApiError::TimedOut)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::{Instant, sleep};

    use super::*;

    /// Paused time advances as soon as all tasks wait.
    #[tokio::test(start_paused = true)]
    async fn each_part_has_the_whole_limit() {
        // Limit, seconds until each part, number of notices, and time of giving up.
        let cases: [(u64, &[u64], u32, Option<u64>); 8] = [
            (30, &[0, 0], 0, None),
            (30, &[9, 9, 9, 9, 9], 0, None),
            (30, &[11, 9, 29], 2, None),
            (30, &[31], 1, Some(30)),
            (30, &[29, 29, 999], 3, Some(88)),
            (10, &[11], 0, Some(10)),
            (2, &[1, 3], 0, Some(3)),
            (120, &[119, 121], 2, Some(239)),
        ];
        for (limit, parts, notices, expected) in cases {
            let (count, start) = (AtomicU32::new(0), Instant::now());
            let notify = |_| {
                count.fetch_add(1, Ordering::Relaxed);
            };
            let silence = Silence::new(Duration::from_secs(limit), &notify);
            let mut given_up = None;
            for after in parts {
                let part = silence.wait_for(sleep(Duration::from_secs(*after))).await;
                if part.is_err() {
                    given_up = Some(start.elapsed().as_secs());
                    break;
                }
            }
            assert_eq!(given_up, expected, "{limit} {parts:?}");
            assert_eq!(count.into_inner(), notices, "{limit} {parts:?}");
        }
    }
}
