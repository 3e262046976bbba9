"""What is said by SMS beside notices: a question, whether it is wanted on paper, and answers to what people write.

Their templates are handed the sender's name and the number to answer to, and nothing else: they have nothing to tell.
"""

from __future__ import annotations

from typing import Final, Literal

from assistant.guidance.writing import Written, language_for, template_of

ASK_PAPER: Final = "ask_paper"

Answer = Literal["paper_yes", "paper_no", "nothing_asked", "stopped", "started", "help", "not_understood"]


def write_question(wish: str, sender: str, number: str, default: str = "nb") -> Written:
    """The second notice, which asks. `wish`: the person's language; `number`: what JA is sent to."""
    return _write(ASK_PAPER, wish, sender, number, default)


def write_answer(answer: Answer, wish: str, sender: str, number: str, default: str = "nb") -> Written:
    return _write(f"reply_{answer}", wish, sender, number, default)


def _write(name: str, wish: str, sender: str, number: str, default: str) -> Written:
    language = language_for(wish, default)
    text = template_of(name, "sms", language).render({"sender": sender, "number": number})
    title, _, body = text.strip().partition("\n")
    return Written("sms", language, title.strip(), body.strip(), {})
