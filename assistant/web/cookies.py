"""The only place cookies are set: always HttpOnly, SameSite=Lax, Path=/, and over https with __Host-."""

from __future__ import annotations

from aiohttp import web

from assistant.config import Config


def name_of(config: Config, name: str) -> str:
    """The cookie's name: browsers refuse the prefix __Host- on plain http (a demo on loopback)."""
    return f"__Host-varde_{name}" if config.secure_cookies else f"varde_{name}"


def read(request: web.Request, config: Config, name: str) -> str | None:
    return request.cookies.get(name_of(config, name))


def put(
    response: web.StreamResponse, config: Config, name: str, value: str, *, max_age: int | None = None
) -> None:
    """Set a cookie that lives `max_age` seconds, or until the browser closes."""
    response.set_cookie(
        name_of(config, name),
        value,
        max_age=max_age,
        path="/",
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def drop(response: web.StreamResponse, config: Config, name: str) -> None:
    response.del_cookie(
        name_of(config, name), path="/", secure=config.secure_cookies, httponly=True, samesite="Lax"
    )
