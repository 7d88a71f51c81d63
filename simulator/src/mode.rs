//! How a partner behaves.

use serde::{Deserialize, Serialize};

/// How a partner behaves. Where an answer is lost (`hanging`, `bad_json`, `huge`, `broken_off`) it has done what it was
/// asked all the same, which is what makes such failures hard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Mode {
    /// As it should.
    #[default]
    Healthy,
    /// As it should, but late.
    Slow {
        /// By so many milliseconds.
        #[serde(default = "default_ms")]
        ms: u64,
    },
    /// It answers each call with an error and does nothing.
    Error {
        /// The status of its answers.
        #[serde(default = "default_status")]
        status: u16,
    },
    /// It works, fails, works, fails.
    Flapping {
        /// So many good answers,
        #[serde(default = "default_good")]
        good: u32,
        /// and then so many errors.
        #[serde(default = "default_bad")]
        bad: u32,
    },
    /// It wants to be asked more slowly.
    RateLimited {
        /// After so many seconds.
        #[serde(default = "default_retry_after")]
        retry_after: u32,
    },
    /// It takes each call and never answers.
    Hanging,
    /// Its answers are cut short in the middle of their JSON.
    BadJson,
    /// It answers 200 and says in the body that it failed.
    ErrorInBody {
        /// What it says, as `/error/code`.
        #[serde(default = "default_code")]
        code: String,
    },
    /// It sends each call to another address.
    Redirect {
        /// There; an address inside of a private network unless said otherwise.
        #[serde(default = "default_target")]
        to: String,
    },
    /// Its answers don't end for a long time.
    Huge {
        /// So many bytes.
        #[serde(default = "default_bytes")]
        bytes: u64,
    },
    /// It breaks the connection in the middle of its answer.
    BrokenOff,
    /// It doesn't take our credential.
    WrongCredential,
}

fn default_ms() -> u64 {
    3_000
}
fn default_status() -> u16 {
    503
}
fn default_good() -> u32 {
    3
}
fn default_bad() -> u32 {
    2
}
fn default_retry_after() -> u32 {
    30
}
fn default_code() -> String {
    "internal_error".to_owned()
}
fn default_target() -> String {
    "http://169.254.169.254/latest/meta-data/".to_owned()
}
fn default_bytes() -> u64 {
    64 << 20
}

/// A mode for a list to choose from: its word, its words for people, and what its numbers mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) word: &'static str,
    pub(crate) label: &'static str,
}

const fn choice(word: &'static str, label: &'static str) -> Choice {
    Choice { word, label }
}

/// All modes, for people.
pub(crate) const CHOICES: &[Choice] = &[
    choice("healthy", "Healthy"),
    choice("slow", "Slow (milliseconds)"),
    choice("error", "Answers with an error (status)"),
    choice("flapping", "Flapping (so many good, so many bad)"),
    choice("rate_limited", "Wants us to slow down (seconds)"),
    choice("hanging", "Never answers"),
    choice("bad_json", "Sends bad JSON"),
    choice("error_in_body", "Says 200 and means an error"),
    choice("redirect", "Redirects to a private address"),
    choice("huge", "Sends a huge answer (bytes)"),
    choice("broken_off", "Breaks off in the middle"),
    choice("wrong_credential", "Refuses our credential"),
];

impl Mode {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Slow { .. } => "slow",
            Self::Error { .. } => "error",
            Self::Flapping { .. } => "flapping",
            Self::RateLimited { .. } => "rate_limited",
            Self::Hanging => "hanging",
            Self::BadJson => "bad_json",
            Self::ErrorInBody { .. } => "error_in_body",
            Self::Redirect { .. } => "redirect",
            Self::Huge { .. } => "huge",
            Self::BrokenOff => "broken_off",
            Self::WrongCredential => "wrong_credential",
        }
    }

    /// Its numbers, as a person writes them.
    pub(crate) fn numbers(&self) -> String {
        match self {
            Self::Slow { ms } => ms.to_string(),
            Self::Error { status } => status.to_string(),
            Self::Flapping { good, bad } => format!("{good}, {bad}"),
            Self::RateLimited { retry_after } => retry_after.to_string(),
            Self::Huge { bytes } => bytes.to_string(),
            _ => String::new(),
        }
    }

    /// The mode of a JSON object, with what is missing in it as usual.
    pub fn parse(value: serde_json::Value) -> Result<Self, String> {
        serde_json::from_value::<Self>(value).map_err(|error| error.to_string())?.checked()
    }

    /// The mode of a word and of numbers with commas between them; those that are missing are as usual.
    pub(crate) fn of_words(word: &str, numbers: &str) -> Result<Self, String> {
        let names: &[&str] = match word {
            "slow" => &["ms"],
            "error" => &["status"],
            "flapping" => &["good", "bad"],
            "rate_limited" => &["retry_after"],
            "huge" => &["bytes"],
            _ => &[],
        };
        let mut object = serde_json::Map::from_iter([("mode".to_owned(), word.into())]);
        let numbers = numbers.split(',').map(str::trim).filter(|number| !number.is_empty());
        for (name, number) in names.iter().zip(numbers) {
            let number: u64 = number.parse().map_err(|_| format!("“{number}” is no whole number."))?;
            object.insert((*name).to_owned(), number.into());
        }
        Self::parse(object.into())
    }

    fn checked(self) -> Result<Self, String> {
        let is_sound = match &self {
            Self::Slow { ms } => *ms <= 600_000,
            Self::Error { status } => (400..=599).contains(status),
            Self::Flapping { good, bad } => (1..=1_000).contains(good) && (1..=1_000).contains(bad),
            Self::RateLimited { retry_after } => *retry_after <= 86_400,
            Self::ErrorInBody { code } => code.len() <= 200,
            Self::Redirect { to } => {
                !to.is_empty() && to.len() <= 2_000 && to.bytes().all(|byte| byte.is_ascii_graphic())
            }
            Self::Huge { bytes } => *bytes <= 1 << 30,
            _ => true,
        };
        is_sound.then_some(self).ok_or_else(|| {
            "The number is out of bounds: up to 600,000 milliseconds, a status of 400 to 599, 1 to 1,000 answers, up to \
             86,400 seconds, up to 1,073,741,824 bytes."
                .to_owned()
        })
    }

    /// Whether a partner does what it is asked though its answer may be lost. `turn` counts the calls since the mode was
    /// set, from 0.
    pub(crate) fn has_effect(&self, turn: u64) -> bool {
        match self {
            Self::Healthy | Self::Slow { .. } | Self::Hanging | Self::BadJson | Self::Huge { .. } | Self::BrokenOff => {
                true
            }
            Self::Flapping { good, bad } => turn % (u64::from(*good) + u64::from(*bad)).max(1) < u64::from(*good),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_mode_that_can_be_chosen_is_one() {
        for choice in CHOICES {
            let mode = Mode::of_words(choice.word, "").unwrap();
            assert_eq!(mode.word(), choice.word);
            assert_eq!(Mode::of_words(choice.word, &mode.numbers()).unwrap(), mode);
        }
    }

    #[test]
    fn numbers_out_of_bounds_and_unknown_modes_are_refused() {
        assert!(Mode::parse(json!({"mode": "error", "status": 200})).is_err());
        assert!(Mode::parse(json!({"mode": "on fire"})).is_err());
        assert!(Mode::of_words("slow", "soon").is_err());
        assert_eq!(Mode::of_words("flapping", "5, 1"), Ok(Mode::Flapping { good: 5, bad: 1 }));
    }

    #[test]
    fn flapping_works_and_fails_in_turn() {
        let mode = Mode::Flapping { good: 2, bad: 1 };
        let turns: Vec<bool> = (0..6).map(|turn| mode.has_effect(turn)).collect();
        assert_eq!(turns, [true, true, false, true, true, false]);
    }
}
