//! How long things took.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Announces a step, carries it out, and prints how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("» {name}");
    let start = Instant::now();
    let result = work();
    let took = shown(start.elapsed());
    match &result {
        Ok(_) => println!("✓ {name}: {took}"),
        Err(_) => println!("✗ {name}: {took}"),
    }
    result
}

/// `0.4 s`, `12.3 s`, `4 min 05 s`.
pub fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::shown;

    #[test]
    fn durations_read_well() {
        assert_eq!(shown(Duration::from_millis(420)), "0.4 s");
        assert_eq!(shown(Duration::from_secs(245)), "4 min 05 s");
    }
}
