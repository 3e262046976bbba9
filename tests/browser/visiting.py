"""A person at a browser: opens pages, uses the keyboard, and notices what a page should never do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from demo_process import RunningDemo
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}

FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return '';
  const label = at.id && at.getRootNode().querySelector(`label[for="${CSS.escape(at.id)}"]`);
  const name = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? label?.textContent ?? at.textContent;
  return `${at.localName} ${name.replace(/\\s+/g, ' ').trim()}`;
}"""

VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
  console.error(`CSP: ${effectiveDirective} stopped ${blockedURI} at ${sourceFile}:${lineNumber}`);
});
"""


@dataclass
class Visit:
    """One browser profile with one page. `faults` grows by what no page may do."""

    demo: RunningDemo
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)
    expected_sockets_refused: bool = False
    allowed: set[str] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._console(message.type, message.text, page.url))
        page.on("pageerror", lambda error: self.faults.append(f"error on {page.url}: {error}"))

    def _console(self, kind: str, text: str, url: str) -> None:
        # Chromium says so itself when a page is answered with an error status that a test asked for.
        answered = re.search(r"responded with a status of (\d+)", text)
        if answered and int(answered[1]) in self.expected_statuses:
            return
        if self.expected_sockets_refused and "WebSocket connection to" in text:
            return
        if kind in ("error", "warning"):
            self.faults.append(f"console on {url}: {text}")

    def requested(self, url: str, is_navigation: bool, by: str) -> None:
        """Only a navigation may leave the site, and only to this machine's login provider."""
        target = urlsplit(url)
        if target.scheme in ("data", "blob", "about"):
            return
        ours = {urlsplit(origin).netloc for origin in (self.demo.base, self.demo.neighbour, *self.allowed)}
        if target.netloc not in ours and not (is_navigation and target.hostname == "127.0.0.1"):
            self.faults.append(f"{by} loads {target.scheme}://{target.netloc}{target.path}")

    def go(self, path: str, expect: int = 200) -> None:
        if expect != 200:
            self.expected_statuses.add(expect)
        answer = self.page.goto(self.demo.base + path)
        assert answer is not None
        assert answer.status == expect, f"{path} answered {answer.status}"

    def log_in(self, who: str, at: str = "/me") -> None:
        kind = "/login" if at.startswith(("/me", "/demo")) else "/login/staff"
        self.page.goto(f"{self.demo.base}{kind}?next={quote(at)}&login_hint={who}")
        assert urlsplit(self.page.url).path == at, self.page.url

    def until(self, path: str, there: Callable[[], Locator]) -> None:
        """Look at the page again until it shows what work in the background leads to."""
        for _ in range(80):
            self.go(path)
            if there().count():
                return
            time.sleep(0.4)
        raise AssertionError(f"{path} never showed it: {self.page.locator('main').inner_text()}")

    # ---- the keyboard ----

    def focused(self) -> str:
        """The element that has the focus: its kind and its name, '' for none."""
        return str(self.page.evaluate(FOCUSED))

    def tab_to(self, name: str, *, backwards: bool = False, most: int = 60) -> None:
        """Press Tab until what is called so has the focus, as one who sees no mouse would."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            if name in (here := self.focused()):
                return
            passed.append(here)
        raise AssertionError(f"Tab never came to {name!r}; it came to {passed}")

    def press(self, name: str, *, backwards: bool = False) -> None:
        self.tab_to(name, backwards=backwards)
        self.page.keyboard.press("Enter")

    def expect_focus(self, name: str) -> None:
        """The focus is, or within a moment comes, on what is called exactly so."""
        self._expect_focus(lambda here: here == name, name)

    def expect_focus_in(self, part: str) -> None:
        """The focus is, or within a moment comes, on something whose name holds `part`; never on nothing."""
        self._expect_focus(lambda here: here != "" and part in here, part)

    def _expect_focus(self, holds: Callable[[str], bool], wanted: str) -> None:
        for _ in range(50):
            if holds(here := self.focused()):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the focus is on {here!r}, not on {wanted!r}")

    # ---- the widget ----

    @property
    def chat(self) -> Locator:
        return self.page.locator("varde-chat")

    def at_step(self, number: int, title: str) -> None:
        """The chat asks this step of an errand of six now, and has only one to answer."""
        step = self.chat.locator("section[data-live]")
        expect(step).to_have_count(1)
        expect(step).to_contain_text(f"Steg {number} av 6")
        expect(step.get_by_role("heading")).to_have_text(title)


def visit(browser: Browser, demo: RunningDemo, language: str = "nb", **options: object) -> Visit:
    """A fresh profile that has never been here, in that language."""
    settings = {
        "color_scheme": "light",
        "reduced_motion": "reduce",
        "viewport": {"width": 1280, "height": 900},
    }
    context = browser.new_context(locale=LOCALES[language], **settings | options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    context.add_init_script(VIOLATIONS)
    made = Visit(demo, context, context.new_page())
    made.watch(made.page)
    context.on(
        "request",
        lambda request: made.requested(request.url, request.is_navigation_request(), request.resource_type),
    )
    return made
