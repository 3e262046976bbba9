"""Showing who we are at Altinn: Maskinporten's token, exchanged for one of Altinn's own and kept as long.

Interface: docs.altinn.studio, authentication: `GET /authentication/api/v1/exchange/maskinporten`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp

from assistant.config import AltinnSettings
from assistant.registers.errors import MalformedAnswer, NotConnected, RegisterRefused, RegisterUnavailable
from assistant.registers.transport import Tokens

REGISTER = "altinn"
NOTIFICATIONS = "altinn:serviceowner/notifications.create"
EXCHANGE = "/authentication/api/v1/exchange/maskinporten"
TASK = "exchange of tokens"


@dataclass
class AltinnTokens:
    """`await token(scope)`: one of Altinn's, for each token of Maskinporten's. Errors: those of the registers."""

    settings: AltinnSettings
    session: aiohttp.ClientSession
    maskinporten: Tokens
    _kept: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    async def token(self, scope: str, *, fresh: bool = False) -> str:
        """A token for the scope. It is renewed when Maskinporten's, which it ends with, is."""
        if not self.settings.base_url:
            raise NotConnected(REGISTER, TASK)
        shown = await self.maskinporten.token(scope, fresh=fresh)
        kept = self._kept.get(scope)
        if kept is None or kept[0] != shown:
            kept = self._kept[scope] = (shown, await self._exchanged(shown))
        return kept[1]

    async def _exchanged(self, shown: str) -> str:
        try:
            async with self.session.get(
                f"{self.settings.base_url.rstrip('/')}{EXCHANGE}",
                headers={"Authorization": f"Bearer {shown}"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.settings.timeout_seconds),
            ) as response:
                text, status = await response.text(errors="replace"), response.status
        except (TimeoutError, aiohttp.ClientError) as error:
            raise RegisterUnavailable(REGISTER, TASK, f"no answer ({type(error).__name__})") from None
        if status >= 500 or status == 429:
            raise RegisterUnavailable(REGISTER, TASK, f"answered with status {status}")
        if status != 200:
            raise RegisterRefused(REGISTER, TASK, status)
        token = text.strip().strip('"')
        if not token or not token.isascii() or any(sign.isspace() for sign in token):
            raise MalformedAnswer(REGISTER, TASK, "", "the answer is not a token")
        return token
