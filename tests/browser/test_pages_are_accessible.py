"""Every page, wide and narrow: no axe finding, one h1, a title, the right lang, no sideways scroll.

The walk goes where people go: the pages open to all, a resident's, the errand step by step, the desk, the
editor and the biller's view. Each test says everything that is wrong on its way, not only the first.
`make test` walks in Bokmål, wide and narrow; the whole of `make test-long` in each language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from accessibility import DESKTOP, SMALL, faults_of
from demo_process import TODAY
from long_runs import WHOLE_AND_LONG
from playwright.sync_api import expect
from screenshots import picture
from visiting import LOCALES, Visit

from assistant.demo.population import made_up_municipality

LANGUAGES = tuple(LOCALES) if WHOLE_AND_LONG else ("nb",)
pytestmark = [pytest.mark.long] if WHOLE_AND_LONG else []
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass
class Walk:
    """Looks at pages on the way; `faults` is what was wrong with them."""

    visit: Visit
    language: str
    faults: list[str] = field(default_factory=list)

    def see(self, name: str) -> None:
        """Bokmål on both sizes, with axe on the small one, in the long form on both; the others on the small one."""
        sizes = (DESKTOP, SMALL) if self.language == "nb" else (SMALL,)
        axe_at = sizes if WHOLE_AND_LONG else (SMALL,)
        self.faults += faults_of(self.visit.page, name, self.language, sizes, axe_at)

    def go(self, path: str, expect: int = 200) -> None:
        self.visit.go(path, expect)
        self.see(path)

    def press(self, name: str) -> None:
        """Press the button of a form, by its name attribute and value: the same in each language."""
        attribute, _, value = name.partition("=")
        self.visit.page.locator(f'main button[name="{attribute}"][value="{value}"]').last.click()
        self.visit.page.wait_for_load_state()

    def over(self) -> None:
        assert not self.faults, "\n".join(self.faults)

    def links(self, start: str) -> list[str]:
        found: list[str] = self.visit.page.eval_on_selector_all(
            f'main a[href^="{start}"]', "all => all.map((a) => a.getAttribute('href'))"
        )
        return list(dict.fromkeys(found))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def walk(visitor: Callable[..., Visit], language: str) -> Walk:
    return Walk(visitor(language), language)


def test_pages_open_to_all(walk: Walk) -> None:
    page = walk.visit.page
    walk.go("/")
    if walk.language == "nb":
        picture(page, "front")
    walk.go("/promise")
    walk.go("/demo")
    if walk.language == "nb":
        picture(page, "story")
    for path in (
        "/demo/generations",
        "/demo/elsewhere",
        "/demo/mailbox",
        "/demo/sms",
        "/api/docs",
        "/logged-out",
    ):
        walk.go(path)
        if path == "/demo/generations":  # Vigdis's own price, whoever else has had a decision there
            expect(page.locator("main td").filter(has_text="600")).to_have_count(1)
    for n, details in enumerate(page.locator("details").all()[:1]):
        details.locator("summary").click()
        walk.see(f"/api/docs, details {n}")
    walk.visit.go("/demo/mailbox")
    mails = walk.links("/demo/mailbox/")
    walk.go(f"{mails[0]}?back=bounce")
    _stop_email(walk, mails)
    walk.go("/nowhere", 404)
    walk.go("/login/callback?state=unknown&code=x", 400)
    walk.go("/demo/story", 405)
    walk.over()


def _stop_email(walk: Walk, mails: list[str]) -> None:
    """Where an email's address to unsubscribe at leads, before its button and after, and back again."""
    for mail in mails:
        walk.visit.go(mail)
        if found := re.search(r"/unsubscribe/[a-z2-7]+", walk.visit.page.content()):
            break
    assert found, "no email says how to stop it"
    walk.go(found[0])
    for choice in ("stop", "send"):
        walk.press(f"email={choice}")
        walk.see(f"unsubscribing, {choice}")


def test_an_interrupted_login(walk: Walk) -> None:
    page = walk.visit.page
    walk.visit.page.goto(walk.visit.demo.base + "/login?next=/me")
    faults = faults_of(page, "the login provider", "nb", (DESKTOP, SMALL))
    walk.visit.expected_statuses.update((400, 401, 403))
    page.locator('button[value=""]').click()
    page.wait_for_url("**/login/callback?**")
    walk.see("the login that failed")
    walk.faults += faults
    walk.over()


def _look_at_my_data(walk: Walk) -> None:
    """All that is held, the log, and each way to ask; the first fact is said to be wrong."""
    page = walk.visit.page
    walk.go("/me/data")
    page.locator("main .known details > summary").first.click()
    walk.see("/me/data with a fact open")
    wrong = next(path for path in walk.links("/me/data/facts/") if path.endswith("/wrong"))
    stop = next(path for path in walk.links("/me/data/facts/") if path.endswith("/restriction"))
    question = next(path for path in walk.links("/me/data/log/") if path.endswith("/question"))
    for path in (
        "/me/data/log",
        "/me/data/everything",
        "/me/data/requests/erasure",
        "/me/data/requests/objection",
    ):
        walk.go(path)
    walk.go(stop)
    walk.go(question)
    walk.go(wrong)
    walk.visit.expected_statuses.add(422)
    page.locator("main form [name=reason]").fill(" ")
    walk.press("action=show")
    walk.see("a claim that lacks its reason")
    page.locator("main form [name=reason]").fill("x")
    walk.press("action=show")
    walk.see("what a claim would change")
    walk.press("action=send")
    walk.see("a request that was sent")
    walk.go("/me/data/requests")


PERSON_OF = {"nb": "eirik", "nn": "family0-mother", "en": "single5-parent"}


def test_a_residents_pages_and_the_errand_step_by_step(walk: Walk) -> None:
    """Each language has a person of its own. The one in Bokmål says that a fact is wrong."""
    page = walk.visit.page
    walk.visit.log_in(PERSON_OF[walk.language])
    walk.see("/me")
    walk.go("/me/twin")
    for summary in page.locator("main details > summary").all():
        summary.click()
    walk.see("/me/twin, every part open")
    walk.go("/me/twin?known=2026-11-01")
    walk.visit.expected_statuses.add(400)
    walk.go("/me/twin?known=yesterday", 400)
    _look_at_my_data(walk)
    walk.visit.go("/me")
    for summary in page.locator("main details > summary").all():
        summary.click()
    walk.see("/me, conditions open")
    message = walk.links("/me/guidance/")[0]
    walk.go(message)
    walk.go(f"{message}/not-this")
    walk.visit.go(message)
    page.locator("form[action='/me/errands'] button").first.click()
    page.wait_for_url("**/me/errands/*")
    errand = page.url.removeprefix(walk.visit.demo.base)
    seen = set()
    for _ in range(9):
        step = page.locator("main form.step-form input[name=step]").get_attribute("value") or ""
        assert step not in seen, f"{step} again: {page.locator('main').inner_text()}"
        seen.add(step)
        walk.see(f"the step {step}")
        last = page.locator("main button[value=submit]").count() == 1
        if last:
            break
        _answer(walk, step)
    assert {"household", "income_drop", "confirm", "summary"} <= seen | {"summary"}, seen
    walk.go(f"{errand}/cancel")
    walk.visit.go(errand)
    walk.press("action=submit")
    expect(page.locator("dl.summary-lines")).to_be_visible()
    walk.see("the receipt")
    walk.go("/me")
    walk.go(f"/me/decisions/{NOBODY}", 404)
    walk.go("/desk", 403)
    walk.over()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LAST = LANGUAGES[-1]


def test_an_errand_with_papers_and_the_desk_that_reads_them(
    walk: Walk, visitor: Callable[..., Visit]
) -> None:
    """Pia's, where people send documents: dropped again in all languages but the last, in which it is sent."""
    page = walk.visit.page
    walk.visit.expected_statuses |= {422}
    walk.visit.log_in("pia")
    page.locator("form[action='/me/errands'] button").first.click()
    page.wait_for_url("**/me/errands/*")
    errand = page.url
    while page.locator("input[type=file]").count() == 0:
        no = page.locator("main form.step-form input[type=radio][value=no]")
        if no.count():
            no.check()
        walk.press("action=next")
    walk.see("documents, none sent")
    walk.press("action=next")
    expect(page.locator(".ds-error-summary")).to_be_visible()
    walk.see("documents, one is needed")
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF + b" " * 10_485_760})
    expect(page.locator("#file-income-error")).to_have_attribute("role", "alert")
    walk.press("action=send")
    expect(file).to_be_focused()  # and nothing is sent
    walk.see("documents, a file that is too large")
    file.set_input_files({"name": "brev.html", "mimeType": "text/html", "buffer": b"<!doctype html><p>"})
    expect(page.locator("#file-income-error")).to_have_count(0)
    walk.press("action=send")
    expect(page.locator(".ds-error-summary")).to_be_visible()
    walk.see("documents, a file of another kind")
    long = "Skattemelding-med-et-svært-langt-navn-uten-mellomrom-som-må-brytes-2025.pdf"
    page.locator("input[type=file]").set_input_files(
        {"name": long, "mimeType": "application/pdf", "buffer": PDF}
    )
    walk.press("action=send")
    expect(page.locator(".files li")).to_have_count(1)
    walk.see("documents, one sent")
    if walk.language == "nb":
        picture(page, "documents")
    if walk.language != LAST:
        page.goto(f"{errand}/cancel")
        walk.press("action=withdraw")
        return walk.over()
    while page.locator("main button[value=submit]").count() == 0:
        walk.press("action=next")
    walk.press("action=submit")
    expect(page.locator(".sent-files")).to_be_visible()
    walk.see("the receipt with documents")
    for language in LANGUAGES:
        desk = Walk(visitor(language), language)
        desk.visit.log_in("paul", "/desk")
        desk.visit.until("/desk", lambda: desk.visit.page.locator("main a[href^='/desk/cases/']"))  # noqa: B023
        _open(desk, desk.links("/desk/cases/")[0])
        desk.see("a case with documents")
        expect(desk.visit.page.locator("main a[href^='/desk/documents/']")).to_have_count(1)
        desk.over()
    return walk.over()


def _answer(walk: Walk, step: str) -> None:
    """Answer a step; first wrongly where that shows another state of the page."""
    page = walk.visit.page
    walk.visit.expected_statuses.add(422)
    no = page.locator("main form.step-form input[type=radio][value=no]")
    if step == "household" and no.count():
        page.locator("main form.step-form input[type=radio][value=yes]").check()
        walk.press("action=next")
        expect(page.locator(".ds-error-summary")).to_be_visible()
        walk.see(f"the step {step} with an error")
    if no.count():
        no.check()
    if page.locator("#facts").count() and walk.language == "nb":
        page.locator("#facts details > summary").first.click()
        walk.see(f"the step {step}, something is wrong")
        page.locator("#facts details[open] button[value=correct]").click()
        expect(page.locator(".ds-error-summary")).to_be_visible()
        walk.see(f"the step {step}, nothing said of what is wrong")
        page.locator("#facts details[open] textarea").fill("Jeg tjener mindre nå enn i skatteoppgjøret.")
        page.locator("#facts details[open] button[value=correct]").click()
        expect(page.locator("#facts .ds-alert")).to_be_visible()
        walk.see(f"the step {step}, told what is wrong")
    walk.press("action=next")


def test_the_decided_errand_and_the_letter(walk: Walk) -> None:
    """Tuva's decision, made without a human; she has no application in the other languages' walks."""
    page = walk.visit.page
    walk.visit.log_in("tuva")
    if walk.language == "nb":
        picture(page, "me")
    if not walk.links("/me/decisions/"):
        page.locator("form[action='/me/errands'] button").first.click()
        while page.locator("main button[value=submit]").count() == 0:
            no = page.locator("main form.step-form input[type=radio][value=no]")
            if no.count():
                no.check()
                picture(page, "errand-step")
            walk.press("action=next")
        walk.press("action=submit")
        walk.visit.until("/me", lambda: page.locator("main a[href^='/me/decisions/']"))
    walk.see("/me with a decision")
    walk.go(walk.links("/me/decisions/")[0])
    if walk.language == "nb":
        picture(page, "decision")
    walk.over()


def test_a_decision_that_may_be_wrong(walk: Walk) -> None:
    """Ingrid's income is corrected upwards after her decision: the desk's pages and hers, and the past explained."""
    page = walk.visit.page
    walk.visit.log_in("ingrid")
    if not walk.links("/me/decisions/"):
        page.locator("form[action='/me/errands'] button").first.click()
        while page.locator("main button[value=submit]").count() == 0:
            no = page.locator("main form.step-form input[type=radio][value=no]")
            if no.count():
                no.check()
            walk.press("action=next")
        walk.press("action=submit")
        walk.visit.until("/me", lambda: page.locator("main a[href^='/me/decisions/']"))
    walk.visit.go("/demo")
    if (corrected := page.locator("button[value=ingrid_income_corrected]")).count():
        corrected.click()
        page.wait_for_load_state()
    walk.visit.log_in("sakia", "/desk")
    walk.visit.until(
        "/desk/reconsiderations", lambda: page.locator("main a[href^='/desk/reconsiderations/']")
    )
    walk.see("/desk/reconsiderations")
    _open(walk, walk.links("/desk/reconsiderations/")[0])
    walk.see("a decision that may be wrong")
    if walk.language == "nb":
        picture(page, "desk-reconsideration")
        page.locator("main button[value=drop]").click()  # the browser itself asks for the reasons
        page.locator("main textarea[name=drop_reason]").fill(" ")
        walk.visit.expected_statuses.add(422)
        page.locator("main button[value=drop]").click()
        walk.see("letting it be without reasons")
        page.locator("main button[value=notice]").click()
        page.wait_for_load_state()
        walk.see("a decision that may be wrong, notified")
    walk.visit.log_in("ingrid")
    walk.visit.until("/me", lambda: page.locator("main a[href^='/me/reconsiderations/']"))
    walk.go(walk.links("/me/reconsiderations/")[0])
    if walk.language == "nb":
        picture(page, "reconsideration")
    page.locator("main textarea[name=answer]").fill(" ")
    walk.visit.expected_statuses.add(422)
    page.locator("main button[value=answer]").click()
    walk.see("an answer without words")
    walk.visit.go("/me")
    walk.go(walk.links("/me/decisions/")[0] + "/then")
    if walk.language == "nb":
        picture(page, "then-and-now")
    walk.over()


GIVES = {"nb": "sofie", "nn": "linnea", "en": "silje"}
HOLDS = {"nb": "anders", "nn": "per", "en": "daniel"}


def test_how_much_is_done_and_who_may_act(walk: Walk) -> None:
    """A wish is chosen with the keyboard; a mandate is given, read, signed, accepted and acted under."""
    page, giver, holder = walk.visit.page, GIVES[walk.language], HOLDS[walk.language]
    walk.visit.log_in(giver)
    walk.go("/me/control")
    page.locator("#kindergarten-ask").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#kindergarten-tell")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_be_visible()
    closed = page.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    walk.see("/me/control, all themes open")
    walk.go("/me/acting/new")
    page.locator("form.step-form").evaluate("(form) => { form.noValidate = true; }")
    walk.visit.expected_statuses.add(422)
    page.locator("main form.step-form button").click()
    expect(page.locator(".ds-error-summary")).to_be_visible()
    walk.see("a mandate that lacks everything")
    page.locator("#field-number").fill(number_of(holder))
    page.locator("#field-name").fill("Min hjelper")
    page.locator("input[name=theme][value=kindergarten]").check()
    page.locator("#field-may-1").check()
    page.locator("#field-until").fill("2027-06-30")
    page.locator("main form.step-form button").click()
    page.wait_for_url("**/me/acting/sign")
    walk.see("the text of a mandate")
    page.locator("main form button").click()
    page.wait_for_url("**said=signed")
    for summary in page.locator("main details > summary").all():
        summary.click()
    walk.see("/me/acting with a mandate given")
    walk.visit.log_in(holder)
    walk.see("/me where a mandate waits")
    walk.go("/me/acting")
    page.locator("form[action$='/accept'] button").click()
    page.wait_for_url("**said=accepted")
    page.locator("form[action='/me/acting/for'] button").last.click()
    page.wait_for_url("**/me")
    expect(page.locator(".acting-banner")).to_be_visible()
    walk.see("/me of another")
    walk.go("/me/data", 403)
    page.locator(".acting-banner button").click()
    page.wait_for_url("**said=stopped")
    walk.over()


def number_of(key: str) -> str:
    """The made-up identity number of one of the demonstration's people."""
    return made_up_municipality(date.fromisoformat(TODAY)).person(key).identifier


def test_the_desk(walk: Walk) -> None:
    """The case of the one who said that a fact is wrong waits here; in the last language it is refused."""
    page = walk.visit.page
    walk.visit.log_in("sakia", "/desk")
    walk.visit.until("/desk", lambda: page.locator("main a[href^='/desk/cases/']"))
    walk.see("/desk")
    walk.go("/desk?show=mine&kind=appeal")
    walk.go("/desk")
    _open(walk, walk.links("/desk/cases/")[0])
    walk.see("a case")
    case = page.url
    for summary in page.locator("main details > summary").all():
        summary.click()
    walk.see("a case with all of it unfolded")
    if walk.language == "nb":
        picture(page, "desk-case")
    decision = page.locator("form[action$='/decision']")
    decision.locator("input[value=granted]").check()
    decision.locator("textarea").fill(" ")
    walk.visit.expected_statuses.add(422)
    decision.locator("button[type=submit]").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    walk.see("a case whose decision lacks its reasons")
    if walk.language == LANGUAGES[-1]:
        page.goto(case)
        decision.locator("input[value=refused]").check()
        decision.locator("textarea").fill("The pay slips show the same income as the assessment.")
        decision.locator("button[type=submit]").click()
        expect(page.locator("main .letter")).to_be_visible()
        walk.see("a decided case")
        walk.go(walk.links("/desk/decisions/")[0])
    walk.go("/desk/requests")
    _open(walk, walk.links("/desk/requests/")[0])
    walk.see("a request about data at the desk")
    walk.go("/editor", 403)
    walk.go("/desk/letters")
    walk.go(f"/desk/cases/{NOBODY}", 404)
    walk.over()


def test_subscribers_and_the_flow(walk: Walk) -> None:
    """Fakturabanken is told of flags; another subscriber is added, and never answers."""
    page = walk.visit.page
    walk.visit.log_in("dina", "/desk/subscriptions")
    walk.see("/desk/subscriptions")
    walk.visit.expected_statuses.add(422)
    page.locator("section.decide button").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    walk.see("a subscriber without a name")
    page.locator("#field-name").fill("Arbeidsflyt")
    page.locator("#field-url").fill("http://127.0.0.1:1/hook")
    page.locator("#field-types-4").check()
    page.locator("section.decide button").click()
    expect(page.locator("main .secret")).to_be_visible()
    walk.see("the secret")
    page.locator("main a.ds-button").click()
    page.wait_for_load_state()
    page.locator("form[action$='/test'] button").click()
    page.wait_for_load_state()
    page.locator("main details > summary").click()
    walk.see("a subscriber")
    page.locator("form[action$='/remove'] button").click()
    page.wait_for_load_state()
    walk.go("/desk/generations")
    walk.go("/desk/flow")
    walk.go("/desk/flow?overdue=true")
    walk.go("/desk/flow?waits_for=income", 400)
    walk.go("/demo/biller")
    walk.press("how=replayed")
    walk.see("/demo/biller after an attempt")
    walk.over()


def _open(walk: Walk, case: str) -> None:
    """Say why a case is opened, as the desk asks; then it is there."""
    page = walk.visit.page
    walk.visit.go(case)
    if (facts := page.locator("main a[href$='facts=needed']")).count():
        facts.click()
        page.wait_for_load_state()
    if page.locator("form[action$='/open']").count():
        walk.see("why a case is opened")
        page.locator("main input[value=handle]").check()
        if (facts := page.locator("main input[name=facts]")).count():
            facts.check()
        page.locator("main button[type=submit]").click()
        page.wait_for_load_state()


def test_an_appeal_and_the_sample_checks(walk: Walk) -> None:
    """Tuva's decision is appealed in the first language; in each, the pages of it are looked at."""
    page = walk.visit.page
    walk.visit.log_in("tuva")
    walk.go(f"{walk.links('/me/decisions/')[0]}/appeal")
    if page.locator("main textarea").count():
        page.locator("main textarea").fill("Prisen er feil.")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_load_state()
        walk.see("an appeal that has been sent")
    walk.visit.context.clear_cookies()
    walk.visit.log_in("sakia", "/desk")
    walk.visit.go("/desk?kind=appeal")
    _open(walk, walk.links("/desk/appeals/")[0])
    walk.see("an appeal at the desk")
    walk.go("/desk/control")
    for one in walk.links("/desk/control/")[:1]:
        _open(walk, one)
        walk.see("a decision drawn for control")
    walk.over()


def test_work_that_stopped(walk: Walk) -> None:
    walk.visit.log_in("dina", "/desk/work")
    if walk.language == LANGUAGES[0]:
        walk.see("/desk/work with nothing")
        walk.visit.demo.park_a_job()
    walk.go("/desk/work")
    assert walk.visit.page.locator("main form").count() == 1
    walk.go("/desk/switches")
    walk.over()


def test_the_rule_editor(walk: Walk) -> None:
    page, rule = walk.visit.page, "/editor/rules/kindergarten.reduced_fee"
    walk.visit.log_in("rune", "/editor")
    walk.see("/editor")
    walk.go(rule)
    walk.go(f"{rule}/edit")
    source = page.locator("#text").input_value()
    broken = source.replace(
        "sum(child.household.adults.assessed_income)", "sum(child.household.adults.incom)", 1
    )
    assert broken != source
    _write(walk, broken)
    walk.press("action=check")
    expect(page.locator("#faults")).to_be_visible()
    walk.see("a rule with faults")
    if walk.language == "nb":
        page.locator("#faults ~ ul a, section[aria-labelledby=faults] a").first.click()
        expect(page.locator(".cm-content")).to_be_focused()
        picture(page, "editor-fault")
        _write(walk, source.replace("\nsummary:", "\n# looked through\nsummary:", 1))
        page.locator("[name=applies_from]").fill("2031-08-01")
        walk.visit.expected_statuses.add(400)
        walk.press("action=save")
        expect(page.locator("main [role=alert], main .ds-alert")).to_be_visible()
        walk.see("a rule that lacks its note")
        page.locator("[name=note]").fill("Sett over etter høringen.")
        walk.press("action=save")
        page.wait_for_url("**saved=1")
        walk.see("a saved version")
    walk.go(f"{rule}/history")
    for name in ("core_time", "sibling_discount", "monthly_fee"):
        walk.go(f"/editor/rules/kindergarten.{name}")
    walk.go("/editor/messages")
    walk.go("/editor/messages/life_event?sample=2")
    walk.go("/editor/messages/life_event/chat/nb")
    walk.over()


def _write(walk: Walk, source: str) -> None:
    """Put a text where the editor keeps it, as one who types has it."""
    walk.visit.page.evaluate("(text) => { document.getElementById('text').value = text; }", source)


def test_the_billers_view(walk: Walk) -> None:
    walk.visit.log_in("bente", "/biller")
    walk.see("/biller")
    walk.go("/biller?month=2026-12")
    if walk.language == "nb":
        reduced = walk.visit.page.locator("section, h3, .scroll").filter(
            has=walk.visit.page.locator("td .ds-tag")
        )
        reduced.first.evaluate("(table) => table.previousElementSibling.scrollIntoView()")
        picture(walk.visit.page, "biller")
    walk.go("/biller?month=soon", 400)
    walk.over()


def test_the_chat_with_each_kind_of_content(walk: Walk) -> None:
    """Maja says what she wants to know; her errand is begun and left, so that each language sees it anew."""
    page, chat = walk.visit.page, walk.visit.chat
    log = chat.get_by_role("log")
    walk.visit.go("/demo/elsewhere")
    chat.get_by_role("button").click()
    expect(chat.locator(".login a")).to_be_visible()
    walk.see("the chat before login")
    walk.visit.log_in("maja", "/demo/elsewhere")
    chat.get_by_role("button").click()
    guidance = log.locator("article")
    expect(guidance).to_be_visible()
    walk.see("the chat with a message")
    guidance.get_by_role("button").nth(1).click()
    expect(log.locator(".conditions").first).to_be_visible()
    walk.see("the chat with conditions")
    page.keyboard.press("Escape")
    chat.get_by_role("button").click()
    guidance.get_by_role("button").nth(0).click()
    step = log.locator("section[data-live]")
    for number in range(1, 7):
        expect(step.locator(".progress")).to_contain_text(re.compile(rf"\b{number}\b"))
        walk.see(f"the chat at step {number}")
        if number == 5:
            step.locator("button[aria-expanded]").first.click()
            walk.see("the chat, something is wrong")
        if number == 6:
            break
        no = step.locator("fieldset > .buttons button").first
        (no if no.count() else step.locator("button.primary")).click()
    step.locator(".buttons button.plain").last.click()
    expect(step).to_have_count(0)
    sure = log.locator(".line").last.get_by_role("button")
    expect(sure).not_to_have_count(0)
    walk.see("the chat that asks whether to leave the errand")
    sure.last.click()
    expect(log.locator(".waiting")).to_have_count(0)
    expect(log.locator(".line").last).to_be_visible()
    walk.see("the chat after the errand is left")
    walk.over()


def test_the_dark_pages_have_contrast_too(visitor: Callable[..., Visit]) -> None:
    """For those whose system asks for dark colours."""
    walk = Walk(visitor("nb", color_scheme="dark"), "nb")
    for path in ("/", "/demo", "/api/docs"):
        walk.go(path)
    walk.visit.log_in("jonas")
    walk.see("/me")
    walk.go(walk.links("/me/guidance/")[0])
    walk.visit.chat.get_by_role("button").click()
    expect(walk.visit.chat.locator("article").first).to_be_visible()
    walk.see("the chat")
    walk.over()
