"""A running demonstration and a Chromium to visit it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from demo_process import RunningDemo, running_demo
from neighbour import another_site
from playwright.sync_api import Browser, sync_playwright
from visiting import ARGS, Visit, visit


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """One for the whole run, with its stories told in it; each test takes people nobody else uses."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        running.settled()
        yield running


@pytest.fixture(scope="session")
def neighbour(demo: RunningDemo) -> Iterator[str]:
    """The origin of another site that may embed the widget, and does."""
    with another_site(demo.base, int(demo.neighbour.rpartition(":")[2])) as origin:
        yield origin


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Closed after each module: Playwright keeps an event loop in this thread that other tests must not meet."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGS))
        yield started
        started.close()


@pytest.fixture
def visitor(browser: Browser, demo: RunningDemo) -> Iterator[Callable[..., Visit]]:
    """`visitor("nn")` opens a fresh profile. Afterwards none of them may have seen a page misbehave."""
    visits: list[Visit] = []

    def open_profile(language: str = "nb", **options: object) -> Visit:
        visits.append(visit(browser, demo, language, **options))
        return visits[-1]

    yield open_profile
    faults = [fault for one in visits for fault in one.faults]
    for one in visits:
        one.context.close()
    assert faults == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever comes first waits for the demonstration: its whole town is told of before anybody looks at it."""
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(400))
