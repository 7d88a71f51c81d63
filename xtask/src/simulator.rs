//! Runs the partner simulator beside the portal.

use std::{
    path::Path,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use crate::{
    failure::{Explain, Failure},
    places::Places,
    process::program,
    server::status,
};

/// Where it listens. What the demo's integrations are told when nobody says otherwise.
const PORT: u16 = 3901;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running simulator. It ends with this process, or with the program that this process becomes.
pub struct Simulator {
    child: Child,
}

impl Simulator {
    /// Starts it, and waits until it is well.
    pub fn start(places: &Places, binary: &Path) -> Result<Self, Failure> {
        let mut command = program(places, binary);
        command.args(["--listen", &format!("127.0.0.1:{PORT}"), "--with-parent"]);
        // Ctrl-C in the terminal is the server's affair; until that has ended, its partners are there.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().explain(|| format!("{} can't be started", binary.display()))?;
        let mut simulator = Self { child };
        simulator.wait_until_well()?;
        Ok(simulator)
    }

    /// Where it answers.
    #[expect(clippy::unused_self, reason = "there is an address only where one was started")]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{PORT}")
    }

    fn wait_until_well(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            // One that ended may have found another on its port, which then answers in its place.
            if let Ok(Some(ended)) = self.child.try_wait() {
                return Err(Failure::new(format!(
                    "The partner simulator ended at once ({ended}). If something else uses port {PORT}, another portal \
                     with demo data perhaps, end that first, or set KEYFOB_DEMO_SIMULATOR to the address of its simulator."
                )));
            }
            if status(PORT, "/health") == Some(200) {
                // Time for the other case to show itself.
                thread::sleep(Duration::from_millis(100));
                if matches!(self.child.try_wait(), Ok(None)) {
                    return Ok(());
                }
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::new("The partner simulator did not answer within ten seconds."))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
