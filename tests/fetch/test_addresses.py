"""What may be connected to: public web addresses, and nothing that only looks like one."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.fetch.addresses import NotAllowed, check_url, is_public
from scrapers.records import Code
from tests.support.constants import THOROUGH

MANY = settings(max_examples=20_000 if THOROUGH else 100, deadline=None)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "192.0.1.1", "2606:2800:220:1::1", "2a00:1450:4001::1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    """An address of the public internet is one."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        *("100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1"),
        *("fd00:ec2::254", "fe80::1", "fe80::1%lo", "2606:2800:220:1::1%eth0", "fec0::1", "ff02::1", "localhost", ""),
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    """Private, local, shared, reserved, translated and tunnelled addresses are not public; nor is other text."""
    assert not is_public(address)


@MANY
@given(st.ip_addresses())
def test_the_table_is_never_wider_than_the_registries(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What is public here is global, and no multicast address, by Python's own reading of the registries."""
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast


@MANY
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_address_is_never_reached(inner: ipaddress.IPv4Address) -> None:
    """Mapped, NAT64, 6to4 and Teredo forms are refused for every IPv4 address."""
    number = int(inner)
    forms = [(0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)]
    forms.append((0x20010000 << 96) | (number ^ 0xFFFFFFFF))
    assert not any(is_public(str(ipaddress.IPv6Address(form))) for form in forms)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/users/x",
        "http://blog.example.com/feed.xml?page=2",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://person.example:443/a?b=c",
        "HTTPS://Example.COM/x",
        "https://example.com/~a/%C3%A9 b",
        "https://93.184.216.34/",
        "https://example.com",
    ],
)
def test_urls_of_the_public_web_pass(url: str) -> None:
    """A public name on a usual port passes as it is."""
    assert check_url(url).host


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://example.com/x", "gopher://example.com/", "data:text/html,x", "//example.com/"),
        *("http+unix://%2Frun%2Fx.sock/", "javascript:alert(1)", "", "example.com", "http://", "http:///x"),
        *("http://user@example.com/", "http://user:pass@example.com/", "http://example.com@127.0.0.1/"),
        *(
            "http://127.0.0.1\\@example.com/",
            "http://exa mple.com/",
            "http://example.com:8080/",
            "http://example.com:22/",
        ),
        *("http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.0.0.1./"),
        *(
            "http://１２７.0.0.1/",
            "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
            "http://[::1]/",
            "http://[fe80::1%25lo]/",
            "http://[::ffff:7f00:1]/",
        ),
        *(
            "http://localhost/",
            "http://LOCALHOST/",
            "http://localhost./",
            "http://a.localhost/",
            "http://printer.local/",
        ),
        *(
            "http://metadata.google.internal/",
            "http://intranet/",
            "http://example.com%2f@evil.example/",
            "http://a..b/",
        ),
        *("http://[::1/", "http://example.com:99999999/", "http://example.com:x/", "http://%31%32%37.0.0.1/"),
    ],
)
def test_all_other_urls_are_refused(url: str) -> None:
    """A URL that no public page has is refused before anything is resolved."""
    with pytest.raises(NotAllowed) as refused:
        check_url(url)
    assert refused.value.code is Code.SSRF_REFUSED


def test_an_exemption_is_exact() -> None:
    """`allow` exempts one host and port, not another port of the host and not another host on the port."""
    allow = frozenset({"127.0.0.1:8765", "[::1]:8765", "intranet.example:8443"})
    assert check_url("http://127.0.0.1:8765/x", allow).port == 8765
    assert check_url("http://[::1]:8765/x", allow).port == 8765
    assert check_url("https://intranet.example:8443/", allow).port == 8443
    for url in ("http://127.0.0.1:8766/", "http://127.0.0.2:8765/", "http://127.0.0.1/", "http://[::1]:8766/"):
        with pytest.raises(NotAllowed):
            check_url(url, allow)


@MANY
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the check fail in another way, and none gets through to an address that is not public."""
    for url in (text, f"http://{text}", f"http://example.com{text}"):
        try:
            passed = check_url(url)
        except NotAllowed:
            continue
        assert passed.scheme in {"http", "https"}
        assert passed.port in {None, 80, 443}
