"""What a municipality sets before it starts Varde: one file or environment, read once, no secrets printed."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

OSLO = ZoneInfo("Europe/Oslo")

Clock = Callable[[], datetime]
"""Tells the moment it is, aware, in UTC."""


class ConfigurationError(ValueError):
    """The configuration cannot be used; the message names the setting, the value and the way out."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegisterSettings(_Section):
    """Where a register answers, and how we show who we are."""

    base_url: str
    timeout_seconds: float = 10.0


class VehicleRegisterSettings(RegisterSettings):
    """The one register that knows us by a key of its own."""

    api_key: SecretStr = SecretStr("")


IncomeForm = Literal["own", "ks_fiks_get", "ks_fiks_post", "ks_fiks_post_v2"]
"""In which documented form a person's tax basis is asked for: the tax administration's own, or one of KS Fiks'."""


class TaxAdministrationSettings(RegisterSettings):
    """The tax administration's own interface; its list of events is read there whatever the `form` is."""

    base_url: str = ""
    form: IncomeForm = "own"


class KsFiksSettings(RegisterSettings):
    """KS Fiks register, through which a municipality may ask the tax administration.

    `role_id`: the role in KS Fiks that may ask, a part of each address there.
    """

    base_url: str = ""
    role_id: str = ""
    integration_id: str = ""
    integration_password: SecretStr = SecretStr("")
    scope: str = "ks:fiks"


class MaskinportenSettings(_Section):
    """Our client at Maskinporten. `consumer_org`: the organisation that has delegated its access to us, or
    `on_behalf_of`: the sub-client; a grant holds at most one of them. `certificate_file`: the enterprise
    certificate and its chain as PEM, sent in the grant's `x5c` where the key is not registered by a `kid`.
    """

    issuer: str = ""
    token_url: str = ""
    client_id: str = ""
    private_key_file: Path | None = None
    certificate_file: Path | None = None
    consumer_org: str = Field(default="", pattern=r"^(\d{9})?$")
    on_behalf_of: str = ""

    @model_validator(mode="after")
    def _one_delegation(self) -> Self:
        if self.consumer_org and self.on_behalf_of:
            raise ValueError("give consumer_org or on_behalf_of, not both: Maskinporten takes one")
        return self


class LoginSettings(_Section):
    """An OpenID provider: ID-porten for residents, an ordinary provider for staff."""

    issuer: str = ""
    client_id: str = "varde"
    client_secret: SecretStr = SecretStr("")
    acr: str = "idporten-loa-high"


class AltinnSettings(RegisterSettings):
    """Altinn's platform, for notices. `resource_id`: our service in its register of resources.

    `most_a_second`: so many email and SMS together; 0 for no limit.
    """

    base_url: str = ""
    most_a_second: int = Field(default=0, ge=0)
    resource_id: str = ""


class DialogportenSettings(RegisterSettings):
    """Dialogporten, where decisions are made known too. Off while `base_url` is empty."""

    base_url: str = ""
    service_resource: str = Field(default="", pattern=r"^(urn:altinn:resource:.+)?$")

    @model_validator(mode="after")
    def _names_a_service(self) -> Self:
        if self.base_url and not self.service_resource:
            raise ValueError("set service_resource too: our service as Altinn's register of resources has it")
        return self


class DkimSettings(_Section):
    """Signatures over our email. `key_file`: an RSA key in PEM, whose public half stands in DNS at
    `<selector>._domainkey.<domain>`."""

    domain: str = ""
    selector: str = ""
    key_file: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if any((self.domain, self.selector, self.key_file)) and not all(
            (self.domain, self.selector, self.key_file)
        ):
            raise ValueError("set domain, selector and key_file, or none of them")
        return self


class ReturnedMailSettings(_Section):
    """Where email that cannot be delivered comes back to: `address`, whose mail is to arrive at `host` and `port`.

    Off while `address` is empty. Each message's own mark is put behind a + in it, so its first part is short.
    """

    address: str = Field(default="", pattern=r"^([a-z0-9.-]{1,8}@[^@\s]+)?$")
    host: str = "127.0.0.1"
    port: int = 2525


class EmailSettings(_Section):
    """The mail server, and who mail is from. `starttls` refuses to go on unencrypted; `tls` is encrypted from the
    first byte (port 465). The server's certificate is checked, against `ca_file` where that is set.

    `through`: smtp, altinn, or the name of an installed channel. `price`: NOK a message, where it is known.
    `most_a_second`: so many messages by all workers together, the rest come after them; 0 for no limit.
    """

    through: str = "smtp"
    most_a_second: int = Field(default=0, ge=0)
    price: Decimal | None = Field(default=None, ge=0)
    host: str = "127.0.0.1"
    port: int = 25
    starttls: bool = False
    tls: bool = False
    ca_file: Path | None = None
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "varde@kommune.example"
    sender_name: str = "Varde"
    dkim: DkimSettings = DkimSettings()
    returned: ReturnedMailSettings = ReturnedMailSettings()

    @model_validator(mode="after")
    def _one_kind_of_tls(self) -> Self:
        if self.starttls and self.tls:
            raise ValueError("set starttls (usually port 587) or tls (usually port 465), not both")
        return self


class SmsSettings(_Section):
    """The SMS gateway, and what a text costs.

    `through`: gateway, altinn, or the name of an installed channel. `price_per_part`: NOK, where it is known.
    `most_an_hour`: texts from this sender in an hour; over it they wait; 0 for no limit. `most_a_second`: as
    for email. `secrets`: the gateway signs its receipts and replies with one of them (two while it is being changed).
    `replies_to`: the number people can answer to; empty where the gateway takes no answers; nothing is asked then.
    """

    through: str = "gateway"
    price_per_part: Decimal | None = Field(default=None, ge=0)
    gateway_url: str = ""
    token: SecretStr = SecretStr("")
    sender: str = "Varde"
    secrets: tuple[SecretStr, ...] = Field(default=(), max_length=2)
    replies_to: str = Field(default="", pattern=r"^([0-9]{4,11})?$")
    most_an_hour: int = Field(default=5_000, ge=0)
    most_a_second: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _answers_come_to_us(self) -> Self:
        if self.replies_to and self.through == "altinn":
            raise ValueError(
                "leave replies_to empty with through = altinn: answers do not come back that way"
            )
        if self.replies_to and not self.secrets:
            raise ValueError("set secrets too: the gateway must sign the answers it hands on to replies_to")
        return self


class LetterSettings(_Section):
    """Letters by post. `through`: folder, or the name of an installed channel.

    `folder`: where a print house fetches them; no letter is posted while it is empty. `sender`: name and address
    that letters come back to, a line each. `price`: NOK a letter, where it is known.
    """

    through: str = "folder"
    folder: Path | None = None
    sender: str = ""
    price: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _says_who_it_is_from(self) -> Self:
        if self.folder is not None and not self.sender.strip():
            raise ValueError("set sender too: the name and address that letters come back to")
        return self

    @property
    def is_in_a_folder(self) -> bool:
        return self.through == "folder" and self.folder is not None

    @property
    def is_posted(self) -> bool:
        """Whether a machine posts letters at all."""
        return self.through != "folder" or self.folder is not None


class PushSettings(_Section):
    """Notices in the browser. Off while `contact` is empty: mailto: or https:, where push services reach us."""

    contact: str = Field(default="", pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+)?$")


class NoticeSettings(_Section):
    """When people may be interrupted by email and SMS.

    Quiet from `quiet_from` until `quiet_until`, Norwegian time, usually over midnight; never where they are the
    same. `days_off`: on Sundays and public holidays no notice goes. `a_week`: so many at most to one person in
    any seven days; 0 for no limit. `gather_at`: when those who want one notice a day, or a week, get it.
    """

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    days_off: bool = True
    a_week: int = Field(default=3, ge=0)
    gather_at: time = time(12)


AT_ANY_TIME = NoticeSettings(quiet_from=time(0), quiet_until=time(0), days_off=False, a_week=0)
"""For demonstrations and tests: whoever tries it at night wants to see what it does."""


class WebhookSettings(_Section):
    """What subscribers are told, by signed requests."""

    allow_this_machine: bool = False  # also plain http to loopback addresses: for demonstrations and tests


class TrialSettings(_Section):
    """A trial: only these persons are sent anything; off where neither is set.

    Each is an id as `varde person` prints it.
    """

    only_to: tuple[str, ...] | None = None
    only_to_file: Path | None = None  # one id a line; # begins a comment


class Config(_Section):
    """All settings, read from `varde.toml` (or what VARDE_CONFIG names), then from VARDE_* variables."""

    data_dir: Path = Path("data")
    database_url: str = ""  # empty: SQLite in data_dir
    public_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: int = 8080
    municipality: str = "9999"
    clock_days: int = 0  # how many days the clock is moved, for demonstrations and tests
    poll_seconds: float = 5.0
    widget_origins: tuple[str, ...] = ()  # other sites that may embed the widget
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For tells the client's address
    population_register: RegisterSettings = RegisterSettings(base_url="")
    tax_administration: TaxAdministrationSettings = TaxAdministrationSettings()
    ks_fiks: KsFiksSettings = KsFiksSettings()
    contact_register: RegisterSettings = RegisterSettings(base_url="")
    kindergarten_system: RegisterSettings = RegisterSettings(base_url="")
    vehicle_register: VehicleRegisterSettings = VehicleRegisterSettings(base_url="")
    maskinporten: MaskinportenSettings = MaskinportenSettings()
    residents_login: LoginSettings = LoginSettings()
    staff_login: LoginSettings = LoginSettings(acr="")
    email: EmailSettings = EmailSettings()
    sms: SmsSettings = SmsSettings()
    letter: LetterSettings = LetterSettings()
    push: PushSettings = PushSettings()
    channel: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, repr=False
    )  # the settings of channels that are installed, by their names
    notices: NoticeSettings = NoticeSettings()
    trial: TrialSettings = TrialSettings()
    backup_within_hours: int = Field(default=26, ge=0)  # `varde status` asks for one; 0: it does not
    virus_scanner: str = ""  # clamd: unix:///run/clamav/clamd.ctl or tcp://host:3310; empty: not scanned
    altinn: AltinnSettings = AltinnSettings()
    dialogporten: DialogportenSettings = DialogportenSettings()
    event_secrets: tuple[SecretStr, ...] = Field(default=(), max_length=2)  # of those who POST /events
    api_tokens: Mapping[str, SecretStr] = Field(
        default_factory=dict
    )  # service, or service@municipality → token
    webhooks: WebhookSettings = WebhookSettings()

    @field_validator("api_tokens")
    @classmethod
    def _named(cls, tokens: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        for name in tokens:
            if not re.fullmatch(r"[^@]+(@[0-9]{4})?", name):
                raise ValueError(
                    f"{name!r} must be a service, or a service, @ and the four digits of its municipality"
                )
        return tokens

    @field_validator("virus_scanner")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"unix:///.+|tcp://[^/:\[\]]+:\d{1,5}", address):
            raise ValueError(
                f"{address!r} is no address of clamd; write unix:///run/clamav/clamd.ctl or tcp://127.0.0.1:3310"
            )
        return address

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'varde.sqlite3'}"

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def clock(self) -> Clock:
        moved = timedelta(days=self.clock_days)
        return lambda: datetime.now(UTC) + moved

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        environ = os.environ if environ is None else environ
        path = Path(environ.get("VARDE_CONFIG", "varde.toml"))
        values: dict[str, Any] = {}
        if path.exists():
            try:
                values = tomllib.loads(path.read_text())
            except tomllib.TOMLDecodeError as error:
                raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
        elif "VARDE_CONFIG" in environ:
            raise ConfigurationError(f"VARDE_CONFIG names {path}, which does not exist")
        for name in cls.model_fields:
            if (value := environ.get(f"VARDE_{name.upper()}")) is not None:
                values[name] = value
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            said = _not_known(cls, first["loc"]) if first["type"] == "extra_forbidden" else first["msg"]
            raise ConfigurationError(f"{path}: setting {where}: {said}") from None


def _not_known(config: type[BaseModel], where: tuple[int | str, ...]) -> str:
    """There is no such setting: which it may be meant to be."""
    section: type[BaseModel] = config
    for part in where[:-1]:
        inner = section.model_fields[str(part)].annotation if part in section.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return "there is no such setting"
        section = inner
    near = get_close_matches(str(where[-1]), section.model_fields, 1)
    return f"there is no such setting; did you mean {near[0]}?" if near else "there is no such setting"


def local_date(moment: datetime) -> date:
    """The day it is in Norway at that moment: law counts days in Norwegian time."""
    return moment.astimezone(OSLO).date()
