//! Counts what test runners report.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// These hold.
    pub passed: u64,
    /// These don't.
    pub failed: u64,
}

impl Tally {
    /// One test, by its result.
    pub fn one(holds: bool) -> Self {
        Self { passed: u64::from(holds), failed: u64::from(!holds) }
    }

    /// Reads a line of `cargo test` (`test result: ok. 3 passed; 0 failed; …`) or of the browser tests
    /// (`3 passed, 0 failed`). Other lines count nothing.
    pub fn of_line(line: &str) -> Self {
        let counts =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")).map_or(line, |(_, rest)| rest);
        let mut parts = counts.split([';', ',']).map(|part| part.trim().split_once(' '));
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some((passed, "passed")), Some((failed, "failed"))) => match (passed.parse(), failed.parse()) {
                (Ok(passed), Ok(failed)) => Self { passed, failed },
                _ => Self::default(),
            },
            _ => Self::default(),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn both_runners_lines_are_counted() {
        let of = |passed, failed| Tally { passed, failed };
        let cargo =
            "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        assert_eq!(Tally::of_line(cargo), of(12, 2));
        assert_eq!(Tally::of_line("7 passed, 1 failed"), of(7, 1));
        assert_eq!(Tally::of_line("7 passed, 1 failed, 2 skipped"), of(7, 1));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["", "running 3 tests", "test a_name ... ok", "many passed, few failed", "2 passed"] {
            assert_eq!(Tally::of_line(line), Tally::default(), "{line}");
        }
    }
}
