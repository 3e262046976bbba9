"""ID-porten's published id_token: refused as it stands, for an issuer and a level of before; good with today's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from assistant.web.id_token import LEVELS, BadToken, Expected, IdToken, check_id_token, key_id, signing_keys

EXAMPLES = Path(__file__).parents[1] / "registers" / "examples"
HEADER: dict[str, Any] = json.loads((EXAMPLES / "id_porten_6_header.json").read_text())
CLAIMS: dict[str, Any] = json.loads((EXAMPLES / "id_porten_6_claims.json").read_text())
KEY = RSAKey.generate_key(2048, parameters={"kid": HEADER["kid"]})
TODAY = {"iss": "https://test.idporten.no", "acr": "idporten-loa-high"}


def checked(lowest: str = "idporten-loa-high", **changed: Any) -> IdToken:
    token = jwt.encode(HEADER, CLAIMS | changed, KEY)
    assert key_id(token) == HEADER["kid"]
    expected = Expected(
        issuer="https://test.idporten.no",
        client_id="test_rp_yt2",
        nonce="min_fine_nonce_verdi",
        now=datetime.fromtimestamp(CLAIMS["iat"], UTC),
        acr=lowest,
    )
    return check_id_token(token, signing_keys({"keys": [KEY.as_dict(private=False)]}), expected)


def test_as_published_it_is_refused() -> None:
    with pytest.raises(BadToken, match="another issuer"):
        checked()
    with pytest.raises(BadToken, match="too low a level"):
        checked(iss=TODAY["iss"])


def test_with_todays_issuer_and_level_it_is_read() -> None:
    token = checked(**TODAY)

    assert (token.pid, token.subject) == ("20914695016", "-v-lcae5rGG-jlvzuv9Y9H7R8NmAeM2-kh0qWb-vPIE=")
    assert (token.acr, token.sid, token.claims["locale"]) == ("idporten-loa-high", None, "nb")


@pytest.mark.parametrize("asked", LEVELS)
@pytest.mark.parametrize("given", LEVELS)
def test_each_level_of_the_table(asked: str, given: str) -> None:
    if LEVELS.index(given) >= LEVELS.index(asked):
        assert checked(asked, **TODAY | {"acr": given}).acr == given
    else:
        with pytest.raises(BadToken, match="too low a level"):
            checked(asked, **TODAY | {"acr": given})


@pytest.mark.parametrize(
    "way",
    ["Minid-PIN", "Minid-OTC", "BankID", "BankID Mobil", "Buypass", "Commfides", "eIDAS", "TestID", "ny"],
)
def test_the_way_of_logging_in_is_not_judged(way: str) -> None:
    """The available values may change over time, so the client should not validate this value."""
    assert checked(**TODAY, amr=way).pid == CLAIMS["pid"]


def test_a_foreign_user_may_have_no_identity_number() -> None:
    token = jwt.encode(
        HEADER, {name: value for name, value in (CLAIMS | TODAY).items() if name != "pid"}, KEY
    )
    expected = Expected(
        TODAY["iss"], "test_rp_yt2", "min_fine_nonce_verdi", datetime.fromtimestamp(CLAIMS["iat"], UTC)
    )

    assert check_id_token(token, signing_keys({"keys": [KEY.as_dict(private=False)]}), expected).pid is None
