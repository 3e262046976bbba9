"""A push service over a real socket, and a browser of it: it checks who sends, and reads what was sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from channels.push_crypto import from_base64url, to_base64url


def derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


@dataclass
class BrowserAtService:
    """A browser's half of RFC 8291."""

    name: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"sixteen bytes ok"

    @property
    def p256dh(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def fields(self, base: str) -> dict[str, str]:
        """What the browser gives its page."""
        return {
            "endpoint": f"{base}/push/{self.name}",
            "p256dh": to_base64url(self.p256dh),
            "auth": to_base64url(self.auth),
        }

    def read(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        assert (size, length) == (4096, 65)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        info = b"WebPush: info\0" + self.p256dh + theirs
        keying = derived(self.private.exchange(ec.ECDH(), point), self.auth, info, 32)
        key = derived(keying, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(keying, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None)
        assert plain.endswith(b"\x02")
        return plain[:-1]


@dataclass
class PushService:
    """`answers` are given in turn, then 201. `shown` is what each browser has shown, by its name."""

    key: str  # the public key of whoever may send
    base: str = ""
    browsers: dict[str, BrowserAtService] = field(default_factory=dict)
    shown: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def browser(self, name: str) -> dict[str, str]:
        made = self.browsers[name] = BrowserAtService(name)
        return made.fields(self.base)

    async def take(self, request: web.Request) -> web.Response:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (scheme, said["k"]) == ("vapid", self.key)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(said["k"]))
        pem = point.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        claims = jwt.decode(said["t"], ECKey.import_key(pem), algorithms=["ES256"]).claims
        assert claims["aud"] == self.base
        self.headers.append({**request.headers, "sub": claims["sub"], "exp": str(claims["exp"])})
        status, headers = self.answers.pop(0) if self.answers else (201, {})
        name = request.match_info["name"]
        if status == 201:
            body = await request.read()
            self.bodies.append(body)
            self.shown.append((name, json.loads(self.browsers[name].read(body))))
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def push_service(key: str) -> AsyncIterator[PushService]:
    service = PushService(key)
    app = web.Application()
    app.router.add_post("/push/{name}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    service.base = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()
