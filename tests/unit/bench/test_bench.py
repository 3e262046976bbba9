"""The benchmark times nothing that answers wrongly, and says what it did not run."""

from datetime import date

import pytest

import bench.running
import bench.sweeping
from bench import UnknownEngine, as_text, run
from bench.case import cases
from bench.engines import hand_written, varde_determine, varde_plain
from bench.running import ENGINES
from bench.timing import WrongAnswer, check


@pytest.mark.parametrize("engine", [hand_written, varde_plain, varde_determine])
def test_our_engines_answer_as_the_oracle_does(engine):
    check(engine.make(), cases(60))


def test_an_engine_that_is_a_krone_off_gets_no_time():
    right = hand_written.make()

    def wrong(case):
        fee, entitled = right(case)
        return fee + 1, entitled

    with pytest.raises(WrongAnswer):
        check(wrong, cases(3))


def test_the_families_are_of_every_kind():
    answers = [case.answer for case in cases(400)]
    assert {entitled for _, entitled in answers} == {True, False}
    assert any(fee == 0 for fee, _ in answers)
    assert any(fee > 0 for fee, _ in answers)


def test_an_engine_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UnknownEngine, match=r"'clips' is no engine; there are hand_written, varde_plain"):
        run(date(2026, 1, 1), ["clips"], quick=True, tell=print)


def test_what_is_not_installed_is_said_and_the_rest_is_timed(monkeypatch):
    monkeypatch.setitem(ENGINES, "cel_rust", "no_such_module")
    monkeypatch.setattr(bench.running, "compiling", lambda times: {"everything": 1.0})
    heard = []

    def timed(name, passes):
        heard.append(name)
        return {
            "engine": name,
            "note": "",
            "microseconds": [1.0, 3.0],
            "ratios": [1.0, 2.0],
            "set_up_ms": 0,
            "memory_mb": 1,
        }

    monkeypatch.setattr(bench.running, "_in_process_of_its_own", timed)
    results = run(date(2026, 1, 1), ["hand_written", "cel_rust"], quick=True, tell=lambda said: None)
    assert heard == ["hand_written"]
    text = as_text(results)
    assert "| hand_written | 1.5 (1.0–2.0) |" in text
    assert "Not installed: cel_rust." in text


def test_by_hand_and_by_columns_a_sweep_finds_the_same_families(tmp_path):
    bench.sweeping.write_families(tmp_path, 3000)
    by_hand, ours = bench.sweeping.duckdb_by_hand(tmp_path), bench.sweeping.varde_sweep(tmp_path)
    assert by_hand[:2] == ours[:2]
    assert 0 < ours[1] < 3000
    assert ours[2] == pytest.approx(by_hand[2], rel=1e-9)
