import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import support
from graders.support_claims import claims
from graders.support_source import unsupported
from harness.records import Check, Finish, Json, Judgement, Message, Response, Sample

TICKET = (
    "Ticket T-10423. On 3 March 2025 at 10:30 pm Mr. Peter Müller (peter.mueller@example.com) wrote from Hamburg: the "
    "order INV/2024/7 of 1,200 units for $4,550.75 has not arrived. The carrier, Northwind Logistics GmbH, promised "
    "delivery within three days. Anna Schmidt of the European Central Bank asked for 12.5% off. Prices rose by half "
    "since 2019. Call +49 40 1234567 or see https://example.com/help/orders."
)
REPORT = (
    "The river board met on Tuesday, 4 June 2024. Revenue was 34.7 million euros, up from 31.2 million. A value added "
    "tax of 19% applies. Chair Maria de la Cruz spoke for twelve hundred members, twenty-one of them in the second "
    "quarter. The board of 9 people votes at 15:00. Version 2.4.1 replaces 2.3. The 1990s were wet. Mary Jones left."
)
BRIEF = (
    "Am 3. April 2025 bestellte Frau Sabine Weiß bei der Rheinwerk AG 1.200 Lampen für 2,5 Mio. Euro. Die Lieferung "
    "nach Köln dauert vierzehn Tage. Der Rabatt beträgt 3,5 %."
)
NOTICE = (
    "Sehr geehrte Frau Dr. Lange, Ihr Antrag vom 5. Mai 2025 (Az. 7-4432/25) wurde abgelehnt; nachgewiesen wurden "
    "2.615 Euro. Widerspruch ist binnen eines Monats beim Landratsamt Tübingen möglich. Mit freundlichen Grüßen, "
    "Bernd Hofmann"
)
LETTRE = (
    "Le 1er août 2024, Mme Hélène Dubois a commandé vingt et un livres à Lyon pour 1 250,50 euros. Le magasin "
    "ouvre à 9h30. Son numéro est le A-778."
)

Case = tuple[str, str, Sequence[str]]
CASES: tuple[Case, ...] = (
    # numbers, written otherwise
    (TICKET, "The customer ordered 1200 units.", ()),
    (TICKET, "The customer ordered twelve hundred units.", ()),
    (TICKET, "He wants 1.2k units for 4550.75 dollars.", ()),
    (TICKET, "Delivery was promised within 3 days.", ()),
    (TICKET, "The order cost about $4,600.", ()),
    (TICKET, "The order cost 4,551 dollars.", ()),
    (TICKET, "A discount of 12.5 percent was asked for.", ()),
    (TICKET, "A discount of 12.5 % was asked for; prices rose by 50%.", ()),
    (REPORT, "1,200 members, 21 of them in Q2.", ()),
    (REPORT, "Revenue was €34.7m, or 35 million rounded.", ()),
    (REPORT, "It applies 19 per cent tax; nine people vote.", ()),
    (REPORT, "Revenue was 34,700,000 euros.", ()),
    # numbers that look right
    (TICKET, "The customer ordered 1,020 units.", ["1,020"]),
    (TICKET, "The customer ordered 12,000 units.", ["12,000"]),
    (TICKET, "The order cost $4,505.75.", ["$4,505.75"]),
    (TICKET, "The order cost about $4,700.", ["$4,700"]),
    (TICKET, "Delivery was promised within four days.", ["four"]),
    (TICKET, "A discount of 15% was asked for.", ["15%"]),
    (TICKET, "Prices rose by 40% since 2019.", ["40%"]),
    (REPORT, "Revenue rose by 3.5 million euros.", ["3.5 million euros"]),  # a difference of two numbers
    (REPORT, "Revenue was 37.4 million euros.", ["37.4 million euros"]),
    (REPORT, "Revenue was 34.7 billion euros.", ["34.7 billion euros"]),
    (REPORT, "Revenue was 34.72 million euros.", ["34.72 million euros"]),  # more exact than the source
    (REPORT, "Version 2.1.4 replaces 2.3.", ["2.1.4"]),
    (REPORT, "The board of 90 people votes.", ["90"]),
    # no claims, though they are numbers
    (TICKET, "Three key points:\n1. Not arrived.\n2. Discount wanted.\n3. Call back.", ()),
    (TICKET, "## 4. Outcome\n\nNothing arrived [2], and this is one of the reasons. There are two main issues.", ()),
    (TICKET, "Both of them: the four companies of it wait.", ()),
    (TICKET, "**Step 7:** wait.", ()),
    # dates
    (TICKET, "It was written on 2025-03-03 at 22:30.", ()),
    (TICKET, "It was written on March 3rd, 2025 at 10.30 p.m.", ()),
    (TICKET, "It was written on 03/03/2025, in March 2025, on Monday.", ()),
    (TICKET, "It was written on 3 March, in 2025.", ()),
    (REPORT, "They met on 04/06/2024.", ()),
    (REPORT, "They met on 06/04/2024.", ()),  # either reading
    (REPORT, "They meet at 3 pm; it rained in the 1990s.", ()),
    (TICKET, "It was written on 3 April 2025.", ["3 April 2025"]),
    (TICKET, "It was written on 30 March 2025.", ["30 March 2025"]),
    (TICKET, "It was written on March 3, 2024.", ["March 3, 2024"]),
    (TICKET, "It was written in May.", ["in May"]),
    (TICKET, "It was written at 10:30 am.", ["10:30 am"]),
    (TICKET, "It was written at 20:30.", ["20:30"]),
    (TICKET, "It was written on Friday.", ["Friday"]),
    (TICKET, "Prices have risen since 2018.", ["2018"]),
    (REPORT, "They met on 4 July 2024.", ["4 July 2024"]),
    (REPORT, "They met on 05/06/2024.", ["05/06/2024"]),
    (REPORT, "They met on 4-5 June 2024.", ["4-5 June 2024"]),
    (REPORT, "It rained in the 1980s.", ["1980s"]),
    # names
    (TICKET, "Peter Müller wrote; MULLER wants Anna Schmidt's help, says Mr. Mueller.", ()),
    (TICKET, "Today Schmidt asked again. However, Northwind Logistics and the ECB wait.", ()),
    (TICKET, "The Hamburg office of the customer is waiting for T-10423 (INV/2024/7).", ()),
    (TICKET, "Reach Northwind at +49 (40) 123-4567, peter.mueller@example.com or www.example.com/help/orders.", ()),
    (REPORT, "Maria de la Cruz spoke; VAT applies. Cruz left with Jones.", ()),
    (TICKET, "Paul Müller wrote.", ["Paul Müller"]),
    (TICKET, "The letter of Peter Schmidt came from Hamburg.", ["Peter Schmidt"]),  # two people made into one
    (TICKET, "Mr. Miller wrote from Hamburg.", ["Miller"]),
    (TICKET, "The letter came from Bremen.", ["Bremen"]),
    (TICKET, "The carrier Southwind Logistics is late.", ["Southwind Logistics"]),
    (TICKET, "The ticket is T-10432.", ["T-10432"]),
    (TICKET, "The order is INV/2024/8.", ["INV/2024/8"]),
    (
        TICKET,
        "Write to peter.muller@example.org or see https://example.com/help/refunds.",
        ["peter.muller@example.org", "https://example.com/help/refunds."],
    ),
    (TICKET, "Call +49 40 1234576.", ["+49 40 1234576"]),
    (TICKET, "Anna Schmidt works for the IMF.", ["IMF"]),
    (REPORT, "The chair, Maria Jones, spoke.", ["Maria Jones"]),
    ("Present: Priya Nair (chair), Tomasz Lis, Grace Okafor.", "Dr. Priya Okafor chaired.", ["Priya Okafor"]),
    ("Present: Priya Nair (chair), Tomasz Lis, Okafor, Grace K.", "Grace Okafor and Priya Nair were there.", ()),
    (TICKET, "Paula Weber", ["Paula Weber"]),  # an answer that is nothing but a name
    (TICKET, "Bremen.", ["Bremen"]),
    # capitals that are no names
    (TICKET, "# Refund Policy And Other Matters\n\n**Next Steps:** call him.\n\n- **Delivery Delay:** it is late.", ()),
    (TICKET, "Summary of the Open Case\n\nNothing has arrived so far, and the carrier is late with it.", ()),
    (TICKET, "Delivery is late. Customers wait. Nevertheless, I think it's OK.", ()),
    (TICKET, "IMPORTANT: THE ORDER IS LATE\nNothing has come.", ()),
    (TICKET, 'He wrote that it "has not arrived". "Please hurry," he added.', ()),
    (TICKET, "| Field | Value |\n|---|---|\n| Units | 1,200 |\n| Weight | unknown |", ()),
    (TICKET, "The customer wrote in English. The Order is late, and the order is big.", ()),
    (TICKET, "Yes.", ()),
    # German
    (BRIEF, "Sabine Weiss bestellte 1200 Lampen für 2.500.000 Euro; die Ware kommt in 14 Tagen nach Köln.", ()),
    (BRIEF, "Die Kundin erhält einen Nachlass von 3,5 Prozent auf ihren Einkauf und zahlt per Überweisung.", ()),
    (
        BRIEF,
        "Frau Weiß hat am 03.04.2025 eine Bestellung aufgegeben, und der Händler gewährt ihr einen Preisvorteil.",
        (),
    ),
    (BRIEF, "Frau Weber hat am 3. April bestellt.", ["Weber"]),
    (BRIEF, "Die Bestellung ging an die Mainwerk AG.", ["Mainwerk AG"]),
    (BRIEF, "Die Lieferung dauert fünfzehn Tage.", ["fünfzehn"]),
    (BRIEF, "Sie bestellte am 4. März 2025 Lampen.", ["4. März 2025"]),
    (BRIEF, "Sie bestellte 1.020 Lampen.", ["1.020"]),
    (NOTICE, "Der Antrag von Frau Lange wurde abgelehnt, weil ihr Einkommen (2615 Euro) zu hoch ist.", ()),
    (NOTICE, "Sie kann innerhalb eines Monats Widerspruch beim Landratsamt Tübingen einlegen.", ()),
    (NOTICE, "Der Antrag vom 6. Mai wurde von Bernd Hoffmeister abgelehnt.", ["6. Mai", "Bernd Hoffmeister"]),
    (NOTICE, "Widerspruch ist beim Landratsamt Reutlingen möglich.", ["Landratsamt Reutlingen"]),
    # French
    (LETTRE, "Hélène Dubois a commandé 21 livres le 1 août 2024 pour 1250,50 euros.", ()),
    (LETTRE, "Le magasin de Lyon ouvre à 9 h 30, selon Mme Dubois. Cependant, elle attend.", ()),
    (LETTRE, "Elle a commandé vingt-deux livres.", ["vingt-deux"]),
    (LETTRE, "Le magasin de Nice ouvre à 8h30.", ["Nice", "8h30"]),
    (LETTRE, "Mme Dupont a le numéro A-787.", ["Dupont", "A-787"]),
    # other scripts: digits are read, names are not
    ("会议于2025年3月3日举行，共有1200人参加。", "2025年3月3日，1200人。", ()),
    ("会议于2025年3月3日举行，共有1200人参加。", "2025年3月4日，1300人。", ["2025年3月4日", "1300"]),
)


LETTER = (
    "Dear team, I am writing about my stay at the Hotel Bellavista in Lugano from 12 to 16 September 2023. "
    "Booking reference BK-88213-X. We paid CHF 1,940 for a double room, but the air conditioning in room 214 was "
    "broken for two of the four nights. The receptionist, Ms. Elena Rossi, promised a refund of 25% by the end of "
    "the month. I have since sent three e-mails and called +41 91 555 0199 twice. My husband Tom works at Credit "
    "Agricole and needs the receipt. Regards, Susan O'Brien"
)
PROBE = (
    "The European Space Agency (ESA) launched the probe Heliora on 14 April 2023 from Kourou, French Guiana, "
    "aboard an Ariane 5 rocket. The spacecraft weighs 6,070 kg and carries ten instruments. It is due to arrive "
    "at Jupiter in July 2031 after flybys of Earth and Venus. The mission cost an estimated 1.6 billion euros. "
    "Project scientist Olivier Moreau said that 85 percent of the tests were complete. Batteries lose about a "
    "third of their capacity below -40 degrees. NASA contributed one instrument."
)
LEASE = (
    "Mietvertrag zwischen Herrn Jürgen Krause, Lindenstraße 14, 50674 Köln (Vermieter), und Frau Aylin Demir "
    "(Mieterin). Die Wohnung hat 72,5 m² und drei Zimmer. Die Kaltmiete beträgt 980,00 Euro, die Nebenkosten 215 "
    "Euro monatlich. Mietbeginn ist der 1. Oktober 2024, Kündigungsfrist drei Monate. Kaution: 2.940 Euro. "
    "Hausordnung vom 15.02.2022 ist Bestandteil."
)
RESULTS = (
    "Q1 results: Acme Corp. posted sales of $2.31bn (Q1 last year: $2.05bn), a rise of 12.7%. Net income was $187 "
    "million. CEO Linda Park credited the Atlas product line. Headcount fell from 14,200 to 13,850. The company "
    "will pay a dividend of $0.42 per share on May 30, 2024. Analysts at Morgan & Pike had expected 11 percent. "
    "The Dublin plant closes in December."
)
COUNCIL = (
    "Le conseil municipal de Saint-Étienne a voté, le 18 novembre 2024, un budget de 312 millions d'euros. Le "
    "maire, Gaëlle Perrin, a annoncé la construction de deux écoles et de 1 500 logements d'ici 2030. "
    "L'opposition, menée par Marc-Antoine Lefèvre, a voté contre : 23 voix contre 17. La séance a duré de 18h à "
    "22h45."
)

# Written before the program had seen them: what it missed of them at first, it learned.
MORE_CASES: tuple[Case, ...] = (
    (
        LETTER,
        "Susan O'Brien complains about a broken air conditioner at Hotel Bellavista in Lugano during her "
        "stay on September 12–16, 2023.",
        (),
    ),
    (LETTER, "The guest paid 1940 Swiss francs and was promised a 25 percent refund by Elena Rossi.", ()),
    (LETTER, "**Summary:** Guest Susan O'Brien (BK-88213-X) asks for the 25% refund promised by Ms. Rossi.", ()),
    (
        LETTER,
        "- **Guest:** Susan O'Brien\n- **Hotel:** Bellavista, Lugano\n- **Dates:** 12/09/2023 – "
        "16/09/2023\n- **Amount paid:** CHF 1'940\n- **Room:** 214",
        (),
    ),
    (LETTER, "The AC in Room 214 failed for two nights out of four. She sent 3 emails and called twice.", ()),
    (LETTER, "Mrs. O’Brien stayed in September 2023.", ()),
    (LETTER, "The guest stayed 12-18 September 2023.", ["12-18 September 2023"]),
    (LETTER, "The guest paid CHF 1,490.", ["1,490"]),
    (LETTER, "The refund of 20% was promised by Elena Russo.", ["20%", "Elena Russo"]),
    (LETTER, "Booking BK-88231-X concerns Hotel Belmonte.", ["BK-88231-X", "Hotel Belmonte"]),
    (LETTER, "She called +41 91 555 0190 five times.", ["+41 91 555 0190", "five"]),
    (LETTER, "Her husband Tim works at Credit Suisse.", ["Tim", "Credit Suisse"]),
    (LETTER, "The room was number 241 in Locarno.", ["241", "Locarno"]),
    (
        LETTER,
        "Unfortunately, the air conditioning was broken. Ms. Rossi had promised a refund. Since then, "
        "nothing has happened; Susan has written three times.",
        (),
    ),
    (
        LETTER,
        "Dear Ms. O'Brien,\n\nThank you for contacting us about booking BK-88213-X. I am sorry about the air "
        "conditioning. We will process the 25% refund.\n\nKind regards,\nCustomer Care Team",
        (),
    ),
    (
        PROBE,
        "ESA's probe Heliora left Kourou on April 14, 2023 on an Ariane 5 and will reach Jupiter in July 2031.",
        (),
    ),
    (
        PROBE,
        "The 6-tonne spacecraft carries 10 instruments, one of them from NASA.",
        ["6"],
    ),  # other units: a false alarm
    (PROBE, "The mission cost around €1.6bn, and 85% of tests were done, Moreau said.", ()),
    (PROBE, "Heliora weighs 6070 kilograms. Scientist Olivier Moreau is confident.", ()),
    (PROBE, "The probe was launched in 2023 by the European Space Agency and arrives eight years later.", ["eight"]),
    (PROBE, "The probe will fly by Earth and Mars.", ["Mars"]),
    (PROBE, "Launched on 14 April 2022 from Cape Canaveral.", ["14 April 2022", "Cape Canaveral"]),
    (PROBE, "It costs 1.8 billion euros and weighs 6,700 kg.", ["1.8 billion euros", "6,700"]),
    (PROBE, "The ISRO contributed one instrument.", ["ISRO"]),
    (PROBE, "It will arrive in June 2031.", ["June 2031"]),
    (
        PROBE,
        "Key facts\n\n1. Launch: 14 April 2023\n2. Arrival: July 2031\n3. Cost: 1.6 billion euros\n4. Instruments: 10",
        (),
    ),
    (PROBE, "A third (33%) of battery capacity is lost below -40 °C.", ()),
    (
        PROBE,
        "Project scientist Oliver Moreau said 58 percent of the tests were complete.",
        ["Oliver Moreau", "58 percent"],
    ),
    (PROBE, "The Space Agency launched the Heliora Probe. The Mission Cost was 1.6 billion euros.", ()),
    (
        LEASE,
        "Der Mietvertrag zwischen Jürgen Krause und Aylin Demir beginnt am 01.10.2024. Die Miete beträgt 980 "
        "Euro zuzüglich 215 Euro Nebenkosten.",
        (),
    ),
    (
        LEASE,
        "Die Mieterin zahlt eine Sicherheitsleistung von 2940 € und darf mit einer Frist von 3 Monaten ausziehen.",
        (),
    ),
    (
        LEASE,
        "Die Drei-Zimmer-Wohnung in Köln (72,5 Quadratmeter) wird ab Oktober 2024 vermietet. Eigentümer ist "
        "Herr Krause.",
        (),
    ),
    (LEASE, "Die Wohnung hat 75,2 m² und vier Zimmer.", ["75,2", "vier"]),
    (LEASE, "Mietbeginn ist der 1. November 2024, die Kaution beträgt 2.490 Euro.", ["1. November 2024", "2.490 Euro"]),
    (
        LEASE,
        "Vermieter ist Herr Kraus aus Bonn, Mieterin Frau Demirel.",
        (),
    ),  # an ending, and a lone German noun: missed
    (LEASE, "Vermieter ist Herr Jörg Krause, die Hausordnung ist vom 15. März 2022.", ["Jörg Krause", "15. März 2022"]),
    (
        LEASE,
        "The flat in Cologne costs 980 euros a month; the deposit is 2,940 euros.",
        ["Cologne"],
    ),  # another language than the source's: a false alarm
    (RESULTS, "Acme Corp's sales rose 12.7% to $2.31 billion in the first quarter; net income was $187m.", ()),
    (RESULTS, "CEO Linda Park praised the Atlas line. A dividend of 42 cents will be paid on 30 May 2024.", ()),
    (RESULTS, "Staff fell to 13,850 from 14,200. The plant in Dublin will close in December.", ()),
    (RESULTS, "Sales: $2.3bn (+13%), vs. $2.05bn a year earlier.", ()),
    (RESULTS, "Headcount fell by 350.", ["350"]),
    (RESULTS, "Sales rose 17.2% to $2.13bn.", ["17.2%", "$2.13bn"]),
    (RESULTS, "CEO Laura Park closes the Cork plant in November.", ["Laura Park", "Cork", "in November"]),
    (RESULTS, "Analysts at Morgan Stanley had expected 11%.", ["Morgan Stanley"]),
    (RESULTS, "Dividend: $0.24 per share on May 3, 2024.", ["$0.24", "May 3, 2024"]),
    (RESULTS, "Q2 sales were $2.31bn.", ["Q2"]),
    (
        RESULTS,
        "# Acme Q1 Results\n\n## Financial Highlights\n- Sales up 12.7% to $2.31bn\n- Net income $187 "
        "million\n\n## Outlook\nThe Dublin plant closes in December. Park is optimistic.",
        (),
    ),
    (RESULTS, "According to Linda Park, growth came from Atlas. Morgan & Pike analysts had forecast 11%.", ()),
    (RESULTS, "Net income was $178 million. Nearly 14,000 people work there.", ["$178 million"]),
    (
        COUNCIL,
        "Le conseil de Saint-Etienne a adopté le 18/11/2024 un budget de 312 M€. Gaëlle Perrin veut bâtir "
        "1500 logements avant 2030.",
        (),
    ),
    (
        COUNCIL,
        "La séance s'est terminée à 22 h 45. Marc-Antoine Lefèvre et l'opposition ont voté contre (17 voix).",
        (),
    ),
    (COUNCIL, "Par 23 voix contre dix-sept, la ville a approuvé la construction de 2 écoles.", ()),
    (COUNCIL, "Le budget est de 321 millions d'euros, voté le 8 novembre 2024.", ["321 millions", "8 novembre 2024"]),
    (COUNCIL, "La maire de Lyon, Gaëlle Perret, a annoncé 15 000 logements.", ["Lyon", "Gaëlle Perret", "15 000"]),
    (COUNCIL, "La séance a duré jusqu'à 23h45, selon Marc Lefebvre.", ["23h45", "Marc Lefebvre"]),
    (COUNCIL, "Cependant, l'Opposition a voté contre. Ensuite, Perrin a pris la parole.", ()),
    (LETTER, "I could not find the reason for the failure in the letter.", ()),
    (PROBE, "The text does not say who built the rocket's engines.", ()),
    (RESULTS, "Linda Park", ()),
    (PROBE, "Jupiter", ()),
    (PROBE, "Saturn", ["Saturn"]),
    (RESULTS, "$2.31 billion", ()),
    (RESULTS, "In May 2024", ()),
    (LETTER, "Elena", ()),
    (LETTER, "Marco Bianchi", ["Marco Bianchi"]),
    (RESULTS, "The dividend is paid on Thursday, May 30, 2024.", ()),
    (RESULTS, "The dividend is paid on Friday, May 30, 2024.", ["Friday"]),
)


def lacking(source: str, reply: str) -> list[str]:
    return [claim.text for claim in unsupported(claims(reply), source)]


@pytest.mark.parametrize(("source", "reply", "expected"), (*CASES, *MORE_CASES))
def test_what_the_source_does_not_hold(source: str, reply: str, expected: Sequence[str]) -> None:
    assert lacking(source, reply) == list(expected)


def judge(text: str, finish: Finish = "stop", source: str | None = TICKET, **options: Json) -> Judgement:
    prompt = (Message(role="user", content="Summarise what Kim Lee wrote in 40 words."),)
    sample = Sample(id="1", messages=prompt, context=source)
    return support.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


def test_the_score_is_the_share_of_claims_that_are_supported() -> None:
    found = judge("On 3 March 2025, Peter Müller ordered 1,200 units and 77 lamps from Bremen, 77 in all.")
    assert (found.outcome, found.score, found.answer) == ("incorrect", 0.6, "77, Bremen")
    assert found.reason == "not in the source: 77, Bremen"
    assert found.checks == (
        Check(name="numbers", kind="share", hits=1, spurious=1),
        Check(name="dates", kind="share", hits=1, spurious=0),
        Check(name="names", kind="share", hits=1, spurious=1),
    )
    assert judge("He ordered 1,200 units and 77 lamps.", partial=False).score == 0
    assert judge("He ordered 1,200 units.").checks == (Check(name="numbers", kind="share", hits=1),)
    right = judge("Peter Müller ordered 1,200 units.")
    assert (right.outcome, right.score, right.answer) == ("correct", 1, "2 supported")


def test_a_reply_without_claims_is_right_and_checks_nothing() -> None:
    found = judge("The message does not say.")
    assert (found.outcome, found.score, found.checks) == ("correct", 1, ())
    assert found.reason == "makes no claim that could be checked"


@pytest.mark.parametrize(
    ("text", "finish", "outcome"),
    [
        ("He ordered 1,200 units", "length", "truncated"),
        ("He ordered 1,300 units and", "length", "incorrect"),
        ("He ordered 1,20", "length", "truncated"),  # it may have become 1,200
        ("It was late", "length", "truncated"),
        ("", "length", "truncated"),
        ("", "stop", "unparsed"),
        ("I'm sorry, but I can't help with order 77.", "stop", "refused"),
        ("He ordered 77 units.", "refusal", "refused"),
        ("He ordered 77 units.", "error", "failed"),
        ("<think>77 units? No: 1,200.</think>He ordered 1,200 units.", "stop", "correct"),
    ],
)
def test_replies_that_are_no_whole_answer(text: str, finish: Finish, outcome: str) -> None:
    assert judge(text, finish).outcome == outcome


def test_names_may_stand_in_the_prompt_and_numbers_may_not() -> None:
    assert judge("Kim Lee ordered 1,200 units.").outcome == "correct"
    assert judge("Kim Lee ordered 40 units.").answer == "40"


@pytest.mark.parametrize("context", [None, " "])
def test_without_a_context_the_prompt_is_the_source(context: str | None) -> None:
    assert judge("Kim Lee wrote 40 words.", source=context).outcome == "correct"
    assert judge("Kim Lee wrote 50 words from Bremen.", source=context).answer == "50, Bremen"


def test_what_an_assistant_said_earlier_is_no_source() -> None:
    talk = (Message(role="user", content="Who?"), Message(role="assistant", content="Kim Lee."))
    found = support.make({})(Sample(id="1", messages=talk), Response(key="k", model="m", text="It was Kim Lee."))
    assert found.outcome == "incorrect"
    with pytest.raises(ValueError, match="no source text"):
        support.make({})(Sample(id="1", messages=talk[1:]), Response(key="k", model="m", text="It was Kim Lee."))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The two cost 42 together.", "correct"),
        ("The lamp costs 18 more.", "correct"),
        ("The desk is 40% of the lamp.", "correct"),
        ("The desk is 60% cheaper.", "correct"),
        ("The two cost 43 together.", "incorrect"),
        ("The desk is 41% of the lamp.", "incorrect"),
        ("They were sold in 2042.", "incorrect"),
    ],
)
def test_numbers_that_follow_from_two_of_the_source(text: str, outcome: str) -> None:
    source = "The lamp costs 30 and the desk 12."
    assert judge(text, source=source, derived=True).outcome == outcome
    assert judge(text, source=source).outcome == "incorrect"


def test_nothing_is_derived_from_many_numbers() -> None:
    many = "Costs: " + "; ".join(str(n * n) for n in range(3, 40))
    assert judge("Together 13 of them.", source="Costs: 9; 4", derived=True).outcome == "correct"
    assert judge("Together 25.5 of them.", source=many, derived=True).outcome == "incorrect"
    assert judge("Together 13 of them.", source=many, derived=True).outcome == "incorrect"


def test_only_the_claims_that_are_asked_for() -> None:
    text = "On 4 March 2025, Paula Weber ordered 77 units."
    assert judge(text, claims=["numbers"]).answer == "77"
    assert judge(text, claims=["names", "dates"]).answer == "4 March 2025, Paula Weber"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"claims": ["number"]}, 'did you mean "numbers"'),
        ({"claims": []}, "is not a list of texts"),
        ({"partial": "yes"}, "is neither true nor false"),
        ({"derive": True}, 'unknown option "derive"'),
    ],
)
def test_options_that_cannot_be_read(options: dict[str, Json], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        support.make(options)


def test_there_is_no_target() -> None:
    assert not support.needs_target
    assert support.gold(Sample(id="1", target="anything")) is None


def test_a_claim_knows_its_place_and_its_form() -> None:
    text = "Müller paid $1.5k on March 3rd, 2025 for T-10423."
    found = claims(text)
    assert [(c.kind, c.text, c.form) for c in found] == [
        ("numbers", "$1.5k", "1500"),
        ("dates", "March 3rd, 2025", "2025-03-03"),
        ("names", "T-10423", "t10423"),
    ]
    assert [text[c.start : c.end] for c in found] == [c.text for c in found]


HOSTILE = {
    "digits": "1" * 100_000,
    "dots": "1." * 50_000,
    "commas": "1," * 50_000,
    "short numbers": "33 " * 33_000,
    "signs": "+1 " * 33_000,
    "brackets": "(1) [2 " * 14_000,
    "capitals": "Ab " * 33_000,
    "one word": "A" * 100_000,
    "hyphens": "A-" * 50_000,
    "codes": "A1-" * 33_000,
    "addresses": "a.b@" * 25_000,
    "schemes": "http://" * 14_000,
    "months": "march 3, " * 11_000,
    "number words": "one vingt " * 10_000,
    "markup": "**# " * 25_000,
    "lines": "\n" * 100_000,
    "accents": "e" + "\u0301" * 100_000,
    "surrogates": "\ud83d\x00" * 50_000,
    "raised": "A\u00b2-9 " * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_bounded_time(name: str) -> None:
    started = time.process_time()
    unsupported(claims(HOSTILE[name]), HOSTILE[name])
    assert time.process_time() - started < 20


def test_long_texts_of_many_claims_take_bounded_time() -> None:
    text = " ".join(
        f"Ab{chr(97 + i % 26)}x Yz{i % 7}q cost {i} on 3 March 20{i % 90 + 10}. T-{i}" for i in range(5_000)
    )
    started = time.process_time()
    assert unsupported(claims(text), text) == ()
    assert time.process_time() - started < 20


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_judged(reply: str, source: str) -> None:
    for claim in unsupported(claims(reply), source):
        assert reply[claim.start : claim.end] == claim.text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789 .,:/-%$kmT²½abM年", max_size=60))
def test_a_text_supports_its_own_numbers_and_dates(text: str) -> None:
    assert [claim for claim in unsupported(claims(text), text) if claim.kind != "names"] == []
