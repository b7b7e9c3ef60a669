//! TLS in front of a sandbox: decrypted bytes are forwarded unchanged, HTTP/2 included, so the
//! sandbox still checks signatures.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::{fs, future, io};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional, split};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};
use tokio_rustls::server::TlsStream;

use super::sandbox::Sandbox;

/// An endpoint with TLS, until the test ends.
pub(crate) struct Tls {
    port: u16,
    authority: PathBuf,
    _directory: TempDir,
    log: Arc<Log>,
}

/// Connections and answers so far.
#[derive(Default)]
struct Log {
    /// Number of connections, failed ones included.
    accepted: AtomicUsize,
    /// Protocol of each established connection.
    agreed: Mutex<Vec<String>>,
    /// Bytes of answers after which all open connections go silent.
    life: Option<usize>,
    /// Bytes of answers so far.
    answered: AtomicUsize,
}

/// A certificate with its chain, and its key.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Tls {
    /// Starts an endpoint in front of a sandbox, with a certificate for `name` from its own
    /// certificate authority. Offers these protocols, the preferred one first.
    pub(crate) fn before(sandbox: &Sandbox, name: &str, protocols: &[&str]) -> Self {
        Self::until(4096, sandbox, name, protocols)
    }

    /// Starts an endpoint whose open connections go silent after this many bytes of answers. New
    /// ones work.
    pub(crate) fn dying(life: usize, sandbox: &Sandbox, name: &str, protocols: &[&str]) -> Self {
        Self::with(Identity::issue(name, 4096), sandbox, protocols, Some(life))
    }

    /// Starts an endpoint with a certificate that is valid from 1990 to the end of 2020.
    pub(crate) fn expired(sandbox: &Sandbox, name: &str) -> Self {
        Self::until(2021, sandbox, name, &["h2"])
    }

    /// Starts an endpoint with a self-signed certificate: of a certificate authority, or of a host
    /// only.
    pub(crate) fn self_signed(sandbox: &Sandbox, name: &str, is_authority: bool) -> Self {
        Self::with(Identity::self_signed(name, is_authority), sandbox, &["h2"], None)
    }

    /// Starts an endpoint with a certificate that is valid up to this year.
    fn until(year: i32, sandbox: &Sandbox, name: &str, protocols: &[&str]) -> Self {
        Self::with(Identity::issue(name, year), sandbox, protocols, None)
    }

    fn with(
        (identity, pem): (Identity, String),
        sandbox: &Sandbox,
        protocols: &[&str],
        life: Option<usize>,
    ) -> Self {
        let directory = TempDir::new().unwrap();
        let authority = directory.path().join("authority.pem");
        fs::write(&authority, pem).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS12, &version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(identity.chain, identity.key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Log { life, ..Log::default() });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (target, kept) = (sandbox.address(), Arc::clone(&log));
        // The thread ends with the test program: it holds nothing but sockets.
        thread::spawn(move || serve(listener, &acceptor, target, &kept));
        Self { port, authority, _directory: directory, log }
    }

    /// Returns its URL under this name.
    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("https://{name}:{}", self.port)
    }

    /// Returns the file of its certificate authority.
    pub(crate) fn authority(&self) -> &PathBuf {
        &self.authority
    }

    /// Returns the number of attempted connections.
    pub(crate) fn accepted(&self) -> usize {
        self.log.accepted.load(Ordering::Relaxed)
    }

    /// Returns the protocol of each established connection.
    pub(crate) fn agreed(&self) -> Vec<String> {
        self.log.agreed.lock().unwrap().clone()
    }
}

impl Identity {
    /// Creates a self-signed certificate for this name, and returns it as PEM too.
    fn self_signed(name: &str, is_authority: bool) -> (Self, String) {
        let mut certificate = CertificateParams::new([name.to_owned()]).unwrap();
        let unconstrained = IsCa::Ca(BasicConstraints::Unconstrained);
        certificate.is_ca = if is_authority { unconstrained } else { IsCa::ExplicitNoCa };
        let key = KeyPair::generate().unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (Self { chain, key }, certificate.pem())
    }

    /// Creates a certificate for this name, valid up to this year, and returns the one of its
    /// certificate authority as PEM.
    fn issue(name: &str, year: i32) -> (Self, String) {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let pem = authority.self_signed(&authority_key).unwrap().pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let mut certificate = CertificateParams::new([name.to_owned()]).unwrap();
        certificate.not_before = date_time_ymd(1990, 1, 1);
        certificate.not_after = date_time_ymd(year, 1, 1);
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        let chain = vec![certificate.der().clone()];
        (Self { chain, key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }, pem)
    }
}

impl Log {
    fn is_alive(&self) -> bool {
        self.life.is_none_or(|life| self.answered.load(Ordering::Relaxed) < life)
    }
}

/// Forwards requests until the client leaves, and answers until connections go silent.
async fn forward_until_death(
    client: TlsStream<TcpStream>,
    sandbox: TcpStream,
    log: &Log,
) -> io::Result<()> {
    let (mut requests, mut to_client) = split(client);
    let (mut answers, mut to_sandbox) = split(sandbox);
    let answering = async {
        let mut part = [0; 1024];
        loop {
            let length = answers.read(&mut part).await?;
            log.answered.fetch_add(length, Ordering::Relaxed);
            if length == 0 {
                return to_client.shutdown().await;
            }
            if !log.is_alive() {
                future::pending::<()>().await;
            }
            to_client.write_all(&part[..length]).await?;
        }
    };
    tokio::select! {
        ended = answering => ended,
        ended = copy(&mut requests, &mut to_sandbox) => ended.map(|_| ()),
    }
}

fn serve(
    listener: std::net::TcpListener,
    acceptor: &TlsAcceptor,
    target: SocketAddr,
    log: &Arc<Log>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            log.accepted.fetch_add(1, Ordering::Relaxed);
            let (acceptor, log) = (acceptor.clone(), Arc::clone(log));
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the connection.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let protocol = client.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
                log.agreed.lock().unwrap().push(String::from_utf8(protocol).unwrap());
                let mut sandbox = TcpStream::connect(target).await.unwrap();
                // An error at the end of a connection only concerns its two ends.
                let _ = match log.life.filter(|_| log.is_alive()) {
                    Some(_) => forward_until_death(client, sandbox, &log).await,
                    None => copy_bidirectional(&mut client, &mut sandbox).await.map(|_| ()),
                };
            });
        }
    });
}
