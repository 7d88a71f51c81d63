//! A client that says exactly what it is told, fields twice and all.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    head: String,
    body: Vec<u8>,
}

pub fn get(path: &str) -> Ask {
    Ask::new("GET", path)
}

pub fn post(path: &str) -> Ask {
    Ask::new("POST", path)
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self { head: format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n"), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    pub fn with_a_browser(self) -> Self {
        self.header("accept", "text/html,*/*;q=0.8").header("sec-fetch-site", "same-origin")
    }

    pub fn body(self, body: &[u8]) -> Self {
        let ask = self.header("content-length", &body.len().to_string());
        Self { body: body.to_vec(), ..ask }
    }

    pub fn chunked(self, chunks: &[&[u8]]) -> Self {
        let ask = self.header("transfer-encoding", "chunked");
        let pieces = chunks.iter().copied().chain([&b""[..]]);
        let body = pieces.flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        Self { body: body.collect(), ..ask }
    }

    /// Sends it over a connection of its own.
    pub async fn send(self, address: SocketAddr) -> Answer {
        let stream = TcpStream::connect(address).await.unwrap();
        self.header("host", &address.to_string()).send_over(stream).await
    }

    pub async fn send_over(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Answer {
        stream.write_all(self.head.as_bytes()).await.unwrap();
        stream.write_all(b"\r\n").await.unwrap();
        // Also what is refused for its size is received: many clients read nothing before they have sent everything.
        stream.write_all(&self.body).await.unwrap();
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        assert!(read.is_ok(), "no answer: {}", self.head);
        Answer::parse(&bytes)
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    headers: Vec<(String, String)>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").map_or((line, ""), |pair| pair))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
        Self { status, body, headers }
    }
}
