//! What a vehicle is, and where it can be in its life.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::texts::Invalid;

/// A vehicle identification number (ISO 3779): 17 letters and digits without I, O and Q.
///
/// The check digit at the ninth place is required where its scheme is law: in North America, whose numbers begin with
/// 1 to 5 (49 CFR 565.15). Elsewhere the ninth place is the maker's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vin(String);

impl Vin {
    /// The seventeen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check digit that belongs at the ninth place of a number with the North American scheme.
pub fn vin_check_digit(vin: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum = vin.chars().zip(WEIGHTS).try_fold(0, |sum, (character, weight)| {
        let value = match character {
            'A' | 'J' => 1,
            'B' | 'K' | 'S' => 2,
            'C' | 'L' | 'T' => 3,
            'D' | 'M' | 'U' => 4,
            'E' | 'N' | 'V' => 5,
            'F' | 'W' => 6,
            'G' | 'P' | 'X' => 7,
            'H' | 'Y' => 8,
            'R' | 'Z' => 9,
            digit => digit.to_digit(10)?,
        };
        Some(sum + value * weight)
    })?;
    match sum % 11 {
        10 => Some('X'),
        rest => char::from_digit(rest, 10),
    }
}

impl FromStr for Vin {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let vin = text.trim().to_ascii_uppercase();
        if vin.len() != 17 || !vin.chars().all(|c| c.is_ascii_alphanumeric() && !matches!(c, 'I' | 'O' | 'Q')) {
            return Err(Invalid::new("Enter the 17 letters and digits of the VIN. It has no I, O or Q."));
        }
        let is_checked = vin.starts_with(['1', '2', '3', '4', '5']);
        if is_checked && vin.chars().nth(8) != vin_check_digit(&vin) {
            return Err(Invalid::new("The check digit of this VIN is wrong. Compare it with the vehicle’s papers."));
        }
        Ok(Self(vin))
    }
}

impl TryFrom<&str> for Vin {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl TryFrom<String> for Vin {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Vin> for String {
    fn from(vin: Vin) -> Self {
        vin.0
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number plate, as it is written on the car.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Plate(String);

impl Plate {
    /// As written on the car.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Letters and digits alone: what makes two plates the same.
    pub fn key(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).collect()
    }
}

impl FromStr for Plate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plate = text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let significant = plate.chars().filter(|c| c.is_alphanumeric()).count();
        let is_clean = plate.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '·'));
        if (2..=10).contains(&significant) && is_clean && plate.chars().count() <= 14 {
            Ok(Self(plate))
        } else {
            Err(Invalid::new("Enter the plate as it is written on the car, like B-KF 2041."))
        }
    }
}

impl TryFrom<&str> for Plate {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl TryFrom<String> for Plate {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Plate> for String {
    fn from(plate: Plate) -> Self {
        plate.0
    }
}

impl fmt::Display for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text_enum! {
    /// What a vehicle runs on.
    pub enum Fuel {
        /// Battery.
        Electric = "electric", "Electric";
        /// Combustion and battery.
        Hybrid = "hybrid", "Hybrid";
        /// Petrol.
        Petrol = "petrol", "Petrol";
        /// Diesel.
        Diesel = "diesel", "Diesel";
        /// Fuel cell.
        Hydrogen = "hydrogen", "Hydrogen";
    }
}

crate::text_enum! {
    /// Where a vehicle is in its life.
    pub enum VehicleState {
        /// Bought, not here yet.
        Incoming = "incoming", "Incoming";
        /// Being made ready.
        Preparing = "preparing", "Preparing";
        /// On offer.
        Available = "available", "Available";
        /// Taken off offer for an approved subscription.
        Reserved = "reserved", "Reserved";
        /// Chosen for a hand-over that is planned.
        Allocated = "allocated", "Allocated";
        /// With a customer.
        OnSubscription = "on_subscription", "On subscription";
        /// On its way between places.
        InTransit = "in_transit", "In transit";
        /// In a workshop.
        Workshop = "workshop", "In workshop";
        /// Being looked over after its return.
        Inspection = "inspection", "In inspection";
        /// Damaged in an accident.
        Accident = "accident", "Accident";
        /// Reported stolen.
        Stolen = "stolen", "Stolen";
        /// Sold or scrapped.
        Defleeted = "defleeted", "Defleeted";
    }
}

impl VehicleState {
    /// Whether subscriptions alone set this state.
    pub const fn is_set_by_subscriptions(self) -> bool {
        matches!(self, Self::Reserved | Self::Allocated | Self::OnSubscription)
    }

    /// Whether somebody may set the state to `next` by hand. What a subscription set, a subscription ends; only an
    /// accident or a theft can come between. A car that left the fleet does not come back.
    pub const fn may_become(self, next: Self) -> bool {
        if self as u8 == next as u8 {
            return true;
        }
        match (self, next) {
            (Self::Defleeted, _) | (_, Self::Incoming) => false,
            (_, next) if next.is_set_by_subscriptions() => false,
            (from, Self::Accident | Self::Stolen) => !matches!(from, Self::Incoming),
            (from, _) if from.is_set_by_subscriptions() => false,
            (Self::Incoming, next) => matches!(next, Self::Preparing | Self::InTransit | Self::Defleeted),
            _ => true,
        }
    }
}
