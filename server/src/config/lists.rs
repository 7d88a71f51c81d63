//! Lists that can be written in one line.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, de};

/// Networks, each as `10.0.0.0/8` or a single address; a TOML list, or one text with commas for the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Networks(pub Vec<IpNet>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Line(String),
    List(Vec<String>),
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        items(deserializer)?
            .iter()
            .map(|item| parse(item).map_err(de::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Names of hosts or addresses, in small letters; written like [`Networks`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Hosts(pub BTreeSet<String>);

impl<'de> Deserialize<'de> for Hosts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(items(deserializer)?.iter().map(|item| item.to_ascii_lowercase()).collect()))
    }
}

fn items<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let items: Vec<String> = match Written::deserialize(deserializer)? {
        Written::Line(line) => line.split(',').map(ToOwned::to_owned).collect(),
        Written::List(list) => list,
    };
    Ok(items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
}

fn parse(item: &str) -> Result<IpNet, String> {
    let address = || item.parse::<IpAddr>().map(IpNet::from);
    let network = item.parse::<IpNet>().or_else(|_| address());
    network.map_err(|_| format!("`{item}` is neither a network such as 10.0.0.0/8 nor an address"))
}
