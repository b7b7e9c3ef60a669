//! A proxy that tunnels, and records the requests for tunnels.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy on this machine, until the test process ends.
pub(crate) struct Tunnel {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Tunnel {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let heads = Arc::clone(&heads);
                // A client that disconnects only ends its own tunnel.
                thread::spawn(move || tunnel(client, &heads));
            }
        });
        Self { address, asked }
    }

    /// Returns its address, `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Returns the lines of each request.
    pub(crate) fn asked(&self) -> Vec<Vec<String>> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(client: TcpStream, heads: &Mutex<Vec<Vec<String>>>) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let target =
        head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    heads.lock().unwrap().push(head);
    let server = TcpStream::connect(target)?;
    (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut up, mut down) = (server.try_clone()?, client);
    let upwards = thread::spawn(move || {
        let copied = io::copy(&mut reader, &mut up);
        let _ = up.shutdown(Shutdown::Write);
        copied
    });
    io::copy(&mut &server, &mut down)?;
    let _ = down.shutdown(Shutdown::Both);
    upwards.join().unwrap().map(|_| ())
}
