//! The networks a credential may be used from.

use std::net::IpAddr;

use domain::texts::Invalid;
use ipnet::IpNet;

/// More than this on one key says that the list should be another.
const MOST: usize = 50;

/// Networks and single addresses, v4 and v6, apart by commas, spaces or lines.
pub fn parse_networks(text: &str) -> Result<Vec<IpNet>, Invalid> {
    let mut networks = Vec::new();
    for part in text.split([',', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty()) {
        let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            Invalid::new(format!("“{part}” is no network. Write one like 192.0.2.0/24, 2001:db8::/48 or 192.0.2.7."))
        })?;
        networks.push(network.trunc());
    }
    if networks.len() > MOST {
        return Err(Invalid::new(format!("A key can have {MOST} networks. Use larger ones.")));
    }
    networks.sort_unstable();
    networks.dedup();
    Ok(networks)
}

/// The network an address is counted under: /24 for v4, /48 for v6.
pub fn network_of(address: IpAddr) -> String {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, length).map_or_else(|_| address.to_string(), |network| network.trunc().to_string())
}

pub(super) fn stored(networks: &[IpNet]) -> String {
    serde_json::to_string(networks).unwrap_or_default()
}

pub(super) fn read(text: &str) -> Vec<IpNet> {
    serde_json::from_str(text).unwrap_or_default()
}
