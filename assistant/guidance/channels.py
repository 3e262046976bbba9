"""The channels a configuration chooses: our own, through Altinn Notifications, or ones that others have written."""

from __future__ import annotations

import os
from collections.abc import Callable
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
from channels.installed import BrokenChannel, make_installed
from channels.letter import LetterChannel, PrintFolder
from channels.signing import DkimKey, UnusableKey
from channels.sms import SmsChannel, SmsGateway

OWN = ("chat", "email", "sms", "letter", "push")
"""The names our own channels have. A package takes the place of one by `through`, not by its name."""


def make_channels(
    config: Config, chat: ChatChannel, clock: Clock, http: aiohttp.ClientSession, keys: IdentityKeys
) -> dict[str, Channel]:
    """One channel a name. Raises ConfigurationError for a channel that cannot be used, and says why.

    A channel of a package that takes nobody's place goes by its own name, once it has a table of settings.
    """
    made: dict[str, Channel] = {
        "chat": chat,
        "email": _made("email", config.email.through, config, clock, http, keys),
        "sms": _made("sms", config.sms.through, config, clock, http, keys),
    }
    if config.letter.is_in_a_folder:
        made["letter"] = _letter(config, clock)
    elif config.letter.is_posted:
        made["letter"] = _installed("letter.through", config.letter.through, config, clock)
    replacing = {config.email.through, config.sms.through, config.letter.through}
    for name in config.channel:
        if name in OWN:
            raise ConfigurationError(
                f"channel.{name}: {name} is our own channel: choose another by {name}.through"
            )
        if name not in replacing:
            made[name] = _installed(f"channel.{name}", name, config, clock)
    return made


def _made(
    name: Literal["email", "sms"],
    through: str,
    config: Config,
    clock: Clock,
    http: aiohttp.ClientSession,
    keys: IdentityKeys,
) -> Channel:
    ours: dict[tuple[str, str], Callable[[], Channel]] = {
        ("email", "smtp"): lambda: _email(config, clock, keys),
        ("sms", "gateway"): lambda: _sms(config, clock),
        (name, "altinn"): lambda: _altinn(name, config, clock, http),
    }
    make = ours.get((name, through))
    return make() if make else _installed(f"{name}.through", through, config, clock)


def _installed(setting: str, name: str, config: Config, clock: Clock) -> Channel:
    try:
        return make_installed(name, config.channel.get(name, {}), clock)
    except BrokenChannel as broken:
        raise ConfigurationError(f"{setting}: {broken}") from None


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
        price=email.price,
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
    gateway = SmsGateway(
        url=sms.gateway_url,
        token=sms.token.get_secret_value(),
        sender=sms.sender,
        price_per_part=sms.price_per_part,
        tells=bool(sms.secrets),
    )
    return SmsChannel(gateway, clock)


def _letter(config: Config, clock: Clock) -> LetterChannel:
    folder = config.letter.folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(f"letter.folder: {folder} is no folder we can write to: make it first")
    return LetterChannel(PrintFolder(folder, config.letter.sender.strip(), config.letter.price), clock)


def _altinn(
    name: Literal["email", "sms"], config: Config, clock: Clock, http: aiohttp.ClientSession
) -> AltinnChannel:
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
