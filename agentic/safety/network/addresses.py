"""Which addresses of the internet are public: those that a page named by a model may lie at."""

import ipaddress
from collections.abc import Iterator

__all__ = ["refused_address", "refused_name"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's registries of special-purpose addresses, of which `ipaddress` knows more or fewer with each
# release of Python.
_NOT_PUBLIC = {
    "0.0.0.0/8": "this network itself",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "a provider's inner network",
    "127.0.0.0/8": "this computer itself",
    "168.63.129.16/32": "a cloud's own services",  # Azure's, amid public addresses
    "169.254.0.0/16": "a local link, or a cloud's own services",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "reserved for documentation",
    "192.88.99.0/24": "reserved",
    "192.168.0.0/16": "a private network",
    "198.18.0.0/15": "reserved for tests",
    "198.51.100.0/24": "reserved for documentation",
    "203.0.113.0/24": "reserved for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "::/128": "this network itself",
    "::1/128": "this computer itself",
    "::/96": "reserved",
    "2001::/23": "reserved, or a tunnel to another address",  # Teredo among them
    "2001:db8::/32": "reserved for documentation",
    "2002::/16": "a tunnel to another address",  # 6to4, which nobody serves pages by any more
    "3fff::/20": "reserved for documentation",
    "64:ff9b:1::/48": "a translation to an inner address",
    "fc00::/7": "a private network",
    "fe80::/10": "a local link",
    "ff00::/8": "multicast",
}
_REFUSED = {ipaddress.ip_network(network): what for network, what in _NOT_PUBLIC.items()}
_GLOBAL = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 that is given out as public."""
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""IPv6 forms of an IPv4 address: as IPv6-only networks reach IPv4, and a form long given up."""
_CLOUDS = tuple(
    ipaddress.ip_network(network)
    for network in ("168.63.129.16", "169.254.0.0/16", "100.100.100.200", "192.0.0.192")
) + tuple(ipaddress.ip_network(network) for network in ("fe80::/10", "fd00:ec2::/32"))
"""Where clouds hand out the keys of the machine that asks."""

_NAMES = {"localhost", "metadata", "instance-data", "metadata.goog", "metadata.amazonaws.com"} | {
    *("localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "broadcasthost")
}
_ENDINGS = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa", ".lan")


def refused_address(text: str, *, trusted: bool = False) -> str | None:
    """What an address is, where it is not public; None where it is.

    Args:
        text: The address as a resolver gives it.
        trusted: Whether the host was named as one that may lie in a private network: then only
            where clouds hand out keys is refused.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "no address"
    forms = list(_forms(address))
    if trusted:
        cloud = any(each in network for each in forms for network in _CLOUDS)
        return "a local link, or a cloud's own services" if cloud else None
    for each in forms:
        for network, what in _REFUSED.items():
            if each in network:
                return what
    last = forms[-1]
    return None if last.version == 4 or last in _GLOBAL else "reserved"


def refused_name(host: str) -> str | None:
    """What a name is known to be, where it never is a public host; None where it may be."""
    name = host.rstrip(".").lower()
    if name in _NAMES or name.endswith(_ENDINGS):
        return "a name of this computer, its network or its cloud"
    return None


def _forms(address: _Address) -> Iterator[_Address]:
    """The address, and the IPv4 address that it stands for, last."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        elif any(address in network for network in _TRANSLATED):
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
