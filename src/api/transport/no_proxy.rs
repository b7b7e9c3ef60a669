//! `NO_PROXY`: hosts that are reached without the proxy.

use std::net::IpAddr;

/// A parsed list of hosts.
#[derive(Debug)]
pub(super) struct NoProxy<'a>(Vec<&'a str>);

impl<'a> NoProxy<'a> {
    /// Parses a list, separated by commas or blanks as in curl: names, which include their
    /// subdomains; addresses; networks such as `10.0.0.0/8`; or `*` for all hosts.
    pub(super) fn new(list: &'a str) -> Self {
        let separates = |char: char| char == ',' || char.is_whitespace();
        Self(list.split(separates).filter(|entry| !entry.is_empty()).collect())
    }

    /// Returns true if the list covers the host of a URL.
    pub(super) fn contains(&self, host: &str) -> bool {
        let address = bare(host).parse::<IpAddr>().ok();
        let covers_host = |entry: &&str| match address {
            _ if *entry == "*" => true,
            Some(address) => covers(entry, address),
            None => is_below(host, entry),
        };
        self.0.iter().any(covers_host)
    }
}

/// Returns an IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Returns true if an entry is the address, or a network that contains it.
fn covers(entry: &str, address: IpAddr) -> bool {
    let (network, length) = match entry.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (entry, Some(u32::MAX)),
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let (Ok(network), Some(length)) = (bare(network).parse::<IpAddr>(), length) else {
        return false;
    };
    if network.is_ipv4() != address.is_ipv4() {
        return false;
    }
    let ((network, width), (address, _)) = (bits(network), bits(address));
    // Compares all bits for a plain address or a too large prefix length.
    let length = length.min(width);
    length == 0 || (network ^ address) >> (128 - length) == 0
}

/// Returns true if a host is this name or a subdomain of it. Dots at either end of the entry are
/// ignored.
fn is_below(host: &str, entry: &str) -> bool {
    let (host, entry) = (host.to_ascii_lowercase(), entry.to_ascii_lowercase());
    let (host, entry) = (host.trim_end_matches('.'), entry.trim_matches('.'));
    let rest = host.strip_suffix(entry).filter(|_| !entry.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_addresses_and_networks_are_exceptions() {
        let cases = [
            ("example.com", "example.com", true),
            ("example.com", "cbr.example.com", true),
            (".example.com", "cbr.example.com", true),
            (".example.com", "example.com", true),
            ("example.com.", "EXAMPLE.com", true),
            ("example.com", "evilexample.com", false),
            ("cbr.example.com", "example.com", false),
            ("a, example.com", "example.com", true),
            ("a example.com", "example.com", true),
            ("*", "example.com", true),
            ("*", "127.0.0.1", true),
            ("*.example.com", "cbr.example.com", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("10.0.0.0/x", "10.1.2.3", false),
            ("1.0.0.1", "::1", false),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe12::1]", false),
            ("::/0", "10.1.2.3", false),
            ("0.1", "127.0.0.1", false),
            (", ,.", "example.com", false),
            ("", "example.com", false),
        ];
        for (list, host, expected) in cases {
            assert_eq!(NoProxy::new(list).contains(host), expected, "{list} {host}");
        }
    }
}
