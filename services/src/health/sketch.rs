//! Sketches of how long calls took: true to one per cent, and addable (`DDSketch`, Masson, Rim and Lee, 2019).

use sketches_ddsketch::{Config, DDSketch};

use crate::Error;

/// A sketch of milliseconds.
#[derive(Clone)]
pub(super) struct Sketch(DDSketch);

impl Default for Sketch {
    fn default() -> Self {
        Self(DDSketch::new(Config::defaults()))
    }
}

impl Sketch {
    pub(super) fn add(&mut self, millis: i64) {
        // Whole milliseconds below 2^53 are exact in a float.
        #[expect(clippy::cast_precision_loss, reason = "a call takes minutes at most")]
        self.0.add(millis.clamp(0, 1 << 40) as f64);
    }

    /// Adds one that was stored; an empty one is an empty text.
    pub(super) fn add_stored(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let other: DDSketch = serde_json::from_str(text).map_err(Error::internal)?;
        self.0.merge(&other).map_err(Error::internal)
    }

    /// As it is stored.
    pub(super) fn text(&self) -> Result<String, Error> {
        if self.0.count() == 0 {
            return Ok(String::new());
        }
        serde_json::to_string(&self.0).map_err(Error::internal)
    }

    /// The time within which so many in a hundred came to an end, in milliseconds; nothing when there was none.
    pub(super) fn percentile(&self, percent: u8) -> Option<i64> {
        let found = self.0.quantile(f64::from(percent.min(100)) / 100.0).ok().flatten()?;
        #[expect(clippy::cast_possible_truncation, reason = "a call takes minutes at most")]
        Some(found.round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::Sketch;

    #[test]
    fn percentiles_are_true_to_one_per_cent_also_when_sketches_are_added() {
        let (mut even, mut odd) = (Sketch::default(), Sketch::default());
        for millis in 1..=10_000 {
            if millis % 2 == 0 { even.add(millis) } else { odd.add(millis) }
        }
        let mut all = Sketch::default();
        for part in [even, odd] {
            all.add_stored(&part.text().unwrap()).unwrap();
        }
        for (percent, exact) in [(50, 5_000), (95, 9_500), (99, 9_900)] {
            let found = all.percentile(percent).unwrap();
            assert!((found - exact).abs() * 100 <= exact, "{percent}: {found}");
        }
        assert_eq!(Sketch::default().percentile(50), None);
        assert_eq!(Sketch::default().text().unwrap(), "");
    }
}
