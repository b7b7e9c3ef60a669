//! The two calls that `cbr` makes, `ListBackups` and `ShowBackup`.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::value::RawValue;

use super::body::Body;
use super::client::{Client, Pair, RequestSpec, UnsentRequest};
use super::error::ApiError;
use super::page::{format_page, read_page};
use super::{clock, sign};
use crate::listing::{Order, Page, PageRequest, Source};
use crate::record::row::{RowFormat, Rows, Texts};

/// The backups of a project that match some filters.
pub(crate) struct Backups {
    client: Arc<Client>,
    filters: Vec<Pair>,
    order: Order,
}

/// The same in some format, in which they are brought right where they are read, while they are at hand.
pub(crate) struct FormattedBackups {
    backups: Backups,
    format: Arc<dyn RowFormat>,
}

/// The answer to `GET /v3/{project_id}/backups/{backup_id}`.
#[derive(Deserialize)]
struct ShowAnswer<'a> {
    #[serde(borrow)]
    backup: &'a RawValue,
}

impl Backups {
    /// Those that match `filters`, in `order`.
    pub(crate) fn new(client: Arc<Client>, filters: Vec<Pair>, order: Order) -> Self {
        Self { client, filters, order }
    }

    /// The same in a format.
    pub(crate) fn formatted(self, format: Arc<dyn RowFormat>) -> FormattedBackups {
        FormattedBackups { backups: self, format }
    }

    /// Asks for a page and reads it with `read`.
    async fn ask<P>(
        &self,
        ask: PageRequest,
        read: impl Fn(&Arc<Body>, &Order) -> Result<Page<P>, serde_json::Error>,
    ) -> Result<Page<P>, ApiError> {
        let UnsentRequest { below, pairs } = Self::page_draft(&self.filters, &self.order, ask);
        self.client.get(&below, &pairs, |body| read(body, &self.order)).await
    }

    /// The request for one backup.
    pub(crate) fn show_draft(id: &str) -> UnsentRequest {
        UnsentRequest { below: format!("/backups/{}", sign::encode(id)), pairs: Vec::new() }
    }

    /// The request for a page of those that match `filters`, in `order`.
    pub(crate) fn page_draft(filters: &[Pair], order: &Order, ask: PageRequest) -> UnsentRequest {
        let mut pairs = filters.to_vec();
        pairs.push(("limit", ask.limit.to_string()));
        pairs.push(("offset", ask.offset.to_string()));
        pairs.push(("sort", order.to_string()));
        UnsentRequest { below: "/backups".to_owned(), pairs }
    }

    /// The newest backups, in one request: as many as there are, up to `rows`.
    ///
    /// # Errors
    ///
    /// What the request came to.
    pub(crate) async fn newest<T: DeserializeOwned>(
        client: &Client,
        rows: u64,
    ) -> Result<Vec<T>, ApiError> {
        #[derive(Deserialize)]
        struct Answer<T> {
            backups: Vec<T>,
        }
        let ask = PageRequest { offset: 0, limit: rows };
        let UnsentRequest { below, pairs } = Self::page_draft(&[], &Order::default(), ask);
        let read = |body: &Arc<Body>| serde_json::from_str::<Answer<T>>(body.text());
        Ok(client.get(&below, &pairs, read).await?.backups)
    }

    /// How many there are, in one request: the service's word. `None` where it gives none, or one that its own
    /// answer does not bear out. A count of one is such a word, since a service that counts the rows of
    /// the page says the same.
    ///
    /// # Errors
    ///
    /// What the request came to.
    pub(crate) async fn count(&self) -> Result<Option<u64>, ApiError> {
        let page = self.page(PageRequest { offset: 0, limit: 1 }).await?;
        let rows = page.records.len() as u64;
        Ok(page.count.filter(|count| if rows == 0 { *count == 0 } else { *count > rows }))
    }

    /// One backup by id, as the service sent it.
    ///
    /// # Errors
    ///
    /// What the request came to; `BackupService.6200` if there is no such backup.
    pub(crate) async fn show(client: &Client, id: &str) -> Result<String, ApiError> {
        let UnsentRequest { below, pairs } = Self::show_draft(id);
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

/// What the cheapest of listings told.
#[derive(Debug)]
pub(crate) struct Probe {
    /// How many backups there are, if the service says so.
    pub(crate) count: Option<u64>,
    /// How many seconds this machine's clock is ahead of the service's, if it tells.
    pub(crate) clock_ahead: Option<i32>,
}

impl Probe {
    /// Asks for one backup.
    ///
    /// # Errors
    ///
    /// What the request came to.
    pub(crate) async fn send(client: &Client) -> Result<Self, ApiError> {
        let pairs = [("limit", "1".to_owned())];
        let call = RequestSpec::get("/backups", &pairs);
        client
            .ask(&call, |body, headers| {
                let count = read_page(body, &Order::default())?.count;
                Ok(Self { count, clock_ahead: clock::ahead(headers) })
            })
            .await
    }
}

impl Source for Backups {
    type Rows = Rows;
    type Error = ApiError;

    async fn page(&self, ask: PageRequest) -> Result<Page<Rows>, ApiError> {
        self.ask(ask, read_page).await
    }

    fn transient_failures(&self) -> u64 {
        self.client.transient_failures()
    }
}

impl Source for FormattedBackups {
    type Rows = Texts;
    type Error = ApiError;

    async fn page(&self, ask: PageRequest) -> Result<Page<Texts>, ApiError> {
        self.backups.ask(ask, |body, order| format_page(body, order, &*self.format)).await
    }

    fn transient_failures(&self) -> u64 {
        self.backups.transient_failures()
    }
}
