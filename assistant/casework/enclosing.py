"""What is enclosed in a letter by post: the decision it tells of, with its reasons and how to appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.casework.case_rows import decision_with_case
from assistant.casework.letter_pdf import pdf_of
from assistant.config import local_date
from assistant.guidance.posting import Enclosed
from assistant.store import Transaction
from assistant.twin import Twin
from channels import Attachment


@dataclass(frozen=True)
class Enclosing:
    """Called in the transaction in which a letter begins to be posted."""

    twin: Twin

    async def __call__(self, tx: Transaction, person_id: str, content: Mapping[str, Any]) -> Enclosed | None:
        """The decision that a message's content names, for the one whose case it is."""
        decision_id = content.get("decision_id")
        found = await decision_with_case(tx, str(decision_id)) if decision_id else None
        if found is None or found[1].person_id != person_id:
            return None
        made, about = found
        home = await self.twin.municipality(tx, about.municipality)
        sender, on = home.name if home else "", local_date(made.decided_at)

        def enclosed() -> Sequence[Attachment]:
            pdf = pdf_of(made.letter, language=made.language, sender=sender, on=on)
            return (Attachment(f"vedtak-{about.number}.pdf", "application/pdf", pdf),)

        return enclosed
