"""Limits count one person's addresses together, and nobody else's with them."""

import pytest

from common.client_addresses import client_network, without_mapping


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:CB00:7107", "203.0.113.7"),
        ("2001:db8:0:1:ffff::9", "2001:db8:0:1::/64"),
        ("2001:0DB8:0000:0001::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert client_network(address) == network


def test_only_mapped_addresses_are_rewritten() -> None:
    assert without_mapping("::ffff:203.0.113.7") == "203.0.113.7"
    for address in ("203.0.113.7", "2001:DB8::1", "no address"):
        assert without_mapping(address) == address
