//! Which addresses of the network our server may call on behalf of somebody else.
//!
//! A partner names the host, and whoever runs its name server says where that is. An address inside our own network, of
//! this machine or of a cloud's metadata service must never be the answer (OWASP, server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not called; nothing when it is a public one.
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => refusal_v6(address),
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => "unspecified",
        (127, ..) => "loopback",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "private",
        // Also where clouds keep what a machine may know of itself: 169.254.169.254.
        (169, 254, _) => "link-local",
        (100, 64..=127, _) => "shared by a carrier",
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (240..=255, ..) => "reserved",
        (192, 88, 99) => "a relay",
        (198, 18..=19, _) => "for benchmarks",
        (224..=239, ..) => "multicast",
        _ => return None,
    })
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    let last = Ipv4Addr::from((u32::from(segments[6]) << 16) | u32::from(segments[7]));
    let first = Ipv4Addr::from((u32::from(segments[1]) << 16) | u32::from(segments[2]));
    Some(match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        // An IPv4 address in other clothes is what it is: mapped, compatible, translated.
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => {
            return refusal_v4(last).or(Some("IPv4 in disguise"));
        }
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => return refusal_v4(last),
        [0x64, 0xff9b, 1, ..] => "translated",
        [0x2002, ..] => return refusal_v4(first),
        [0x2001, 0, ..] => "Teredo",
        [0x2001, 0xdb8, ..] | [0x3fff | 0x5f00 | 0x100, ..] => "reserved",
        [a, ..] if a & 0xfe00 == 0xfc00 => "private",
        [a, ..] if a & 0xffc0 == 0xfe80 => "link-local",
        [a, ..] if a & 0xffc0 == 0xfec0 => "site-local",
        [a, ..] if a & 0xff00 == 0xff00 => "multicast",
        _ => return None,
    })
}
