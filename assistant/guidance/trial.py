"""A trial: only those on a list are sent anything, so that a new installation can be tried on real registers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.config import Config, ConfigurationError

PERSON_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Trial:
    """`only_to`: ids of persons; None where there is no trial and everybody is sent to.

    The chat is not kept back: it is a page that a person comes to by themself.
    """

    only_to: frozenset[str] | None = None

    @classmethod
    def from_config(cls, config: Config) -> Trial:
        """Raises ConfigurationError for a file that cannot be read or a line that is no id of a person."""
        chosen, path = config.trial.only_to, config.trial.only_to_file
        if chosen is None and path is None:
            return cls()
        listed = list(chosen or ())
        if path is not None:
            try:
                listed += [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"trial.only_to_file: {path} cannot be read: {error}") from None
        ids = [one for one in listed if one and not one.startswith("#")]
        for number, one in enumerate(ids, 1):
            if not PERSON_ID.fullmatch(one):
                # It may be an identity number that was written by mistake, so it is not repeated.
                raise ConfigurationError(
                    f"trial.only_to: entry {number} is no id of a person: write the id as `varde person` prints it"
                )
        return cls(frozenset(ids))

    def lets(self, channel: str, person_id: str) -> bool:
        """Whether a message may go to that person by that channel.

        >>> Trial(frozenset()).lets("email", "somebody"), Trial().lets("email", "somebody")
        (False, True)
        """
        return self.only_to is None or channel == "chat" or person_id in self.only_to


EVERYBODY = Trial()
