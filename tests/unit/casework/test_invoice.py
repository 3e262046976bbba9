"""The invoice basis: fee before and after, food beside it, and cells that no spreadsheet runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from assistant.casework.flags import Flag
from assistant.casework.invoice import (
    NoSuchMonth,
    Place,
    as_csv,
    corrections,
    invoice_basis,
    month_of,
    safe_cell,
    with_corrections,
)

SEPTEMBER = month_of("2026-09")


def place(number, kindergarten="Solsikken", price=1200, food=489):
    return Place(number, kindergarten, Decimal(price), Decimal(food))


def flag(number, amount, begins=date(2026, 8, 1), ends=date(2027, 8, 1), sequence=1):
    return Flag(
        "9999",
        "c",
        number,
        "kindergarten",
        Decimal(amount),
        begins,
        ends,
        "d",
        id=f"f{sequence}",
        sequence=sequence,
    )


def lines(basis):
    return [
        (line.place_number, line.fee_before, line.fee_after, line.food) for k in basis for line in k.lines
    ]


def test_a_flag_lowers_the_fee_and_never_the_food():
    basis = invoice_basis([place("A"), place("B")], [flag("A", 900)], SEPTEMBER)
    assert lines(basis) == [("A", 1200, 900, 489), ("B", 1200, 1200, 489)]
    assert basis[0].lines[0].total == 1389
    assert (basis[0].fee_before, basis[0].fee_after, basis[0].food) == (2400, 2100, 978)


@pytest.mark.parametrize(
    ("begins", "ends", "after"),
    [
        (date(2026, 9, 1), date(2027, 8, 1), 900),
        (date(2026, 10, 1), date(2027, 8, 1), 1200),
        (date(2026, 8, 1), date(2026, 9, 1), 1200),
        (date(2026, 9, 15), date(2027, 8, 1), 900),
    ],
)
def test_a_flag_counts_in_the_months_it_holds(begins, ends, after):
    basis = invoice_basis([place("A")], [flag("A", 900, begins, ends)], SEPTEMBER)
    assert lines(basis)[0][2] == after


def test_a_fee_is_never_above_the_price():
    assert lines(invoice_basis([place("A", price=700)], [flag("A", 900)], SEPTEMBER))[0][2] == 700


def test_kindergartens_stand_apart_in_order():
    basis = invoice_basis([place("B", "Åsen"), place("C", "Bakken"), place("A", "Bakken")], [], SEPTEMBER)
    assert [(k.kindergarten, [line.place_number for line in k.lines]) for k in basis] == [
        ("Bakken", ["A", "C"]),
        ("Åsen", ["B"]),
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+47", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_quoted(cell):
    assert safe_cell(cell) == f"'{cell}"
    table = as_csv(invoice_basis([place(cell, kindergarten=cell)], [], SEPTEMBER))
    row = next(csv.DictReader(io.StringIO(table, newline="")))
    assert row["kindergarten"] == f"'{cell}"
    assert row["place_number"] == f"'{cell}"


def test_a_place_number_with_quotes_and_commas_survives():
    table = as_csv(invoice_basis([place('A,"1"')], [], SEPTEMBER))
    assert next(csv.DictReader(io.StringIO(table)))["place_number"] == 'A,"1"'


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "september", "2026-09-01", ""])
def test_what_is_no_month_is_refused_with_the_way_out(text):
    with pytest.raises(NoSuchMonth, match="write it as 2026-08"):
        month_of(text)


OCTOBER, NOVEMBER = month_of("2026-10"), month_of("2026-11")


def test_a_month_that_turned_out_otherwise_is_a_line_of_its_own_and_the_sum_is_that_of_all_lines():
    billed, known = [flag("A", 900)], [flag("A", 1100, sequence=2)]
    found = [
        one
        for month in (SEPTEMBER, OCTOBER)
        for one in corrections([place("A"), place("B")], billed, known, month)
    ]
    assert [(one.month, one.place_number, one.before, one.after, one.difference) for one in found] == [
        ("2026-09", "A", 900, 1100, 200),
        ("2026-10", "A", 900, 1100, 200),
    ]
    (basis,) = with_corrections(invoice_basis([place("A"), place("B")], known, NOVEMBER), found)
    assert basis.corrected == 400
    assert basis.total == (1100 + 489) + (1200 + 489) + 400


def test_a_refund_is_a_negative_difference_and_a_number_in_the_spreadsheet():
    found = corrections([place("A", kindergarten="=cmd")], [flag("A", 900)], [flag("A", 500)], OCTOBER)
    basis = with_corrections(
        invoice_basis([place("A", kindergarten="=cmd")], [flag("A", 500)], NOVEMBER), found
    )
    rows = list(csv.DictReader(io.StringIO(as_csv(basis, "2026-11"))))
    assert [(row["kind"], row["month"], row["total"]) for row in rows] == [
        ("month", "2026-11", "989"),
        ("correction", "2026-10", "-400"),
    ]
    assert (rows[1]["billed"], rows[1]["corrected_to"], rows[1]["fee_after"]) == ("900", "500", "")
    assert rows[1]["kindergarten"] == "'=cmd"
    assert sum(Decimal(row["total"]) for row in rows) == basis[0].total


def test_a_kindergarten_that_has_lost_its_last_place_still_has_its_corrections():
    found = corrections([place("A")], [], [flag("A", 900)], OCTOBER)
    (basis,) = with_corrections([], found)
    assert (basis.kindergarten, basis.lines, basis.total) == ("Solsikken", (), -300)


def test_what_is_the_same_is_no_correction():
    assert corrections([place("A")], [flag("A", 900)], [flag("A", 900, sequence=2)], OCTOBER) == ()
