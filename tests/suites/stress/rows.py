"""Invented word problems with worked solutions, in the manner of GSM8K."""

from harness.records import Message, Sample

BAKERY = (
    "Mira bakes 48 rolls and sells 18 at the gate. She packs the rest into bags of 6. How many bags does she fill?",
    "She has 48-18=<<48-18=30>>30 rolls left.\nThat makes 30/6=<<30/6=5>>5 bags.\n#### 5",
)
PERCENT = (
    "A shop has 300 lamps and sells 20% of them on Monday. Each lamp costs $35. How much does it earn on Monday?",
    "It sells 300*.2=<<300*.2=60>>60 lamps.\nIt earns 60*35=$<<60*35=2100>>2100.\n#### 2,100",
)
DOZEN = (
    "Nina buys 3 dozen pears and gives 15 of them to Oskar. How many pears does she keep?",
    "She has 3*12=<<3*12=36>>36 pears.\nShe keeps 36-15=<<36-15=21>>21.\n#### 21",
)
PLAIN = (
    "A hall has 14 rows of 25 chairs, and 80 chairs are taken. How many are empty?",
    "14 x 25 = 350\n350 - 80 = 270\n#### 270",
)
ROWS = (BAKERY, PERCENT, DOZEN, PLAIN)


def problem(row: tuple[str, str], **how: object) -> Sample:
    """The question with the number as its target and the solution beside it."""
    question, solution = row
    given = {
        "id": question[:12],
        "messages": (Message(role="user", content=question),),
        "target": solution.rpartition("#### ")[2],
        "solution": solution,
        "grader": "number",
    }
    return Sample(**(given | how))  # type: ignore[arg-type]  # fields by name


def asking(text: str, target: object = "5", **how: object) -> Sample:
    return problem((text, ""), target=target, solution=None, **how)


def text_of(sample: Sample) -> str:
    return sample.messages[-1].content
