//! Loopback socket and its connections.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};

use super::args::SandboxArgs;
use super::service::Service;

/// A sandbox that listens and does not answer yet.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    service: Arc<Service>,
}

/// How long to wait when no connection can be accepted, for want of file descriptors for example.
const PAUSE: Duration = Duration::from_millis(10);

impl Server {
    /// Takes the port. From here on clients can connect; they are answered by [`Server::serve`].
    pub(super) async fn bind(args: &SandboxArgs) -> anyhow::Result<Self> {
        let service = Service::new(args).with_context(|| match &args.log {
            Some(path) => format!("cannot open the log {}", path.display()),
            None => "cannot start the sandbox".to_owned(),
        })?;
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("cannot listen on {wanted}"))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, service: Arc::new(service) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves while it is polled.
    pub(super) async fn serve(self) -> Infallible {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(connection(stream, Arc::clone(&self.service)));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// HTTP/1.1 or HTTP/2, whichever the client begins with.
async fn connection(stream: TcpStream, service: Arc<Service>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { service.serve(request).await }
    });
    // Errors of a connection concern only its client, which notices them.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    Ok(())
}
