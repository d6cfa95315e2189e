"""Amounts as people write them, and numbers that are none."""

from fractions import Fraction

import pytest

from graders.rules_amounts import amounts


def money(text: str, currency: str) -> list[Fraction]:
    return [amount.worth for amount in amounts(text) if currency in amount.currencies]


def plain(text: str) -> list[Fraction]:
    return [amount.worth for amount in amounts(text)]


@pytest.mark.parametrize(
    ("text", "currency", "worth"),
    [
        ("$60", "USD", "60"),
        ("US$1.2k", "USD", "1200"),
        ("$5 million", "USD", "5000000"),
        ("$5m", "USD", "5000000"),
        ("-$60", "USD", "60"),
        ("$-60", "USD", "60"),
        ("USD60", "USD", "60"),
        ("sixty dollars", "USD", "60"),
        ("50 cents", "EUR", "1/2"),
        ("60,50 €", "EUR", "121/2"),
        ("EUR 1.200", "EUR", "1200"),
        ("1.200,50 €", "EUR", "2401/2"),
        ("€49.9", "EUR", "499/10"),
        ("60€/month", "EUR", "60"),
        ("60,- €", "EUR", "60"),
        ("**60** euros", "EUR", "60"),
        ("60\u00a0EUR", "EUR", "60"),
        ("zwanzig Euro", "EUR", "20"),
        ("soixante euros", "EUR", "60"),
        ("CHF 1'200.-", "CHF", "1200"),
        ("£1,200.50", "GBP", "2401/2"),
        ("￥６０", "JPY", "60"),
        ("100kr", "SEK", "100"),
    ],
)
def test_money(text: str, currency: str, worth: str) -> None:
    assert money(f"You get {text} back.", currency) == [Fraction(worth)]
    assert not [amount for amount in amounts(f"You get {text} back.") if currency not in amount.currencies]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2024 $500 was paid", {"USD": ["500"], "EUR": []}),
        ("since 2025. Rs 500", {"INR": ["500"]}),
        ("CAD 60", {"CAD": ["60"], "USD": []}),
        ("60 points", {"USD": []}),
        ("the 3rd dollar", {"USD": []}),
    ],
)
def test_the_currency_is_the_number_s_own(text: str, found: dict[str, list[str]]) -> None:
    assert {currency: [str(worth) for worth in money(text, currency)] for currency in found} == found


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("1,200 of 12.5, 30%", ["1200", "25/2", "30"]),
        ('{"amount": 80}', ["80"]),
        ("See T-10423 of 3 March 2025, 10:30", []),
        ("a@b30.com, https://x.org/40", []),
        ("version 1.2.3", []),
        ("1. first\n2. second", []),
        ("sixty of them", []),
    ],
)
def test_plain_numbers(text: str, worth: list[str]) -> None:
    assert [str(found) for found in plain(text)] == worth
