//! Keeps the fetcher away from private networks (server-side request forgery): a page that anybody can
//! write must not make us read what only we can reach. Checked where a name is resolved, so that the address
//! that was checked is the address that is connected to, and at address literals, on every hop.

use crate::Cidr;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use url::{Host, Url};

/// Not globally reachable, from the IANA special-purpose registries (RFC 6890 and its updates).
const REFUSED_V4: [(Cidr, &str); 15] = [
    (Cidr::v4([0, 0, 0, 0], 8), "this network"),
    (Cidr::v4([10, 0, 0, 0], 8), "private"),
    (Cidr::v4([100, 64, 0, 0], 10), "shared address space"),
    (Cidr::v4([127, 0, 0, 0], 8), "loopback"),
    (Cidr::v4([169, 254, 0, 0], 16), "link-local"),
    (Cidr::v4([172, 16, 0, 0], 12), "private"),
    (Cidr::v4([192, 0, 0, 0], 24), "protocol assignments"),
    (Cidr::v4([192, 0, 2, 0], 24), "documentation"),
    (Cidr::v4([192, 88, 99, 0], 24), "6to4 relay"),
    (Cidr::v4([192, 168, 0, 0], 16), "private"),
    (Cidr::v4([198, 18, 0, 0], 15), "benchmarking"),
    (Cidr::v4([198, 51, 100, 0], 24), "documentation"),
    (Cidr::v4([203, 0, 113, 0], 24), "documentation"),
    (Cidr::v4([224, 0, 0, 0], 4), "multicast"),
    (Cidr::v4([240, 0, 0, 0], 4), "reserved"),
];

/// Within 2000::/3, the only global unicast space.
const REFUSED_V6: [(Cidr, &str); 3] = [
    (Cidr::v6(0x2001, 0, 23), "protocol assignments, Teredo, benchmarking"),
    (Cidr::v6(0x2001, 0xdb8, 32), "documentation"),
    (Cidr::v6(0x3fff, 0, 20), "documentation"),
];

const GLOBAL_V6: Cidr = Cidr::v6(0x2000, 0, 3);

/// Names for people; whatever else lies outside of 2000::/3 is just "not global".
const NAMED_V6: [(Cidr, &str); 4] = [
    (Cidr::v6(0xfc00, 0, 7), "unique local"),
    (Cidr::v6(0xfe80, 0, 10), "link-local"),
    (Cidr::v6(0xfec0, 0, 10), "site-local"),
    (Cidr::v6(0xff00, 0, 8), "multicast"),
];

/// An address that is not visited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{ip} is refused ({range}); open it with --allow-net {opened_by}")]
pub struct Refused {
    pub ip: IpAddr,
    /// What the address is, in a word.
    pub range: &'static str,
    /// The range that an operator would open for it.
    pub opened_by: Cidr,
}

/// A name without an address to connect to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("{name} does not resolve: {detail}")]
    NoAddress { name: String, detail: String },
    /// Every address of the name is refused; this is one of them.
    #[error("{name} leads to {refused}")]
    Refused { name: String, refused: Refused },
}

/// Says which addresses may be visited.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allow: Vec<Cidr>,
}

impl Guard {
    /// `allow`: ranges that are visited although they are not global.
    pub fn new(allow: Vec<Cidr>) -> Self {
        Self { allow }
    }

    /// # Errors
    /// [`Refused`] where `ip` is neither global nor in an allowed range. An IPv6 address that carries an
    /// IPv4 address (mapped, NAT64, 6to4) is as good as that one.
    pub fn check(&self, ip: IpAddr) -> Result<(), Refused> {
        if self.allow.iter().any(|range| range.contains(ip)) {
            return Ok(());
        }
        let range = match ip {
            IpAddr::V4(v4) => refused_v4(v4),
            IpAddr::V6(v6) => match embedded(v6) {
                Some(v4) => {
                    return self.check(IpAddr::V4(v4)).map_err(|refused| Refused { ip, ..refused });
                }
                None => refused_v6(v6),
            },
        };
        range.map_or(Ok(()), |(opened_by, range)| Err(Refused { ip, range, opened_by }))
    }

    /// Checks the host where it is an address. `url` has already read the decimal, octal, hexadecimal and
    /// shortened forms (WHATWG URL §3.5): `http://2130706433/` is 127.0.0.1 by now.
    ///
    /// # Errors
    /// As [`Guard::check`].
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check(ip.into()),
            Some(Host::Ipv6(ip)) => self.check(ip.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        }
    }

    /// The addresses of `name` that may be visited.
    ///
    /// # Errors
    /// [`ResolveError`] where none is left.
    pub fn admit(
        &self,
        name: &str,
        found: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, ResolveError> {
        let mut admitted = Vec::new();
        let mut refused = None;
        for address in found {
            match self.check(address.ip()) {
                Ok(()) => admitted.push(address),
                Err(r) => refused = Some(r),
            }
        }
        match refused {
            _ if !admitted.is_empty() => Ok(admitted),
            Some(refused) => Err(ResolveError::Refused { name: name.to_owned(), refused }),
            None => Err(ResolveError::NoAddress { name: name.to_owned(), detail: "no addresses".to_owned() }),
        }
    }
}

fn refused_v4(ip: Ipv4Addr) -> Option<(Cidr, &'static str)> {
    REFUSED_V4.iter().find(|(range, _)| range.contains(ip.into())).copied()
}

fn refused_v6(ip: Ipv6Addr) -> Option<(Cidr, &'static str)> {
    let named =
        |list: &[(Cidr, &'static str)]| list.iter().find(|(range, _)| range.contains(ip.into())).copied();
    let alone = |name| Some((Cidr::host(ip.into()), name));
    match ip {
        Ipv6Addr::LOCALHOST => alone("loopback"),
        Ipv6Addr::UNSPECIFIED => alone("unspecified"),
        _ if GLOBAL_V6.contains(ip.into()) => named(&REFUSED_V6),
        _ => named(&NAMED_V6).or_else(|| alone("not global")),
    }
}

/// The IPv4 address that is reached through this IPv6 address: mapped (RFC 4291 §2.5.5.2), NAT64 with the
/// well-known prefix (RFC 6052 §2.1), 6to4 (RFC 3056 §2), ISATAP (RFC 5214 §6.1).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, a, b] => Some(v4(a, b)),
        [0x64, 0xff9b, 0, 0, 0, 0, a, b] => Some(v4(a, b)),
        [0x2002, a, b, ..] => Some(v4(a, b)),
        [0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe, a, b] => Some(v4(a, b)),
        _ => None,
    }
}

/// Resolves names with the system's resolver and hands on only what the guard admits.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) guard: Arc<Guard>,
    /// Names of our own configuration (a proxy), which may lie in a private network.
    pub(crate) trusted: Arc<[String]>,
    /// A resolver that does not answer is a DNS fault, told apart from a host that does not connect.
    pub(crate) limit: Duration,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            let no_address = |detail: String| ResolveError::NoAddress { name: name.to_owned(), detail };
            let found = tokio::time::timeout(this.limit, tokio::net::lookup_host((name, 0)))
                .await
                .map_err(|_| no_address("the resolver does not answer".to_owned()))?
                .map_err(|e| no_address(e.to_string()))?;
            let addresses = match this.trusted.iter().any(|t| t.eq_ignore_ascii_case(name)) {
                true => found.collect(),
                false => this.guard.admit(name, found)?,
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(ip: &str, range: &str) {
        assert_eq!(Guard::default().check(ip.parse().unwrap()).map_err(|r| r.range), Err(range), "{ip}");
    }

    #[track_caller]
    fn check_passes(ip: &str) {
        assert_eq!(Guard::default().check(ip.parse().unwrap()), Ok(()), "{ip}");
    }

    macro_rules! refuses {
        ($($test:ident: $range:literal = $first:literal ..= $last:literal),* $(,)?) => {$(
            #[test]
            fn $test() {
                check_refused($first, $range);
                check_refused($last, $range);
            }
        )*};
    }

    refuses! {
        this_network: "this network" = "0.0.0.0" ..= "0.255.255.255",
        private_10: "private" = "10.0.0.0" ..= "10.255.255.255",
        shared: "shared address space" = "100.64.0.0" ..= "100.127.255.255",
        loopback: "loopback" = "127.0.0.0" ..= "127.255.255.255",
        link_local_and_cloud_metadata: "link-local" = "169.254.0.0" ..= "169.254.255.255",
        private_172_and_docker: "private" = "172.16.0.0" ..= "172.31.255.255",
        protocol_assignments: "protocol assignments" = "192.0.0.0" ..= "192.0.0.255",
        documentation_1: "documentation" = "192.0.2.0" ..= "192.0.2.255",
        relay_6to4: "6to4 relay" = "192.88.99.0" ..= "192.88.99.255",
        private_192: "private" = "192.168.0.0" ..= "192.168.255.255",
        benchmarking: "benchmarking" = "198.18.0.0" ..= "198.19.255.255",
        documentation_2: "documentation" = "198.51.100.0" ..= "198.51.100.255",
        documentation_3: "documentation" = "203.0.113.0" ..= "203.0.113.255",
        multicast: "multicast" = "224.0.0.0" ..= "239.255.255.255",
        reserved_and_broadcast: "reserved" = "240.0.0.0" ..= "255.255.255.255",
        loopback_v6: "loopback" = "::1" ..= "0:0:0:0:0:0:0:1",
        unspecified_v6: "unspecified" = "::" ..= "::0",
        unique_local: "unique local" = "fc00::" ..= "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        link_local_v6: "link-local" = "fe80::" ..= "febf::1",
        site_local_v6: "site-local" = "fec0::" ..= "feff::1",
        multicast_v6: "multicast" = "ff00::" ..= "ff02::1",
        documentation_v6: "documentation" = "2001:db8::" ..= "2001:db8:ffff::1",
        documentation_v6_new: "documentation" = "3fff::" ..= "3fff:fff::1",
        teredo_and_benchmarking_v6: "protocol assignments, Teredo, benchmarking" = "2001::1" ..= "2001:2::1",
        discard_only: "not global" = "100::" ..= "100::ffff",
        nat64_local: "not global" = "64:ff9b:1::" ..= "64:ff9b:1:ffff::7f00:1",
        segment_routing: "not global" = "5f00::1" ..= "5f00:ffff::1",
        v4_compatible: "not global" = "::7f00:1" ..= "::10.0.0.1",
        v4_translated: "not global" = "::ffff:0:127.0.0.1" ..= "::ffff:0:10.0.0.1",
        mapped_loopback: "loopback" = "::ffff:127.0.0.1" ..= "::ffff:7f00:1",
        mapped_private: "private" = "::ffff:10.0.0.1" ..= "::ffff:192.168.1.1",
        nat64_private: "private" = "64:ff9b::10.0.0.1" ..= "64:ff9b::172.17.0.1",
        nat64_metadata: "link-local" = "64:ff9b::169.254.169.254" ..= "64:ff9b::a9fe:a9fe",
        tunnel_6to4_private: "private" = "2002:a00:1::1" ..= "2002:c0a8:101::",
        tunnel_6to4_loopback: "loopback" = "2002:7f00:1::" ..= "2002:7fff:ffff::1",
        isatap_private: "private" = "2a00::5efe:10.0.0.1" ..= "2a00::200:5efe:192.168.0.1",
    }

    #[test]
    fn global_addresses_pass() {
        for ip in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
            "64:ff9b::1.1.1.1",
            "::ffff:1.1.1.1",
            "2002:101:101::1",
        ] {
            check_passes(ip);
        }
    }

    #[test]
    fn an_allowed_range_opens_what_it_holds_in_every_form_and_no_more() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().unwrap()]);
        for ip in ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"] {
            assert_eq!(guard.check(ip.parse().unwrap()), Ok(()), "{ip}");
        }
        for ip in ["10.0.0.1", "::1"] {
            assert!(guard.check(ip.parse().unwrap()).is_err(), "{ip}");
        }
    }

    #[track_caller]
    fn check_url_refused(url: &str) {
        assert!(Guard::default().check_url(&Url::parse(url).unwrap()).is_err(), "{url}");
    }

    #[test]
    fn a_decimal_host_is_an_address() {
        check_url_refused("http://2130706433/");
    }

    #[test]
    fn an_octal_host_is_an_address() {
        check_url_refused("http://0177.0.0.1/");
        check_url_refused("http://017700000001/");
    }

    #[test]
    fn a_hexadecimal_host_is_an_address() {
        check_url_refused("http://0x7f.0.0.1/");
        check_url_refused("http://0x7f000001/");
    }

    #[test]
    fn a_shortened_host_is_an_address() {
        check_url_refused("http://127.1/");
        check_url_refused("http://0/");
        check_url_refused("http://10.1/");
    }

    #[test]
    fn a_trailing_dot_does_not_hide_an_address() {
        check_url_refused("http://127.0.0.1./");
    }

    #[test]
    fn full_width_digits_and_encoded_dots_do_not_hide_an_address() {
        check_url_refused("http://１２７.0.0.1/");
        check_url_refused("http://127%2e0%2e0%2e1/");
        check_url_refused("http://127。0。0。1/");
    }

    #[test]
    fn a_mapped_v6_host_is_an_address() {
        check_url_refused("http://[::ffff:127.0.0.1]/");
        check_url_refused("http://[::ffff:7f00:1]/");
        check_url_refused("http://[0:0:0:0:0:ffff:10.0.0.1]/");
    }

    #[test]
    fn user_information_does_not_hide_the_host() {
        check_url_refused("http://example.org@127.0.0.1/");
        check_url_refused("http://example.org\\@127.0.0.1/".replace('\\', "%5C").as_str());
    }

    #[test]
    fn a_name_keeps_only_its_global_addresses() {
        let found = ["10.0.0.1:0", "1.1.1.1:0"].map(|a| a.parse().unwrap());
        assert_eq!(Guard::default().admit("a.example", found).unwrap(), [found[1]]);
    }

    #[test]
    fn a_name_that_leads_only_inside_is_refused() {
        let error = Guard::default().admit("a.example", ["10.0.0.1:0".parse().unwrap()]).unwrap_err();
        assert!(matches!(error, ResolveError::Refused { .. }), "{error}");
        let error = Guard::default().admit("a.example", []).unwrap_err();
        assert!(matches!(error, ResolveError::NoAddress { .. }), "{error}");
    }
}
