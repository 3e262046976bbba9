"""A built-in OpenID provider that behaves like ID-porten, with made-up people to log in as by one click.

It checks what a real one checks (client, redirect address, PKCE, a code used once), so that a mistake on our
side shows here. It is for the demonstration and for tests: whoever reaches it can be anyone of its people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import jinja2
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

from assistant.config import Clock
from assistant.web.provider import challenge

CODE_LIVES = timedelta(seconds=60)
TOKEN_LIVES = timedelta(seconds=120)
LANGUAGES = ("nb", "nn", "en", "se")


@dataclass(frozen=True)
class TestUser:
    """Somebody made up, whom one can log in as. `claims` go into the id_token as they stand."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    key: str  # short and stable: in the page's form, and in a test that logs in by it
    name: str
    note: str = ""  # what is special about this person, for the one who chooses
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def resident(cls, key: str, pid: str, name: str, note: str = "") -> TestUser:
        return cls(key, name, note, {"pid": pid})

    @classmethod
    def staff(cls, key: str, name: str, roles: Sequence[str], municipality: str, note: str = "") -> TestUser:
        claims = {"name": name, "preferred_username": key, "roles": list(roles), "municipality": municipality}
        return cls(key, name, note, claims)


@dataclass(frozen=True)
class Client:
    """Who may ask this provider: our application, as it is registered there."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    frontchannel_logout_uri: str = ""
    post_logout_redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Code:
    user: TestUser
    client: Client
    redirect_uri: str
    nonce: str
    challenge: str
    acr: str
    locale: str
    sid: str
    authenticated_at: datetime
    expires: datetime


@dataclass
class LoginProvider:
    """One issuer. `application()` is to be served at the issuer's address."""

    issuer: str
    clients: Sequence[Client]
    users: Callable[[], Sequence[TestUser]]
    clock: Clock
    acr: str = "idporten-loa-high"
    title: str = "Testinnlogging"
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True), repr=False
    )
    _codes: dict[str, _Code] = field(default_factory=dict, repr=False)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=16 * 1024)
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/jwks", self._jwks)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/authorize", self._choose)
        app.router.add_post("/token", self._token)
        app.router.add_get("/end_session", self._end_session)
        return app

    def _url(self, path: str) -> str:
        return f"{self.issuer.rstrip('/')}/{path}"

    # ---- what a client asks -----------------------------------------------------------------------

    async def _discovery(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": self._url("authorize"),
                "token_endpoint": self._url("token"),
                "jwks_uri": self._url("jwks"),
                "end_session_endpoint": self._url("end_session"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "acr_values_supported": ["idporten-loa-substantial", "idporten-loa-high"],
                "ui_locales_supported": list(LANGUAGES),
                "frontchannel_logout_supported": True,
                "frontchannel_logout_session_supported": True,
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [{**self.key.as_dict(private=False), "alg": "RS256"}]})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        client = self._authenticated(request)
        if client is None:
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "authorization_code":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        code = self._codes.pop(str(form.get("code", "")), None)
        verifier = str(form.get("code_verifier", ""))
        good = (
            code is not None
            and code.client == client
            and code.redirect_uri == form.get("redirect_uri")
            and code.expires > self.clock()
            and hmac.compare_digest(challenge(verifier).encode(), code.challenge.encode())
        )
        if code is None or not good:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {
                "access_token": secrets.token_urlsafe(24),
                "token_type": "Bearer",
                "expires_in": int(TOKEN_LIVES.total_seconds()),
                "id_token": self.id_token(code),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _authenticated(self, request: web.Request) -> Client | None:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        try:
            name, _, secret = base64.b64decode(sent, validate=True).decode().partition(":")
        except ValueError:
            return None
        for client in self.clients:
            if client.client_id == unquote(name) and hmac.compare_digest(
                client.client_secret.encode(), unquote(secret).encode()
            ):
                return client
        return None

    def id_token(self, code: _Code) -> str:
        """The signed token: the claims ID-porten documents."""
        now = self.clock()
        pairwise = hashlib.sha256(f"{self.issuer}|{code.client.client_id}|{code.user.key}".encode()).digest()
        claims = {
            "iss": self.issuer,
            "aud": code.client.client_id,
            "sub": base64.urlsafe_b64encode(pairwise).decode(),
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIVES).timestamp()),
            "auth_time": int(code.authenticated_at.timestamp()),
            "nonce": code.nonce,
            "jti": secrets.token_urlsafe(16),
            "acr": code.acr,
            "amr": ["TestID"],
            "locale": code.locale,
            "sid": code.sid,
            **code.user.claims,
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, algorithms=["RS256"])

    # ---- what a person sees -----------------------------------------------------------------------

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page to choose somebody on. A wrong request ends here, never at a stranger's address."""
        asked = request.query
        client = next((c for c in self.clients if c.client_id == asked.get("client_id")), None)
        if client is None or asked.get("redirect_uri") not in client.redirect_uris:
            return web.Response(text="unknown client_id or redirect_uri\n", status=400)
        if wrong := _what_is_wrong(asked):
            back = URL(asked["redirect_uri"]).update_query(
                error=wrong[0], error_description=wrong[1], state=asked.get("state", ""), iss=self.issuer
            )
            return web.Response(status=303, headers={"Location": str(back)})
        hinted = next((user for user in self.users() if user.key == asked.get("login_hint")), None)
        if hinted is not None:
            return self._logged_in(hinted, client, asked)  # the one click was where the link stood
        return self._page(
            CHOOSE,
            {"title": self.title, "users": self.users(), "asked": dict(asked)},
            forms_lead_to=str(URL(asked["redirect_uri"]).origin()),
        )

    async def _choose(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        client = next((c for c in self.clients if c.client_id == form.get("client_id")), None)
        if client is None or form.get("redirect_uri") not in client.redirect_uris or _what_is_wrong(form):
            return web.Response(text="the request is not one this provider made a page for\n", status=400)
        user = next((user for user in self.users() if user.key == form.get("user")), None)
        if user is None:
            back = URL(form["redirect_uri"])
            answer = back.update_query(error="access_denied", state=form["state"], iss=self.issuer)
            return web.Response(status=303, headers={"Location": str(answer)})
        return self._logged_in(user, client, form)

    def _logged_in(self, user: TestUser, client: Client, asked: Mapping[str, str]) -> web.Response:
        """Back to the client with a code for that user."""
        now = self.clock()
        sid, code = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
        self._codes[code] = _Code(
            user=user,
            client=client,
            redirect_uri=asked["redirect_uri"],
            nonce=asked["nonce"],
            challenge=asked["code_challenge"],
            acr=self.acr,
            locale=next((w for w in asked.get("ui_locales", "").split() if w in LANGUAGES), "nb"),
            sid=sid,
            authenticated_at=now,
            expires=now + CODE_LIVES,
        )
        answer = URL(asked["redirect_uri"]).update_query(code=code, state=asked["state"], iss=self.issuer)
        response = web.Response(status=303, headers={"Location": str(answer)})
        response.set_cookie(self._cookie, sid, httponly=True, samesite="Lax", path="/")
        return response

    @property
    def _cookie(self) -> str:
        return f"test_provider_{hashlib.sha256(self.issuer.encode()).hexdigest()[:8]}"

    async def _end_session(self, request: web.Request) -> web.Response:
        """RP-initiated logout: tells every client in a frame that the session has ended, then leads back."""
        sid = request.cookies.get(self._cookie, "")
        frames = [
            str(URL(client.frontchannel_logout_uri).update_query(iss=self.issuer, sid=sid))
            for client in self.clients
            if client.frontchannel_logout_uri and sid
        ]
        wanted = request.query.get("post_logout_redirect_uri", "")
        known = {uri for client in self.clients for uri in client.post_logout_redirect_uris}
        response = self._page(LEAVE, {"frames": frames, "back": wanted if wanted in known else ""})
        response.del_cookie(self._cookie, path="/")
        return response

    def _page(
        self, template: jinja2.Template, context: Mapping[str, Any], forms_lead_to: str = ""
    ) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; frame-src *; frame-ancestors 'none'; "
            f"base-uri 'none'; form-action 'self' {forms_lead_to}"
        )
        return web.Response(
            text=template.render({**context, "nonce": nonce}),
            content_type="text/html",
            headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
        )


def _what_is_wrong(asked: Mapping[str, str]) -> tuple[str, str] | None:
    """What ID-porten would refuse: PKCE by S256, state and nonce are required of every client."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope", "scope must hold openid"
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
        return "invalid_request", "PKCE with S256 is required"
    if not asked.get("state") or not asked.get("nonce"):
        return "invalid_request", "state and nonce are required"
    return None


_ENVIRONMENT = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)

STYLE = """
body { font: 1.0625rem/1.5 system-ui, sans-serif; margin: 0; background: #f3f5f7; color: #1c2530; }
main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 12px; }
@media (max-width: 36rem) { main { margin: 0; border-radius: 0; } }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
ul { list-style: none; padding: 0; margin: 1.5rem 0; display: grid; gap: .5rem; }
button { font: inherit; width: 100%; text-align: left; padding: .75rem 1rem; border-radius: 8px;
  cursor: pointer; border: 1px solid #8a97a5; background: #fff; color: inherit; }
button:hover { background: #eaf2f9; border-color: #1e4a6d; }
button:focus-visible, a:focus-visible { outline: 3px solid #1e4a6d; outline-offset: 2px; }
button span { display: block; font-size: .9375rem; color: #4b5866; }
button.cancel { width: auto; border-color: transparent; text-decoration: underline; }
iframe { display: none; }
"""

CHOOSE = _ENVIRONMENT.from_string(
    """<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="{{ nonce }}">"""
    + STYLE
    + """</style></head>
<body><main>
<h1>{{ title }}</h1>
<p>Alle her er oppdiktet. Velg hvem du vil logge inn som.</p>
<form method="post" action="authorize">
{% for name, value in asked.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}
<ul>
{% for user in users %}
<li><button name="user" value="{{ user.key }}">{{ user.name }}
{% if user.note %}<span>{{ user.note }}</span>{% endif %}</button></li>
{% endfor %}
</ul>
<button class="cancel" name="user" value="">Avbryt</button>
</form>
</main></body></html>
"""
)

LEAVE = _ENVIRONMENT.from_string(
    """<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><title>Logget ut</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{% if back %}<meta http-equiv="refresh" content="1; url={{ back }}">{% endif %}
<style nonce="{{ nonce }}">"""
    + STYLE
    + """</style></head>
<body><main>
<h1>Logget ut</h1>
<p>Du er logget ut av testinnloggingen.</p>
{% if back %}<p><a href="{{ back }}">Tilbake</a></p>{% endif %}
{% for frame in frames %}<iframe src="{{ frame }}" title="Utlogging"></iframe>{% endfor %}
</main></body></html>
"""
)
