//! A client as thin as can be: one connection, kept open, one request after the other.

use std::{error::Error, net::SocketAddr};

use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What goes wrong is told, and the measurement ends.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// The password of every demo account.
const PASSWORD: &str = "demo-keys-on-the-hook";

/// A portal, and the session of somebody who is signed in to it.
#[derive(Clone, Debug)]
pub struct Portal {
    address: SocketAddr,
    cookie: String,
    key: String,
}

/// A connection to a portal.
pub struct Connection {
    portal: Portal,
    sender: SendRequest<Full<Bytes>>,
}

impl Portal {
    /// A portal without a session; `http://127.0.0.1:3000`.
    pub fn at(address: &str) -> Result<Self, Trouble> {
        let address = address.strip_prefix("http://").unwrap_or(address).trim_end_matches('/');
        Ok(Self { address: address.parse()?, cookie: String::new(), key: String::new() })
    }

    /// Signs in with a demo account.
    pub async fn sign_in(address: &str, who: &str) -> Result<Self, Trouble> {
        let portal = Self::at(address)?;
        let cookie = portal.connect().await?.sign_in(who).await?;
        Ok(Self { cookie, ..portal })
    }

    /// The partner API, with a key.
    pub fn with_key(address: &str, key: &str) -> Result<Self, Trouble> {
        Ok(Self { key: format!("Bearer {key}"), ..Self::at(address)? })
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Result<Connection, Trouble> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { portal: self.clone(), sender })
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        Ok(self.connect().await?.get(path).await?.to_vec())
    }
}

impl Connection {
    /// Asks for a page and reads it to its end. Anything but 200 is trouble.
    pub async fn get(&mut self, path: &str) -> Result<Bytes, Trouble> {
        let request = self.request(Method::GET, path).body(Full::default())?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status == StatusCode::OK { Ok(body) } else { Err(format!("{path} answered {status}").into()) }
    }

    /// Signs in and gives the session's cookie.
    pub async fn sign_in(&mut self, who: &str) -> Result<String, Trouble> {
        let email = format!("{who}@demo.keyfob.example");
        let fields = [("_fn", "gate/sign_in"), ("_form", ""), ("next", ""), ("email", &email), ("password", PASSWORD)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, "/sign-in")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, format!("http://{}", self.portal.address))
            .body(Full::from(body))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let (head, body) = answer.into_parts();
        body.collect().await?;
        let cookies = head.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let mut session = cookies.filter_map(|cookie| cookie.split(';').next()).filter(|pair| pair.contains("keyfob="));
        match session.next() {
            Some(cookie) if head.status == StatusCode::SEE_OTHER => Ok(cookie.to_owned()),
            _ => Err(format!("{email} could not sign in: {}", head.status).into()),
        }
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(HOST, self.portal.address.to_string());
        if self.portal.key.is_empty() {
            request.header(ACCEPT, "text/html").header(COOKIE, &self.portal.cookie)
        } else {
            request.header(AUTHORIZATION, &self.portal.key)
        }
    }
}
