//! Requests to the backups API: `ListBackups` and `ShowBackup`.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::value::RawValue;

use super::body::{Body, BufferPool};
use super::client::{Client, Pair, RequestSpec, UnsentRequest};
use super::error::ApiError;
use super::page::read_page;
use super::{clock, sign};
use crate::listing::{Order, Page, PageRequest, Source};
use crate::record::row::Rows;
use crate::record::target::TargetTag;

/// The backups of a project that match some filters.
pub(crate) struct Backups {
    client: Arc<Client>,
    filters: Vec<Pair>,
    order: Order,
    /// Target to add to each row.
    tag: Option<Arc<TargetTag>>,
}

/// The answer to `GET /v3/{project_id}/backups/{backup_id}`.
#[derive(Deserialize)]
struct ShowAnswer<'a> {
    #[serde(borrow)]
    backup: &'a RawValue,
}

impl Backups {
    /// Creates a source of the backups that match `filters`, in `order`.
    pub(crate) fn new(client: Arc<Client>, filters: Vec<Pair>, order: Order) -> Self {
        Self { client, filters, order, tag: None }
    }

    /// Adds a target to each row.
    pub(crate) fn tagged(self, tag: Option<Arc<TargetTag>>) -> Self {
        Self { tag, ..self }
    }

    /// Returns the request for one backup.
    pub(crate) fn show_request(id: &str) -> UnsentRequest {
        UnsentRequest { below: format!("/backups/{}", sign::encode(id)), pairs: Vec::new() }
    }

    /// Returns the request for a page of the backups that match `filters`, in `order`.
    pub(crate) fn page_request(
        filters: &[Pair],
        order: &Order,
        request: PageRequest,
    ) -> UnsentRequest {
        let mut pairs = filters.to_vec();
        pairs.push(("limit", request.limit.to_string()));
        pairs.push(("offset", request.offset.to_string()));
        pairs.push(("sort", order.to_string()));
        UnsentRequest { below: "/backups".to_owned(), pairs }
    }

    /// Requests up to `rows` of the newest backups, in one request.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub(crate) async fn newest<T: DeserializeOwned>(
        client: &Client,
        rows: u64,
    ) -> Result<Vec<T>, ApiError> {
        #[derive(Deserialize)]
        struct Answer<T> {
            backups: Vec<T>,
        }
        let request = PageRequest { offset: 0, limit: rows };
        let UnsentRequest { below, pairs } = Self::page_request(&[], &Order::default(), request);
        let read = |body: &Arc<Body>| serde_json::from_str::<Answer<T>>(body.text());
        Ok(client.get(&below, &pairs, read).await?.backups)
    }

    /// Requests the number of backups. Returns `None` if the service reports none, or contradicts
    /// it. A count of 1 is ignored too: a service that counts only the rows of the page reports the
    /// same.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub(crate) async fn count(&self) -> Result<Option<u64>, ApiError> {
        let page = self.page(PageRequest { offset: 0, limit: 1 }).await?;
        let rows = page.records.len() as u64;
        Ok(page.count.filter(|count| if rows == 0 { *count == 0 } else { *count > rows }))
    }

    /// Requests one backup by id, and returns its JSON unchanged.
    ///
    /// # Errors
    ///
    /// Those of the request; `BackupService.6200` if there is no such backup.
    pub(crate) async fn show(client: &Client, id: &str) -> Result<String, ApiError> {
        let UnsentRequest { below, pairs } = Self::show_request(id);
        client
            .get(&below, &pairs, |body| {
                let ShowAnswer { backup } = serde_json::from_str(body.text())?;
                if !backup.get().starts_with('{') {
                    return Err(serde_json::Error::custom("the backup is not an object"));
                }
                Ok(backup.get().to_owned())
            })
            .await
    }
}

/// Result of a request for one backup.
#[derive(Debug)]
pub(crate) struct Probe {
    /// Number of backups, if the service reports it.
    pub(crate) count: Option<u64>,
    /// Seconds by which this machine's clock is ahead of the service's, if known.
    pub(crate) clock_ahead: Option<i32>,
}

impl Probe {
    /// Requests one backup.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub(crate) async fn send(client: &Client) -> Result<Self, ApiError> {
        let pairs = [("limit", "1".to_owned())];
        let request = RequestSpec::get("/backups", &pairs);
        client
            .ask(&request, |body, headers| {
                let count = read_page(body, &Order::default())?.count;
                Ok(Self { count, clock_ahead: clock::ahead(headers) })
            })
            .await
    }
}

/// Returns rows with their target, in a reused buffer.
fn tagged(rows: &Rows, tag: &TargetTag) -> Rows {
    let buffers = BufferPool::of_process();
    // An empty buffer is valid text.
    let text = String::from_utf8(buffers.take(rows.tagged_length(tag))).unwrap_or_default();
    let (text, spans) = rows.tagged(tag, text);
    Rows::new(Arc::new(Body::new(text, buffers)), spans)
}

impl Source for Backups {
    type Rows = Rows;
    type Error = ApiError;

    async fn page(&self, request: PageRequest) -> Result<Page<Rows>, ApiError> {
        let UnsentRequest { below, pairs } =
            Self::page_request(&self.filters, &self.order, request);
        let read = |body: &Arc<Body>| {
            let page = read_page(body, &self.order)?;
            Ok(match &self.tag {
                Some(tag) => page.map(|rows| tagged(&rows, tag)),
                None => page,
            })
        };
        self.client.get(&below, &pairs, read).await
    }

    fn transient_failures(&self) -> u64 {
        self.client.transient_failures()
    }

    fn bytes(rows: &Rows) -> usize {
        rows.bytes()
    }
}
