"""Scrubbing: what is taken out, what must stay, and that nothing leads back. All numbers and names are invented."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import PlanError, UsageError
from harness.records import Json, Message, Sample
from suites.production.pseudonyms import Pseudonyms, fresh_salt, read_salt
from suites.production.recognisers import load_names
from suites.production.scrub import Scrubber, load_scrubber

SALT = b"a salt for tests, 32 bytes long."
Find = Callable[[str], str]


@pytest.fixture(scope="module")
def loaded() -> Scrubber:
    return load_scrubber(Pseudonyms(SALT))


@pytest.fixture
def scrubber(loaded: Scrubber) -> Scrubber:
    return Scrubber(loaded.finders, loaded.pseudonyms)


TAKEN = {
    "email": (
        ("write to ", "ada.byron@post.example.org", ", please"),
        ("<", "Ada.Byron+shop@Example.COM", ">"),
        ("mailto:", "o'neill_7@mail-2.example.co.uk", "."),
        ("to='", "x@intranet.corp", "'"),
        ("?email=", "ada%40example.org", "&page=2"),
        ("from:", "\u00fcmit@b\u00fccher.example", " \u2014 thanks"),
        ("{\"to\": \"", "a_b@xn--80ak6aa92e.example", "\"}"),
    ),
    "phone": (
        ("call ", "+44 20 7946 0958", " today"),
        ("call ", "+1 (415) 555-2671", ""),
        ("tel:", "+14155552671", ";"),
        ("my number is ", "(415) 555-2671", "."),
        ("ring ", "415.555.2671", " after six"),
        ("it is ", "(415) 555-2671", " EUR 12.50 is what I owe"),
        ("ring ", "4155552671", ", not before"),
        ("Tel. ", "030 901820", " in Berlin"),
        ("mobile ", "0171-2345678", ""),
        ("appelez le ", "06 12 34 56 78", "."),
        ("", "+49 (0)30 901820", " or mail"),
        ("whatsapp ", "+999 123 456 7890", ""),
    ),
    "card": (
        ("card ", "4539 1488 0343 6467", " expires 12/27"),
        ("card ", "4539148803436467", "."),
        ("card ", "4539-1488-0343-6467", ", cvc 123"),
        ("card ", "4539.1488.0343.6467", ""),
        ("amex ", "3782 822463 10005", " please"),
        ("", "2223 0031 2200 3222", " declined"),
        ("diners ", "3056 930902 5904", ""),
        ("order paid with ", "6011000990139424", ""),
        ("long ", "4000 0000 0000 0000 006", ""),
    ),
    "iban": (
        ("IBAN ", "DE89 3704 0044 0532 0130 00", " please"),
        ("IBAN:", "DE89370400440532013000", "."),
        ("to ", "GB82 WEST 1234 5698 7654 32", " THEN ask"),
        ("iban ", "at61 1904 3002 3457 3201", " from my account"),
        ("to ", "NL91ABNA0417164300", ", thanks"),
        ("to ", "pt50 0002 0123 1234 5678 9015 4", " thanks"),
        ("", "FR14 2004 1010 0505 0001 3M02 606", ""),
        ("", "DE89-3704-0044-0532-0130-00", ""),
    ),
    "ip": (
        ("from ", "81.2.69.142", " at noon"),
        ("host ", "10.20.30.40", ":8080"),
        ("addr ", "2001:db8:85a3::8a2e:370:7334", " refused"),
        ("[", "fe80::1ff:fe23:4567:890a", "]"),
    ),
    "secret": (
        ("key ", "sk-proj-Zx81kQ0vNw27TbLr4Yp9", " leaked"),
        ("", "AKIAZ7Q2M4X9T1B6K3JD", ""),
        ("", "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "."),
        ("Authorization: Bearer ", "mF_9.B5f-4.1JqMzX81kQ0vN", "\n"),
        ("https://", "deploy:tr0ub4dor", "@git.example.org/x.git"),
        ("https://api.example.org/v1?page=2&api_key=", "7f3c9a1be2", "&sort=up"),
        ("https://cdn.example.org/f?X-Amz-Signature=", "fe5f80f77d5fa3beca038a248ff027d0", ""),
        ("password: ", "Xk42!horse", " and then"),
        ('"password": "', "correcthorse", '"'),
        ("DB_PASSWORD=", "s3cr3tValue", "\n"),
        ("my password is ", "Hunter22!", " but"),
        ("jwt ", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", ""),
        ("", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASC\n-----END PRIVATE KEY-----", " oops"),
    ),
}  # fmt: skip
TAKEN_ROWS = [(kind, *row) for kind, rows in TAKEN.items() for row in rows]


@pytest.mark.parametrize(("kind", "before", "entity", "behind"), TAKEN_ROWS)
def test_what_is_taken_out(scrubber: Scrubber, kind: str, before: str, entity: str, behind: str) -> None:
    found = scrubber.text(f"{before}{entity}{behind}")
    assert found == before + scrubber.pseudonyms.of(kind, entity) + behind
    assert scrubber.counts == {kind: 1}


STAYS = [
    "I paid 1,234,567.89 EUR on 2024-03-15 at 10:30 and 2 499,00 kr again.",
    "The amount of 15000000 was due in 2019, 2020, 2021 and 2022.",
    "Order 123456789012 and order no. 4155552671 and invoice #2025550143 are late.",
    "Bestellnummer: 4155552671, Rechnung 20240315-0012",
    "ticket #884213377, tracking number 1Z999AA10123456784",
    "It costs $4155552671 or 4155552671 EUR, no less.",
    "From 01/02/2024 to 03.04.2025, 10:15:30, 2024-01-02T03:04:05Z, 31.12.1999",
    "ISBN 978-3-16-148410-0, EAN 4006381333931",
    "card 4539 1488 0343 6468 has a wrong check digit",
    "0000 0000 0000 0000 is no card",
    "DE89 3704 0044 0532 0130 01 has wrong check digits",
    "version 1.2.3.4 of the program, release 10.4.2.1, section 3.2.1.4",
    "127.0.0.1:8080 is this machine",
    "std::vector, a::b, Face::Bad, 10:30:45, 00:1b:44:11:3a:b7",
    "npm i lodash@4.17.21 and left-pad@1.3.0; @property; follow @ada; 3 @ 5",
    "my password is wrong, my password is not accepted, what is a token?",
    "password reset: why does it say password: wrong",
    "see https://example.org/a?page=2&sort=up&q=token#top",
    "sk-learn, task-force, risk-averse, the bearer of news",
    "1646174 pieces of version 0.23.14.20",
    "1234567, 12345678, 3.14159265358979, 1e10, 42",
    "6.02214076 and 0.4539148803436467 are numbers",
    "1700000000000 and 1700000000 are times of Unix",
    "room 12, floor 3, 100 users, 50% of 2,000 in Q3 2024",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_stays(scrubber: Scrubber, text: str) -> None:
    assert scrubber.text(text) == text
    assert not scrubber.counts


SAME = [
    ("email", "Ada.Byron@Example.org", "ada.byron@example.org"),
    ("card", "4539 1488 0343 6467", "4539148803436467"),
    ("phone", "+1 (415) 555-2671", "+14155552671"),
    ("iban", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_the_same_entity_becomes_the_same_pseudonym(scrubber: Scrubber, kind: str, one: str, other: str) -> None:
    assert scrubber.text(f"x {one}") == scrubber.text(f"x {other}")
    assert scrubber.counts == {kind: 2}


def test_another_entity_or_salt_becomes_another() -> None:
    one, other = Pseudonyms(SALT), Pseudonyms(SALT[::-1])
    assert len({one.of("email", "a@x.org"), one.of("email", "b@x.org"), other.of("email", "a@x.org")}) == 3
    assert one.of("phone", "415") != one.of("card", "415")
    assert fresh_salt() != fresh_salt()


def test_the_salt_is_not_shown() -> None:
    assert SALT.decode() not in repr(Pseudonyms(SALT))


def test_what_overlaps_is_taken_out_whole(scrubber: Scrubber) -> None:
    found = scrubber.text("?token=ada.byron@post.example.org&x=1")
    assert found == f"?token={scrubber.pseudonyms.of('secret', 'ada.byron@post.example.org')}&x=1"
    assert scrubber.counts == {"secret": 1}


@pytest.mark.parametrize("place", [0, 3590, 3599, 3610, 3990, 3999, 4001, 11_000])
def test_long_texts_are_searched_whole(scrubber: Scrubber, place: int) -> None:
    """Whether the entity stands within a piece or across two."""
    text = "word " * (place // 5) + "x" * (place % 5)
    found = scrubber.text(f"{text} ada.byron@post.example.org and DE89 3704 0044 0532 0130 00 {text}")
    assert "byron" not in found
    assert "0532" not in found
    assert scrubber.counts == {"email": 1, "iban": 1}


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "a-" * 30_000, "a.b@" * 15_000, "1 " * 5_000, ":" * 60_000, "eyJ" * 20_000,
             "pass=" * 12_000, "DE89 " * 12_000]
)  # fmt: skip
def test_hostile_texts_take_no_longer_than_their_length_asks(scrubber: Scrubber, text: str) -> None:
    began = time.monotonic()
    scrubber.text(text)
    assert time.monotonic() - began < 60


@pytest.fixture
def names(tmp_path: Path) -> Callable[[str], Find]:
    def load(content: str) -> Find:
        path = tmp_path / "names.yaml"
        path.write_text(content, "utf-8")
        return Scrubber({"name": load_names(path)}, Pseudonyms(SALT)).text

    return load


def test_configured_names(names: Callable[[str], Find]) -> None:
    scrub = names("names: [Ada Byron, Will]\npatterns: ['(?<=customer )[A-Z]\\w+']\n")
    assert "Byron" not in scrub("Ada  Byron") + scrub("ada byron") + scrub("ADA\nBYRON's")
    assert scrub("Ada Byron") == scrub("ada  byron")
    assert scrub("Will will pay customer Zuse.") == f"{scrub('Will')} will pay customer {scrub('customer Zuse')[9:]}."
    assert "Zuse" not in scrub("customer Zuse")
    assert scrub("Adam Byrony, Willow, goodwill") == "Adam Byrony, Willow, goodwill"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("names: [A]\n", "names.yaml:1"),
        ("nmaes: [Ada]\n", 'unknown key "nmaes"; did you mean "names"?'),
        ("names: [Ada]\npatterns: ['(']\n", "names.yaml:2: no regular expression"),
        ("patterns: ['(a+)+$']\n", "can take for ever"),
    ],
)
def test_names_that_cannot_be_used(names: Callable[[str], Find], content: str, fault: str) -> None:
    with pytest.raises(PlanError) as caught:
        names(content)
    assert fault in str(caught.value)


def test_every_text_of_a_sample_is_scrubbed(scrubber: Scrubber) -> None:
    mail = "ada.byron@post.example.org"
    sample = Sample(
        id="a",
        messages=(Message(role=mail, content=mail),),
        target={mail: [mail, 1]},
        solution=mail,
        choices=(mail,),
        tools=({"name": mail},),
        slices={"who": mail},
        context=mail,
        cluster="session of Ada",
        source=mail,
    )
    found = scrubber.sample(sample)
    assert "byron" not in repr(found)
    assert "Ada" not in repr(found)
    assert json.dumps(found.target) == json.dumps({scrubber.text(mail): [scrubber.text(mail), 1]})


def test_a_salt_is_read_whole_and_long_enough(tmp_path: Path) -> None:
    (tmp_path / "salt").write_bytes(SALT)
    assert read_salt(tmp_path / "salt") == SALT
    (tmp_path / "short").write_bytes(b"pepper")
    with pytest.raises(UsageError, match="short: a salt of 6 bytes can be guessed"):
        read_salt(tmp_path / "short")
    with pytest.raises(UsageError, match="nowhere: the salt cannot be read"):
        read_salt(tmp_path / "nowhere")


def test_numbers_of_someone_in_json_become_pseudonyms(scrubber: Scrubber) -> None:
    target: Json = {"card": 4111111111111111, "as_float": 4111111111111111.0, "phone": 4155552671, "all": [4155552671]}
    clean = scrubber.json(target)
    assert isinstance(clean, dict)
    assert clean["card"] == clean["as_float"] == scrubber.text("4111111111111111")
    assert clean["phone"] == scrubber.text("4155552671")
    assert clean["all"] == [clean["phone"]]
    assert str(clean["card"]).startswith("<CARD_")


@pytest.mark.parametrize("number", [0, 7, -3, 12.5, 1e300, 1700000000, 2024, True, False])
def test_other_numbers_in_json_stay(scrubber: Scrubber, number: float) -> None:
    assert scrubber.json({"n": number}) == {"n": number}
    assert type(scrubber.json(number)) is type(number)


@pytest.mark.parametrize("between", ["  ", "\n", "\r\n", " -"])
def test_a_card_is_found_however_its_groups_stand_apart(scrubber: Scrubber, between: str) -> None:
    written = between.join(("4539", "1488", "0343", "6467"))
    assert scrubber.text(f"card {written} please") == f"card {scrubber.text('4539148803436467')} please"


def test_full_width_characters_hide_nothing(scrubber: Scrubber) -> None:
    for plain in ("4539148803436467", "+14155552671", "ada.byron@post.example.org"):
        wide = "".join(chr(ord(c) + 0xFEE0) for c in plain)
        assert scrubber.text(f"see {wide} here") == scrubber.text(f"see {plain} here")


def test_what_is_found_can_be_left_out(scrubber: Scrubber) -> None:
    assert scrubber.without("write to ada.byron@post.example.org, or call +14155552671").split() == [
        "write", "to", ",", "or", "call",
    ]  # fmt: skip
    assert sum(scrubber.counts.values()) == 0
