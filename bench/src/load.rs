//! Load: so many connections, each with one request under way, for so long.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use hdrhistogram::Histogram;

use crate::client::{Portal, Trouble};

/// How much, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How long it is kept up.
    pub duration: Duration,
    /// How many requests are under way at once.
    pub connections: usize,
}

/// Those who sign in, in turn: every built-in role's demo account but the one that measures.
const ACCOUNTS: [&str; 7] = ["owner", "administrator", "agent", "fleet", "finance", "integrations", "auditor"];

impl Load {
    /// Asks for one page again and again. The first tenth of the time warms up and is not counted.
    pub async fn on(self, portal: &Portal, path: &str) -> Result<Measured, Trouble> {
        let one = || async {
            let mut connection = portal.connect().await?;
            let mut measured = Measured::default();
            let start = Instant::now();
            while start.elapsed() < self.duration {
                let began = Instant::now();
                connection.get(path).await?;
                if start.elapsed() > self.duration / 10 {
                    measured.note(began.elapsed())?;
                }
            }
            measured.lasted = self.duration * 9 / 10;
            Ok::<_, Trouble>(measured)
        };
        together(try_join_all((0..self.connections).map(|_| one())).await?)
    }

    /// Asks for one page at a steady rate, spread over the connections: what an answer takes while the server is not
    /// kept as busy as it can be. A request is late rather than left out.
    pub async fn at_rate(self, portal: &Portal, path: &str, rate: u32) -> Result<Measured, Trouble> {
        let pause = Duration::from_secs(1) * u32::try_from(self.connections)? / rate;
        let one = |nth: u32| async move {
            let mut connection = portal.connect().await?;
            let mut measured = Measured::default();
            let start = Instant::now() + pause * nth / u32::try_from(self.connections)?;
            let mut due = start;
            while start.elapsed() < self.duration {
                tokio::time::sleep_until(due.into()).await;
                let began = Instant::now();
                connection.get(path).await?;
                if start.elapsed() > self.duration / 10 {
                    measured.note(began.elapsed())?;
                }
                due += pause;
            }
            measured.lasted = self.duration * 9 / 10;
            Ok::<_, Trouble>(measured)
        };
        let connections = u32::try_from(self.connections)?;
        together(try_join_all((0..connections).map(one)).await?)
    }

    /// Signs in again and again, each connection with an account of its own as far as there are any.
    pub async fn signing_in(self, address: &str) -> Result<Measured, Trouble> {
        let portal = Portal::at(address)?;
        let portal = &portal;
        let one = |who: &'static str| async move {
            let mut connection = portal.connect().await?;
            let mut measured = Measured::default();
            let start = Instant::now();
            while start.elapsed() < self.duration {
                let began = Instant::now();
                connection.sign_in(who).await?;
                measured.note(began.elapsed())?;
            }
            measured.lasted = start.elapsed();
            Ok::<_, Trouble>(measured)
        };
        let accounts = ACCOUNTS.iter().cycle().take(self.connections);
        together(try_join_all(accounts.map(|who| one(who))).await?)
    }
}

/// What connections measured beside one another.
fn together(all: Vec<Measured>) -> Result<Measured, Trouble> {
    let mut sum = Measured::default();
    for one in all {
        sum.latency.add(&one.latency)?;
        sum.lasted = sum.lasted.max(one.lasted);
    }
    Ok(sum)
}

/// How many requests were answered, and how long each took.
#[derive(Debug)]
pub struct Measured {
    /// In microseconds.
    latency: Histogram<u64>,
    lasted: Duration,
}

impl Default for Measured {
    fn default() -> Self {
        // Three significant figures over any range: a constant that the library accepts.
        #[expect(clippy::expect_used, reason = "3 is within the 0 to 5 that the library takes")]
        let latency = Histogram::new(3).expect("three significant figures");
        Self { latency, lasted: Duration::ZERO }
    }
}

impl Measured {
    fn note(&mut self, took: Duration) -> Result<(), Trouble> {
        Ok(self.latency.record(u64::try_from(took.as_micros())?)?)
    }

    /// Adds a measurement that was made after this one.
    pub fn add(&mut self, other: &Self) {
        // Both grow by themselves, so there is nothing that would not fit.
        let _ = self.latency.add(&other.latency);
        self.lasted += other.lasted;
    }

    /// Answers for each second.
    #[allow(clippy::cast_precision_loss, reason = "no run answers 2^52 requests")]
    pub fn rate(&self) -> f64 {
        self.latency.len() as f64 / self.lasted.as_secs_f64()
    }

    /// The median in milliseconds.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    #[allow(clippy::cast_precision_loss, reason = "microseconds of a run are far below 2^52")]
    fn at(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1000.0
    }

    /// One line for people.
    pub fn line(&self, name: &str) -> String {
        format!(
            "{name:<28} {:>9.1} a second   median {:>8.2} ms   p99 {:>8.2} ms   longest {:>8.2} ms",
            self.rate(),
            self.median(),
            self.at(0.99),
            self.at(1.0)
        )
    }
}
