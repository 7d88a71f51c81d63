//! How a state looks.

use serde::{Deserialize, Serialize};

/// The shape and hue of a state; five for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tone {
    /// As it should be.
    Ok,
    /// To be known.
    Notice,
    /// To be looked at.
    Warn,
    /// To be acted on.
    Danger,
    /// Neither good nor bad.
    Neutral,
}
