"""From values to an answer: a page in the visitor's language, JSON, or a redirect within the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup
from yarl import URL

from assistant.store.columns import to_json
from assistant.web import formats
from assistant.web.csrf import FIELD, SAFE, anonymous_token
from assistant.web.language import language_of
from assistant.web.navigation import navigation
from assistant.web.parts import PARTS, Parts
from assistant.web.security_headers import nonce_of
from assistant.web.static_files import STATIC
from assistant.web.texts import Texts
from assistant.web.visitor import LANGUAGES, VISITOR, Visitor

HERE = Path(__file__).parent / "templates"
STAFF_PATHS = ("/desk", "/editor")
NO_WAY_BACK = ("/", "/logged-out", "/login/callback", "/logout/provider")
TEXTS: web.AppKey[Texts] = web.AppKey("texts", Texts)


def set_up(app: web.Application, parts: Parts) -> None:
    """Load templates and texts, also those of extensions; TextFault when a text lacks a language."""
    folders = [HERE, *(more.templates for more in parts.extensions if more.templates)]
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env = aiohttp_jinja2.get_env(app)
    for name in ("kroner", "number", "day", "moment"):
        env.filters[name] = _in_language(getattr(formats, name))
    builtin = Path(__file__).parent / "texts"
    app[TEXTS] = Texts.load(builtin, *(more.texts for more in parts.extensions if more.texts))


def _in_language(write: Any) -> Any:
    @jinja2.pass_context
    def filter_(context: jinja2.runtime.Context, value: Any) -> str:
        return str(write(value, context["language"]))

    return filter_


def visitor_or_stranger(request: web.Request) -> Visitor:
    """The visitor, or, where a request failed before anybody was recognised, an anonymous one."""
    if VISITOR in request:
        return request[VISITOR]
    parts = request.app[PARTS]
    return Visitor("anonymous", language_of(request, parts.config), parts.config.municipality)


def text(request: web.Request, key: str, **values: object) -> str:
    """A text in the visitor's language, for code; templates call `t`."""
    return request.app[TEXTS](key, visitor_or_stranger(request).language, **values)


def render_text(request: web.Request, template: str, context: Mapping[str, Any] | None = None) -> str:
    """The filled template. Raises jinja2.UndefinedError for a variable nobody gave."""
    parts, texts, visitor = request.app[PARTS], request.app[TEXTS], visitor_or_stranger(request)

    def t(key: str, **values: object) -> str:
        return texts(key, visitor.language, **values)

    given = {
        "t": t,
        "visitor": visitor,
        "language": visitor.language,
        "languages": LANGUAGES,
        "path": request.rel_url.path_qs,
        "nonce": nonce_of(request),
        "static": request.app[STATIC].url,
        "csrf_field": FIELD,
        "csrf_token": visitor.csrf or anonymous_token(request, parts.config, parts.identities),
        "navigation": navigation(request.app, visitor, request.path),
        "login_url": _login_url(request),
        "panels": [more.front_panel for more in parts.extensions if more.front_panel],
    }
    return aiohttp_jinja2.get_env(request.app).get_template(template).render({**given, **(context or {})})


def _login_url(request: web.Request) -> str:
    """Where this page's login button leads: back here, or from the front page to their own."""
    staff = request.path.startswith(STAFF_PATHS)
    target = URL("/login/staff" if staff else "/login")
    if request.path in NO_WAY_BACK or request.method not in SAFE:
        return str(target)
    return str(target.with_query(next=local_path(request.rel_url.path_qs) or "/"))


def render(
    request: web.Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An HTML page from a template under assistant/web/templates (or an extension's folder)."""
    return web.Response(
        text=render_text(request, template, context), content_type="text/html", status=status, headers=headers
    )


def json_answer(
    data: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> web.Response:
    """JSON by the store's canonical form: exact decimals, whole ones as numbers and others as text."""
    return web.Response(text=to_json(data), content_type=media_type, status=status, headers=headers)


def redirect(path: str) -> web.Response:
    """Go on to a page of ours (303 See Other). `path` is one the code made, or one `local_path` passed."""
    if local_path(path) is None:
        raise ValueError(f"not a path of this site: {path!r}")
    return web.Response(status=303, headers={"Location": path})


def local_path(value: str | None) -> str | None:
    """The path if it leads to this site and nowhere else, for a `next` that came from outside; else None.

    >>> local_path("/me?tab=1"), local_path("//evil.example"), local_path("/\\\\evil.example")
    ('/me?tab=1', None, None)
    """
    if value is None or len(value) > 500 or not value.startswith("/") or value.startswith("//"):
        return None
    if any(character == "\\" or ord(character) <= 0x20 or ord(character) >= 0x7F for character in value):
        return None
    return value


def markup(html: str) -> Markup:
    """HTML that our own code made and escaped, such as a decision letter kept in the store."""
    return Markup(html)  # noqa: S704  (that is what the name says)
