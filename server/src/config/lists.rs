//! Lists that can be written in one line.

use std::net::IpAddr;

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
        let items = match Written::deserialize(deserializer)? {
            Written::Line(line) => line.split(',').map(ToOwned::to_owned).collect(),
            Written::List(list) => list,
        };
        let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
        items.map(|item| parse(item).map_err(de::Error::custom)).collect::<Result<_, _>>().map(Self)
    }
}

fn parse(item: &str) -> Result<IpNet, String> {
    let address = || item.parse::<IpAddr>().map(IpNet::from);
    let network = item.parse::<IpNet>().or_else(|_| address());
    network.map_err(|_| format!("`{item}` is neither a network such as 10.0.0.0/8 nor an address"))
}
