"""The channels a configuration chooses: email and SMS of one's own, or through Altinn Notifications."""

from __future__ import annotations

from typing import Literal

import aiohttp

from assistant.config import Clock, Config, ConfigurationError
from assistant.guidance.marks import of_messages
from assistant.registers import MaskinportenTokens, RegisterError
from assistant.registers.altinn import NOTIFICATIONS, AltinnTokens
from assistant.store import IdentityKeys
from channels import Channel
from channels.altinn import AltinnChannel, AltinnOrders, NoToken
from channels.chat import ChatChannel
from channels.email import EmailChannel, SmtpServer
from channels.signing import DkimKey, UnusableKey
from channels.sms import SmsChannel, SmsGateway


def make_channels(
    config: Config, chat: ChatChannel, clock: Clock, http: aiohttp.ClientSession, keys: IdentityKeys
) -> dict[str, Channel]:
    """One channel a name. Raises ConfigurationError where Altinn is chosen and its address is not set."""
    return {
        "chat": chat,
        "email": _altinn("email", config, clock, http) or _email(config, clock, keys),
        "sms": _altinn("sms", config, clock, http) or _sms(config, clock),
    }


def _email(config: Config, clock: Clock, keys: IdentityKeys) -> EmailChannel:
    """Raises ConfigurationError for a key or a certificate that cannot be used."""
    email = config.email
    server = SmtpServer(
        host=email.host,
        port=email.port,
        tls="starttls" if email.starttls else "implicit" if email.tls else "none",
        ca_file=email.ca_file,
        sender=email.sender,
        sender_name=email.sender_name,
        username=email.username,
        password=email.password.get_secret_value(),
        returns=email.returned.address,
    )
    try:
        return EmailChannel(server, clock, _signer(config), of_messages(keys).make)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror or "no certificate in it"
        raise ConfigurationError(f"email.ca_file: {email.ca_file} cannot be used: {why}") from None


def _signer(config: Config) -> DkimKey | None:
    dkim = config.email.dkim
    if dkim.key_file is None:
        return None
    try:
        return DkimKey.from_file(dkim.domain, dkim.selector, dkim.key_file)
    except UnusableKey as error:
        raise ConfigurationError(f"email.dkim.key_file: {error}") from None


def _sms(config: Config, clock: Clock) -> SmsChannel:
    sms = config.sms
    gateway = SmsGateway(url=sms.gateway_url, token=sms.token.get_secret_value(), sender=sms.sender)
    return SmsChannel(gateway, clock)


def _altinn(
    name: Literal["email", "sms"], config: Config, clock: Clock, http: aiohttp.ClientSession
) -> AltinnChannel | None:
    """The channel through Altinn where that is chosen for this name."""
    if {"email": config.email.through, "sms": config.sms.through}[name] != "altinn":
        return None
    altinn = config.altinn
    if not altinn.base_url:
        raise ConfigurationError(f"{name}.through is altinn: set altinn.base_url (docs/channels.md)")
    tokens = AltinnTokens(altinn, http, MaskinportenTokens(config.maskinporten, http))

    async def token() -> str:
        try:
            return await tokens.token(NOTIFICATIONS)
        except RegisterError as error:
            raise NoToken(str(error)) from None

    orders = AltinnOrders(altinn.base_url, config.sms.sender, altinn.resource_id, altinn.timeout_seconds)
    return AltinnChannel(name, orders, token, clock)
