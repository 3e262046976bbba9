"""Email over TLS: after STARTTLS or from the first byte, and only to a server whose certificate is trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assistant.config import Config, ConfigurationError
from assistant.demo.mailbox import Mailbox
from assistant.guidance.channels import make_channels
from assistant.store import IdentityKeys
from channels.chat import ChatChannel
from channels.email import EmailChannel, SmtpServer
from channels.interface import Accepted, Failed, Outgoing

NOW = datetime.now(UTC)
MESSAGE = Outgoing(
    "0b0e8a8a-7a2e-4d0c-9df3-111111111111", "kari@post.example", "nb", "Hei", "Du har en melding."
)


def clock() -> datetime:
    return NOW


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for an IP address: the file to trust, and what a server shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mailbox.example")])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    shown, private = folder / f"{name}.crt", folder / f"{name}.key"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, private)
    return shown, context


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
async def test_it_arrives_encrypted_where_the_certificate_can_be_trusted(tmp_path: Path, kind: str) -> None:
    trusted, shown = certificate(tmp_path, "127.0.0.1")
    other, _ = certificate(tmp_path, "127.0.0.2")
    async with Mailbox(tmp_path / "mailbox", tls=shown, starttls=kind == "starttls") as mailbox:

        async def send(ca_file: Path | None) -> object:
            server = SmtpServer("127.0.0.1", mailbox.port, kind, ca_file, timeout_seconds=2)  # type: ignore[arg-type]
            return await EmailChannel(server, clock).send(MESSAGE)

        for ca_file in (other, None):
            assert isinstance(await send(ca_file), Failed)
        assert mailbox.listed() == []
        assert isinstance(await send(trusted), Accepted)
        assert len(mailbox.listed()) == 1


async def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    trusted, shown = certificate(tmp_path, "127.0.0.2")
    async with Mailbox(tmp_path / "mailbox", tls=shown) as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "implicit", trusted, timeout_seconds=2)
        assert isinstance(await EmailChannel(server, clock).send(MESSAGE), Failed)
        assert mailbox.listed() == []


@pytest.mark.parametrize(
    ("email", "said"),
    [
        (
            {"tls": True, "ca_file": "/no/such.pem"},
            "email.ca_file: /no/such.pem cannot be used: No such file",
        ),
        (
            {"dkim": {"domain": "a.example", "selector": "s", "key_file": "/no/such.pem"}},
            "email.dkim.key_file: /no/such.pem cannot be read: No such file",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_said_at_the_start(email: dict[str, object], said: str) -> None:
    config = Config.model_validate({"email": email})
    with pytest.raises(ConfigurationError, match=said):
        make_channels(config, ChatChannel(), clock, None, IdentityKeys.generate())  # type: ignore[arg-type]
