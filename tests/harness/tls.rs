//! TLS in front of a sandbox: what is decrypted goes there as it is, HTTP/2 included, so the
//! sandbox checks signatures and answers as ever.

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

/// An endpoint with TLS, for as long as the test runs.
pub(crate) struct Tls {
    port: u16,
    authority: PathBuf,
    _directory: TempDir,
    log: Arc<Log>,
}

/// What happened so far.
#[derive(Default)]
struct Log {
    /// Connections, whatever became of them.
    accepted: AtomicUsize,
    /// The protocol of each that came about.
    agreed: Mutex<Vec<String>>,
    /// Bytes of answers after which all open connections go silent.
    life: Option<usize>,
    /// Bytes of answers so far.
    answered: AtomicUsize,
}

/// A certificate with its chain, and the key that goes with it.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Tls {
    /// In front of a sandbox, with a certificate for `name` of an authority of its own, speaking
    /// these protocols, the preferred one first.
    pub(crate) fn before(sandbox: &Sandbox, name: &str, protocols: &[&str]) -> Self {
        Self::until(4096, sandbox, name, protocols)
    }

    /// All open connections go silent after so many bytes of answers. New ones work.
    pub(crate) fn dying(life: usize, sandbox: &Sandbox, name: &str, protocols: &[&str]) -> Self {
        Self::with(Identity::issue(name, 4096), sandbox, protocols, Some(life))
    }

    /// With a certificate that is valid from 1990 to the end of 2020.
    pub(crate) fn expired(sandbox: &Sandbox, name: &str) -> Self {
        Self::until(2021, sandbox, name, &["h2"])
    }

    /// With a certificate that signed itself: as an authority, or for a host only.
    pub(crate) fn self_signed(sandbox: &Sandbox, name: &str, is_authority: bool) -> Self {
        Self::with(Identity::self_signed(name, is_authority), sandbox, &["h2"], None)
    }

    /// With a certificate that is valid up to that year.
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

    /// Its URL under that name.
    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("https://{name}:{}", self.port)
    }

    /// The file of the authority that its certificate is from.
    pub(crate) fn authority(&self) -> &PathBuf {
        &self.authority
    }

    /// How many connections were asked for.
    pub(crate) fn accepted(&self) -> usize {
        self.log.accepted.load(Ordering::Relaxed)
    }

    /// The protocol of each connection that came about.
    pub(crate) fn agreed(&self) -> Vec<String> {
        self.log.agreed.lock().unwrap().clone()
    }
}

impl Identity {
    /// For that name, and the same as PEM.
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

    /// For that name, up to that year, and the authority's own certificate as PEM.
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
                // A client that does not trust us ends the connection here.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let protocol = client.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
                log.agreed.lock().unwrap().push(String::from_utf8(protocol).unwrap());
                let mut sandbox = TcpStream::connect(target).await.unwrap();
                // How a connection ends concerns its two ends.
                let _ = match log.life.filter(|_| log.is_alive()) {
                    Some(_) => forward_until_death(client, sandbox, &log).await,
                    None => copy_bidirectional(&mut client, &mut sandbox).await.map(|_| ()),
                };
            });
        }
    });
}
