"""The addresses that requests come from, as limits count them."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64
"""One person at home has a whole network of this size, so addresses in it count as one."""


def without_mapping(address: str) -> str:
    """Return the IPv4 address where one is written as IPv6 (RFC 4291, 2.5.5.2), others as they are.

    All of IPv4 would otherwise be one network of IPv6.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or address)


def client_network(address: str) -> str:
    """Return what an address counts as: an IPv4 address itself, the /64 of an IPv6 address.

    What is no address counts as itself.
    """
    address = without_mapping(address)
    try:
        if isinstance(ip_address(address), IPv4Address):
            return address
        # A zone such as %eth0 belongs to the interface that a request came through.
        return str(ip_network(f"{address.partition('%')[0]}/{IPV6_PREFIX}", strict=False))
    except ValueError:
        return address
