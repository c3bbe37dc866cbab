"""TLS as a local authority makes it: right, expired, of another name, of nobody; and the hub's own (T13)."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.replication.office import listen
from core.store import Store
from syncd.hub import app_of
from syncd.line import Trouble
from syncd.tls import certificate_in, hub_context, own_certificate
from tests.syncd.network import Running, Served, line_of

UTC = datetime.UTC
LONG_AGO, EARLY, LATE = (datetime.datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2002, 2099))


class Authority:
    """An authority that this computer may be told to trust."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
        builder = self._builder(self.name, self.key.public_key(), LONG_AGO, LATE)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def _builder(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        start: datetime.datetime,
        end: datetime.datetime,
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )

    def issue(self, host: str, *, until: datetime.datetime = LATE) -> bytes:
        """A server's certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        general: x509.GeneralName
        try:
            general = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            general = x509.DNSName(host)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        signed = (
            self._builder(name, key.public_key(), LONG_AGO, until)
            .add_extension(x509.SubjectAlternativeName([general]), critical=False)
            .add_extension(identifier, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Trusted by this computer for the time of a test."""
    made = Authority()
    file = tmp_path / "authorities.pem"
    file.write_bytes(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return made


async def _ask(network: Served, pem: bytes, *, pinned: str = "") -> str:
    server = await asyncio.to_thread(Running, app_of(network.hub), hub_context(pem))
    try:
        return await _through(network.offices[1], server.url, pinned)
    finally:
        await asyncio.to_thread(server.stop)


async def _through(book: Store, url: str, pinned: str) -> str:
    line = line_of(book, url=url, pinned=pinned)
    try:
        await line.ask("POST", "/sync/v1/exchange", listen(book, line.now_ms, wait_seconds=0).packed())
    except Trouble as trouble:
        return trouble.code
    finally:
        await line.close()
    return ""


async def test_a_certificate_of_a_trusted_authority_is_taken(network: Served, authority: Authority) -> None:
    assert await _ask(network, authority.issue("127.0.0.1")) == ""


async def test_an_expired_certificate_is_refused(network: Served, authority: Authority) -> None:
    assert await _ask(network, authority.issue("127.0.0.1", until=EARLY)) == "certificate_expired"


async def test_a_certificate_for_another_name_is_refused(network: Served, authority: Authority) -> None:
    assert await _ask(network, authority.issue("hub.example")) == "certificate_name"


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    network: Served, authority: Authority
) -> None:
    assert await _ask(network, own_certificate(["127.0.0.1"])) == "certificate_unknown"
    assert await _ask(network, Authority().issue("127.0.0.1")) == "certificate_unknown"


async def test_the_hubs_own_certificate_is_taken_where_it_is_pinned(network: Served) -> None:
    pem = own_certificate(["hub.example"])
    assert await _ask(network, pem, pinned=certificate_in(pem)) == ""


async def test_another_certificate_than_the_pinned_one_is_refused(
    network: Served, authority: Authority
) -> None:
    """Also one that an authority vouches for: a proxy that this computer was made to trust."""
    pinned = certificate_in(own_certificate(["127.0.0.1"]))
    assert await _ask(network, own_certificate(["127.0.0.1"]), pinned=pinned) == "certificate_unknown"
    assert await _ask(network, authority.issue("127.0.0.1"), pinned=pinned) == "certificate_unknown"


async def test_a_server_that_speaks_no_tls_is_refused(network: Served) -> None:
    assert network.server
    url = network.server.url.replace("http:", "https:")
    assert await _through(network.offices[1], url, "") == "tls"


def test_the_hub_speaks_no_older_tls() -> None:
    assert hub_context(own_certificate(["hub"])).minimum_version == ssl.TLSVersion.TLSv1_2
