"""Certificates: the hub's own, which offices pin when they join, or one that public authorities vouch for."""

import datetime
import hashlib
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Iterable
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.errors import UsageError

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: a pinned certificate is right whatever this computer's clock says."""


class BadCertificate(UsageError):
    code = "bad_certificate"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The hub's certificate cannot be used: {why}. Name a PEM file with --tls-cert, --tls-key."
        )


def own_certificate(names: Iterable[str]) -> bytes:
    """A self-signed certificate and its key as PEM. It does not expire: offices know it by its bytes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Daysheet hub")])
    utc = datetime.UTC
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=utc))
        .not_valid_after(datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=utc))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + private


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def certificate_in(pem: bytes) -> str:
    """The certificate alone, as PEM."""
    end = b"-----END CERTIFICATE-----"
    return (pem[: pem.index(end) + len(end)] + b"\n").decode()


def fingerprint(certificate: str) -> str:
    """SHA-256 of a certificate, as hexadecimal digits."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


def hub_context(pem: bytes) -> ssl.SSLContext:
    """What the hub answers with, from certificate and key as PEM."""
    # OpenSSL reads keys from files only. This one is ours alone and gone before anybody connects.
    descriptor, path = tempfile.mkstemp(prefix="daysheet-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        return hub_context_of_files(path, path)
    finally:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108


def hub_context_of_files(certificate: str, key: str) -> ssl.SSLContext:
    """The same from files. Raises: BadCertificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        raise BadCertificate(error.reason or "certificate and key do not fit together") from None
    except OSError as error:
        raise BadCertificate(os.strerror(error.errno or 0)) from None
    return context


def office_context(pinned: str) -> ssl.SSLContext:
    """What an office trusts: the one certificate that it pinned, else the authorities of its computer."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pinned:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.load_verify_locations(cadata=pinned)
        # The certificate itself is what is trusted, also where an authority stands behind it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(NO_CHECK_TIME)
    return context
