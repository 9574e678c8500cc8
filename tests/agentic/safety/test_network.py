"""The address guard: what it refuses, where it connects, and how it ends what others drag out."""

import gzip
import ipaddress
import socket
import ssl
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError, TransientToolError, UsageError
from agentic.safety.network import BrokenOff, asking, guarded_client, read_body
from agentic.safety.network import transport as net_transport
from agentic.safety.network.addresses import refused_address, refused_name
from tests.agentic.safety.serving import Site, misbehaving, reset, serving

PUBLIC = "93.184.216.34"


pytestmark = pytest.mark.usefixtures("no_grudges")


def fetch(url: str, **options: Any) -> bytes:
    with asking(url, **options) as response:
        return read_body(response)


PRIVATE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254"),
    *("127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1"),
    *("172.31.255.255", "192.168.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *("255.255.255.255", "100.100.100.200", "168.63.129.16"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1"),
    *("2001:db8::1", "3fff::1", "100::1", "4000::1", "64:ff9b:1::7f00:1", "5f00::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::a00:1"),
    *("64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::", "2002:c0a8:1::1"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "not an address", ""),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert refused_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "1.1.1.1", PUBLIC, "100.63.255.255", "100.128.0.0", "172.15.0.1"),
        *("172.32.0.1", "169.253.1.1", "192.167.1.1", "223.255.255.254", "126.255.255.255"),
        *("2606:4700:4700::1111", "2a00:1450:4001:800::200e", "64:ff9b::8.8.8.8"),
        "::ffff:8.8.8.8",
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert refused_address(address) is None


INNER = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
]
inner = st.sampled_from(INNER).flatmap(
    lambda network: st.integers(
        int(ipaddress.ip_network(network)[0]), int(ipaddress.ip_network(network)[-1])
    )
)


@given(inner)
def test_no_ipv6_form_of_an_inner_address_is_public(number: int) -> None:
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    forms = [f"::ffff:{low}", f"::{low}", f"64:ff9b::{low}", f"64:ff9b:1::{low}", f"2002:{low}::1"]
    teredo = number ^ 0xFFFFFFFF
    forms.append(f"2001:0:{low}:0:0:{teredo >> 16:x}:{teredo & 0xFFFF:x}")
    for form in [str(ipaddress.IPv4Address(number)), *forms]:
        assert refused_address(form), form


@given(st.integers(0, 2**32 - 1))
def test_what_python_holds_for_private_is_never_public(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        assert refused_address(str(address))


@given(st.integers(0, 2**128 - 1))
def test_ipv6_that_python_holds_for_private_is_never_public(number: int) -> None:
    address = ipaddress.IPv6Address(number)
    if address.is_private or address.is_multicast or address.is_reserved or address.is_site_local:
        assert refused_address(str(address))


@given(inner, st.sampled_from(["{0}", "0x{0:x}", "0{0:o}", "0x{0:08X}"]))
def test_numbers_that_stand_for_inner_addresses(number: int, spelling: str) -> None:
    url = f"http://{spelling.format(number)}/"
    with pytest.raises(ToolError) as caught, asking(url):
        pass
    assert not isinstance(caught.value, TransientToolError)


@pytest.mark.parametrize(
    "name",
    [
        *("localhost", "LOCALHOST.", "a.localhost", "metadata", "metadata.google.internal"),
        *("instance-data", "kubernetes.default.svc.cluster.local", "printer.local", "nas.lan"),
    ],
)
def test_names_that_are_never_public(name: str) -> None:
    assert refused_name(name)
    assert refused_name("example.org") is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1/", "127.0.0.1 is refused: its address is not a public one"),
        ("http://[::1]/", "not a public one"),
        ("http://[::ffff:10.0.0.1]/", "not a public one"),
        ("http://127.1/", "not a public one"),
        ("http://0x7f.0.0.1/", "not a public one"),
        ("http://0/", "not a public one"),
        ("http://127。0。0。1/", "not a public one"),
        ("http://169.254.169.254/latest/meta-data/", "a cloud's own services"),
        ("http://metadata.google.internal/", "a name of this computer, its network or its cloud"),
        ("http://user:pw@example.org/", "with a name or password in it is refused"),
        ("http://example.org@127.0.0.1/", "with a name or password in it is refused"),
        ("file:///etc/passwd", "'file' addresses can't be reached"),
        ("gopher://127.0.0.1/", "'gopher' addresses can't be reached; use http or https"),
        ("http://0177.0.0.1/", "is no web address"),
        ("http://[::1/", "is no web address"),
        ("http://xn--0/", "names no host"),
        ("http://[fe80::1%25eth0]/", "There is no host named"),
        ("http:///path", "names no host"),
        ("http://a.example/\ud83d", "is no web address"),
        (f"http://{'a' * 64}.example/", "There is no host named"),
        ("http://a..example/", "There is no host named"),
    ],
)
def test_addresses_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(ToolError, match=message), asking(url):
        pass


def test_a_name_that_changes_its_address_gets_nowhere(site: Site) -> None:
    """DNS rebinding: public when it is checked, loopback when it is connected to."""
    asked = []
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return next(answers)

    port = int(site.host.rpartition(":")[2])
    with pytest.raises(TransientToolError, match=r"rebind\.example can't be reached"):
        fetch(f"http://rebind.example:{port}/", resolve=resolve)  # tests reach loopback alone
    assert (asked, site.asked) == ([("rebind.example", port)], [])


@pytest.mark.parametrize(
    "addresses", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::ffff:10.0.0.1"]]
)
def test_one_inner_address_among_many_is_enough(addresses: list[str]) -> None:
    with pytest.raises(ToolError, match="not a public one"):
        fetch("http://mixed.example/", resolve=lambda host, port: addresses)


def test_the_host_is_named_as_it_was_asked(site: Site) -> None:
    site.add("/", "here")
    port = site.host.rpartition(":")[2]
    named = f"wiki.example:{port}"
    resolve = {"resolve": lambda host, port: ["::1", "127.0.0.1"]}  # the first does not answer
    assert fetch(f"http://{named}/", allow=[named], **resolve) == b"here"
    headers = site.asked[0][2]
    assert headers["Host"] == named
    assert headers["User-Agent"].startswith("agentic/")


def test_the_certificate_is_for_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = certificate(tmp_path / "keys.pem", "wiki.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(keys)
    trusting = ssl.create_default_context(cafile=keys)
    monkeypatch.setattr(net_transport, "_certificates", lambda: trusting)

    def answer(connection: socket.socket) -> None:
        with server.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(HEAD + b"Content-Length: 4\r\n\r\nhere")

    with misbehaving(answer, reads=False) as host:
        for name in ("wiki.example", "other.example"):
            named = host.replace("127.0.0.1", name)
            options: Any = {"allow": [named], "resolve": lambda host, port: ["127.0.0.1"]}
            if name == "wiki.example":
                assert fetch(f"https://{named}/", **options) == b"here"
                continue
            with pytest.raises(ToolError, match=r"other\.example can't be trusted: .*") as caught:
                fetch(f"https://{named}/", **options)
            assert not isinstance(caught.value, TransientToolError)


def certificate(place: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return place


def test_what_is_allowed_is_a_host_with_its_port(site: Site) -> None:
    site.add("/", "here")
    assert fetch(site.root, allow=[site.host]) == b"here"
    with pytest.raises(ToolError, match="not a public one"):
        fetch(site.root, allow=["127.0.0.1:1"])
    with pytest.raises(UsageError, match=r"'127\.0\.0\.1' is allowed without its port"):
        guarded_client(allow=["127.0.0.1"])
    with pytest.raises(UsageError, match="can't be allowed: it is no host"):
        guarded_client(allow=["[::1:80"])


def test_hosts_in_chinese_are_named_so() -> None:
    with pytest.raises(ToolError, match=r"There is no host named '塔\.測試'"):
        fetch("http://塔.測試/", resolve=lambda host, port: [])
    with pytest.raises(TransientToolError, match=r"塔\.測試 can't be reached"):
        fetch("http://塔.測試:1/", allow=["塔.測試:1"], resolve=lambda host, port: ["127.0.0.1"])


def test_an_allowed_name_still_leads_to_no_cloud_keys() -> None:
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"):
        with pytest.raises(ToolError, match="a cloud's own services"):
            fetch("http://a.example/", allow=["a.example:80"], resolve=lambda *_: [address])  # noqa: B023


def test_the_environment_lifts_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", site.root)
    monkeypatch.setenv("ALL_PROXY", site.root)
    monkeypatch.setenv("LANGCHAIN_ENV", "local")
    with pytest.raises(ToolError, match="not a public one"):
        fetch("http://127.0.0.1:1/")
    assert site.asked == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http://127.0.0.1:1/", "not a public one"),
        ("http://169.254.169.254/", "a cloud's own services"),
        ("file:///etc/passwd", "'file' addresses can't be reached"),
        ("ftp://example.org/", "'ftp' addresses can't be reached"),
        ("http://u:p@example.org/", "with a name or password"),
        ("http://[::1", "leads on to an address that is none"),
        ("http://xn--0/", "leads on to an address that is none|names no host"),
    ],
)
def test_redirects_are_checked_too(site: Site, target: str, message: str) -> None:
    url = site.add("/", status=302, Location=target)
    with pytest.raises(ToolError, match=message):
        fetch(url, allow=[site.host])


def test_redirects_lead_on_but_neither_in_circles_nor_far(site: Site) -> None:
    site.add("/end", "here")
    for number in range(6):
        target = f"/{number - 1}" if number else "/end"
        site.add(f"/{number}", status=302, Location=target)
    site.add("/a", status=301, Location="/b")
    site.add("/b", status=301, Location="/a")
    allow = {"allow": [site.host]}
    with asking(f"{site.root}/4", **allow) as response:
        assert (str(response.url), read_body(response)) == (f"{site.root}/end", b"here")
    with pytest.raises(ToolError, match="leads on through more than 5 redirects"):
        fetch(f"{site.root}/5", **allow)
    with pytest.raises(ToolError, match=r"/a leads in a circle of redirects"):
        fetch(f"{site.root}/a", **allow)


def test_headers_are_not_passed_on_to_another_host(site: Site) -> None:
    with serving() as other:
        other.add("/", "here")
        url = site.add("/", status=307, Location=other.root + "/")
        fetch(url, headers={"X-Api-Key": "k"}, allow=[site.host, other.host])
        assert site.asked[0][2]["X-Api-Key"] == "k"
        assert "X-Api-Key" not in other.asked[0][2]


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "broke off"),
        (b"not http at all\r\n\r\n", "broke off"),
        (HEAD + b"Content-Length: 99\r\n\r\nshort", "broke off"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "broke off"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "broke off"),
        (HEAD + b"X: " + b"x" * 200_000 + b"\r\n\r\n", "broke off"),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 99)[:-9], "broke off"),
    ],
)
def test_answers_that_break_off(data: bytes, message: str) -> None:
    with (
        misbehaving(lambda connection: connection.sendall(data)) as host,
        pytest.raises(BrokenOff, match=message),
    ):
        fetch(f"http://{host}/", allow=[host])


def test_a_connection_that_is_reset() -> None:
    with misbehaving(reset) as host, pytest.raises(TransientToolError, match="broke off"):
        fetch(f"http://{host}/", allow=[host])


def test_nobody_listens() -> None:
    with misbehaving(reset) as host:
        pass
    with pytest.raises(TransientToolError, match=r"can't be reached \(Connection refused\)"):
        fetch(f"http://{host}/", allow=[host])


@pytest.mark.parametrize("head", [HEAD + b"\r\n", HEAD + b"X: "])
def test_a_byte_at_a_time_ends_when_the_time_is_over(head: bytes) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not over.wait(0.02):
            connection.sendall(b"x")

    with misbehaving(drip) as host:
        try:
            with pytest.raises(BrokenOff, match=r"too slow: .* not done within 0\.3 seconds"):
                fetch(f"http://{host}/", allow=[host], seconds=0.3)
        finally:
            over.set()


def test_a_body_has_a_limit_whatever_it_says_of_itself(site: Site) -> None:
    large = site.add("/large", b"x" * 5_000_001)
    with pytest.raises(ToolError, match=r"too large to read \(5 MB\); at most 5 MB are read"):
        fetch(large, allow=[site.host])
    exact = site.add("/exact", b"x" * 5_000_000)
    assert len(fetch(exact, allow=[site.host])) == 5_000_000

    def endless(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with misbehaving(endless) as host, pytest.raises(ToolError, match="too large to read;"):
        fetch(f"http://{host}/", allow=[host])


def test_a_length_that_is_too_short_ends_the_body() -> None:
    data = HEAD + b"Content-Length: 5\r\n\r\nshort and more"
    with misbehaving(lambda connection: connection.sendall(data)) as host:
        assert fetch(f"http://{host}/", allow=[host]) == b"short"


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def test_packed_bodies(site: Site) -> None:
    allow = {"allow": [site.host]}
    good = site.add("/good", gzip.compress("塔".encode() * 1000), Content_Encoding="gzip")
    assert fetch(good, **allow) == "塔".encode() * 1000
    packed = bomb(300)
    with pytest.raises(ToolError, match="too large to read"):
        fetch(site.add("/bomb", packed, Content_Encoding="gzip"), **allow)
    twice = gzip.compress(packed)
    with pytest.raises(ToolError, match="packed its answer as 'gzip, gzip'"):
        fetch(site.add("/twice", twice, Content_Encoding="gzip, gzip"), **allow)
    with pytest.raises(ToolError, match="packed its answer as 'br'"):
        fetch(site.add("/br", b"x", Content_Encoding="br"), **allow)
    with pytest.raises(ToolError, match="damaged gzip"):
        fetch(site.add("/lie", b"plain text", Content_Encoding="gzip"), **allow)
    assert site.asked[0][2]["Accept-Encoding"] == "gzip"


def test_a_host_that_fails_again_and_again_is_left_alone() -> None:
    with misbehaving(reset) as host:
        for _ in range(4):
            with pytest.raises(TransientToolError):
                fetch(f"http://{host}/", allow=[host])
        with pytest.raises(ToolError, match="failed 4 times in a row and is left alone"):
            fetch(f"http://{host}/", allow=[host])
