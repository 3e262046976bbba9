"""What can go wrong between us and a register. No message ever holds an identity number, a name or a URL."""

from __future__ import annotations


class RegisterError(Exception):
    """A register did not give what was asked for. `register` is its id, `task` what was asked, in words."""

    def __init__(self, register: str, task: str, reason: str) -> None:
        super().__init__(f"{register}: {task}: {reason}")
        self.register = register
        self.task = task
        self.reason = reason


class RegisterUnavailable(RegisterError):
    """Silent, broken or busy (no answer in time, 429, 5xx). The work queue asks again later, nobody else.

    `retry_after`: the seconds the register asked us to wait, or None where it did not say.
    """

    def __init__(self, register: str, task: str, reason: str, retry_after: float | None = None) -> None:
        super().__init__(register, task, reason)
        self.retry_after = retry_after


class RegisterRefused(RegisterError):
    """The register understood and refused (4xx): the set-up must be put right, asking again is useless."""

    def __init__(self, register: str, task: str, status: int, code: str = "") -> None:
        super().__init__(
            register,
            task,
            f"refused with status {status}{f' ({code})' if code else ''}: "
            "check the base_url, the scope and what the register has granted us",
        )
        self.status = status
        self.code = code


class NotConnected(RegisterError):
    """No address is configured for the register."""

    def __init__(self, register: str, task: str) -> None:
        super().__init__(
            register, task, f"not connected: set {register}.base_url in varde.toml (docs/registers.md)"
        )


class NotFound(RegisterError):
    """The register has nothing under that identifier. `code` is the register's own code, if it gave one."""

    def __init__(self, register: str, task: str, code: str = "") -> None:
        super().__init__(register, task, f"nothing found{f' ({code})' if code else ''}")
        self.code = code


class NoAssessment(NotFound):
    """The tax administration has no tax basis for the person and year (SSG-007, SSG-008)."""


class Gone(NotFound):
    """What was there has been taken back (410; SSG-011 at the tax administration)."""


class MalformedAnswer(RegisterError):
    """The answer is not of the documented form. `field` says where; the value itself is never told."""

    def __init__(self, register: str, task: str, field: str, reason: str) -> None:
        super().__init__(register, task, f"field {field}: {reason}" if field else reason)
        self.field = field
