//! Runs the release server beside a task, on a port and with data of its own.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use crate::{
    failure::{Explain, Failure},
    places::Places,
    postgres::free_port,
    process::program,
};

/// How long a server may take to answer its first request; filling the demo data is part of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server. Dropped, it is stopped as an operator would stop it.
pub struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts `keyfob serve` on the data in a folder, and waits until it is well. What it says goes into `log`.
    pub fn start(places: &Places, binary: &Path, data: &Path, words: &[String], log: &Path) -> Result<Self, Failure> {
        let port = free_port()?;
        let file = fs::File::create(log).explain(|| format!("{} can't be made", log.display()))?;
        let second = file.try_clone().explain(|| format!("{} can't be used", log.display()))?;
        let mut command = program(places, binary);
        // What whoever runs the task has set for a portal of their own means that one, and not this.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KEYFOB_")) {
            command.env_remove(name);
        }
        command.env("KEYFOB_DATA_DIR", data).env("KEYFOB_HTTP__LISTEN", format!("127.0.0.1:{port}"));
        // Tasks come faster than people, and all from one address.
        command.env("KEYFOB_THROTTLE__PER_SECOND", "1000000").env("KEYFOB_THROTTLE__BURST", "1000000");
        command.env("KEYFOB_API__ADDRESS_PER_SECOND", "1000000").env("KEYFOB_API__ADDRESS_BURST", "1000000");
        let child = command.arg("serve").args(words).stdout(file).stderr(second).spawn();
        let mut server = Self { child: child.explain(|| format!("{} can't be started", binary.display()))?, port };
        server.wait_until_well(log)?;
        Ok(server)
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait_until_well(&mut self, log: &Path) -> Result<(), Failure> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if status(self.port, "/healthz") == Some(200) {
                return Ok(());
            }
            if let Ok(Some(ended)) = self.child.try_wait() {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(Failure::new(format!("The server ended at once ({ended}). It said:\n{said}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::new(format!("The server did not answer within a minute; see {}.", log.display())))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that is gone already can't be asked to stop, which is as well.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for a task's data, empty at first.
pub fn fresh_folder(path: PathBuf) -> Result<PathBuf, Failure> {
    if path.exists() {
        fs::remove_dir_all(&path).explain(|| format!("{} can't be emptied", path.display()))?;
    }
    fs::create_dir_all(&path).explain(|| format!("{} can't be made", path.display()))?;
    Ok(path)
}

/// The status with which a path is answered, if it is.
pub fn status(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).ok()?;
    std::str::from_utf8(&start).ok()?.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::status;

    #[test]
    fn a_status_is_read_from_the_first_line() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answering = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 512]).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
        });
        assert_eq!(status(port, "/healthz"), Some(503));
        answering.join().unwrap();
    }
}
