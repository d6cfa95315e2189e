"""Where a text holds arithmetic: expressions between words, units and relations, found in one pass.

A side of an equation is seldom all that stands on its line: "so she pays 3 x $4 = $12 a day". A run begins at a number
or bracket and goes on while numbers and operators alternate, words after a number being its unit. Where a run
touches something that it cannot read (a variable, a second number, a word after a plus) it is `doubtful` and is not
judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from graders.mimicry.equation_tokens import Token
from graders.mimicry.equation_values import Amount, Item

_DEEPEST, _MOST, _UNIT_WORDS = 20, 120, 5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FUNCTIONS = _words(
    "mod remainder r log ln sin cos tan sec csc cot max min gcd lcm sqrt choose factorial exp base degrees squared"
    " cubed"
)
_BEFORE = _words(  # a number after one of these is part of something else: "half of 3 + 4", "day 1 - 3 + 4"
    "of half twice double triple thrice square squared root negative by over than between sum difference product"
    " day step week month year item part case question problem no number table figure equation option person row phase"
    " level round test grade page chapter section line room team group player box"
)
_ALONE = _words(
    "cent cents dozen dozens half quarter quarters pair pairs score am pm m g l s h d"
)  # never as they stand
_CONVERTIBLE = _words(  # into one another; plurals are cut
    "second minute hour day week month year century decade mm cm km kilometer kilometre meter metre centimeter inch"
    " inche foot feet ft yard mile mg kg gram kilogram pound lb ounce oz ton liter litre ml gallon quart pint cup min"
    " sec hr mph"
)


@dataclass(slots=True)
class Run:
    """An expression, characters `start` to `end`. `operands`: its numbers with their places. `units`: what converts.

    Not `closed`: it lacks a bracket that was opened before it, so that it may be the first part of a point (2, 3).
    """

    start: int
    end: int = 0
    doubtful: bool = False
    items: list[Item] = field(default_factory=list)
    operands: list[tuple[Fraction, int, int]] = field(default_factory=list)
    units: set[str] = field(default_factory=set)
    closed: bool = True
    decimals: int = 0
    scale: Fraction = Fraction(1)

    @property
    def bare(self) -> bool:
        """Whether it is one number and computes nothing."""
        return not any(isinstance(i, str) and i in "+-*/^over" for i in self.items)

    @property
    def mixed(self) -> bool:
        return bool(self.units & _ALONE) or len(self.units) > 1


Piece = Run | Token  # a token that is a relation, the end of a line, or an end


def pieces(stream: Iterable[Token]) -> list[Piece]:
    """Runs and what stands between them, in order."""
    scanner = _Scanner()
    for token in stream:
        scanner.feed(token)
    return scanner.pieces


class _Scanner:
    """Reads tokens one by one. While a run is open, `awaits` says that an operand must come next."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.run: Run | None = None
        self.awaits = True
        self.opened: list[int] = []  # places of open brackets among the run's items
        self.last = Token("end", "", 0, 0, True)
        self.words = 0
        self.dash = False  # whether the operator at hand may be a dash between words
        self.before = ""  # what stands before the next run: a word, "?" for what makes it doubtful, or nothing

    def feed(self, token: Token) -> None:
        if token.kind in ("relation", "line", "end"):
            self._close()
            if self.before:
                self._gap(token)
            self.pieces.append(token)
            self.before = ""
        elif self.run is not None and not self.awaits:
            self._after_operand(token, self.run)
        else:
            self._before_operand(token)
        self.last = token

    def _before_operand(self, token: Token) -> None:
        if token.kind == "number":
            self._operand(token, Amount(token.worth, _rounding(token.decimals)))
            run = self._opened(token)
            run.decimals = token.decimals
            run.doubtful = run.doubtful or (self.dash and not token.spaced)
            self.dash = False
        elif token.kind == "unknown":
            self._operand(token, Amount(Fraction(0)))
            self._opened(token).doubtful = True
        elif token.kind == "open":
            if self.before == ")" and not token.spaced:
                self.before = "?"
            run = self._opened(token)
            self.opened.append(len(run.items))
            run.items.append("(")
        elif token.kind == "op":
            self._sign(token)
        elif token.kind == "word":
            self._word_before(token)
        else:
            self._drop(")" if token.text == ")" and self.run is None else "?")

    def _word_before(self, token: Token) -> None:
        run = self.run
        if run is None:
            plain = token.text.replace("'", "").replace("’", "").replace("-", "").isalpha()
            name = not plain or (len(token.text) == 1 and token.text not in ("a", "i"))
            self.before = "?" if name or token.text in _BEFORE or token.text in _FUNCTIONS else token.text
        elif all(item == "(" for item in run.items) and self.last.text != "{":
            self._drop("")
            self._word_before(token)
        elif token.text == "by" and self.last.text in "*/":
            return
        elif run.items[-1] == "/" and len(token.text) > 1:  # $3 / pound
            run.items.pop()
            run.units.add("half")
            self.awaits = False
        elif (run.items[-1] == "-" and self.last.spaced) or (run.items[-1] == "*" and not self.last.spaced):
            run.items.pop()  # a dash, or the end of bold type
            self.awaits = False
            self._close()
            self.before = "?"
        else:
            self._operand(token, Amount(Fraction(0)))
            run.doubtful = True

    def _sign(self, token: Token) -> None:
        if self.run is None and token.text == "*" and not self.before:
            return  # bold or italic type
        if token.text not in "+-":
            self._drop("?")
        elif self.run is None and self.before:
            self.before = "?"
        elif token.text == "-":
            self._opened(token).items.append("negative")

    def _after_operand(self, token: Token, run: Run) -> None:
        match token.kind:
            case "number":
                self._beside()
                self._before_operand(token)
            case "op":
                self.dash = token.text == "-" and token.spaced and self.last.kind == "word"
                self._operator(token.text)
            case "percent":
                run.items.append("%")
                run.end = token.end
            case "close" if self.opened:
                self.opened.pop()
                run.items.append(")")
                run.end = token.end
            case "close":  # of a bracket that holds more than this: the end of a point (2, 3) has no equal
                self._close()
                self._gap(token)
                self.before = token.text if token.text == ")" else "?"
            case "open":
                self._bracket(token, run)
            case "word":
                self._unit(token, run)
            case _:
                run.doubtful = True
                run.end = token.end

    def _beside(self) -> None:
        """A number or bracket after an operand: it begins a new run, which can be trusted after words only."""
        run = self.run
        clean = run is not None and self.last.kind == "word" and not run.doubtful
        if run is not None and not clean:
            run.doubtful = True
        self._close()
        self.before = self.last.text if clean and self.last.text not in _BEFORE else "?"

    def _bracket(self, token: Token, run: Run) -> None:
        if token.text == "{" and self.last.text == "}" and not token.spaced:
            self._operator("over")
        elif self.last.kind != "word" and not token.spaced:
            run.doubtful = run.doubtful or "/" in run.items  # 6/2(1+2) is read in two ways
            self._operator("*")
        elif self.last.kind == "word":
            self._beside()
        else:  # "7 (of them red)" or "7 (3 + 4)"
            self._close()
            self.before = "?"
        self._before_operand(token)

    def _unit(self, token: Token, run: Run) -> None:
        text = token.text
        if text == "of" and (run.items[-1] == "%" or run.items[-2:-1] == ["/"] or run.items[-1] == ")"):
            self._operator("*")
        elif text in _FUNCTIONS:
            run.doubtful = True
        elif token.worth and self.last.kind == "number" and isinstance(amount := run.items[-1], Amount):
            run.items[-1] = Amount(amount.worth * token.worth, amount.slack * token.worth)
            run.scale, run.end = token.worth, token.end
        elif not self._names_unit(token):
            run.doubtful = run.doubtful or self.last.kind != "word"
            if self.last.kind == "word":  # "2 dollars more than box B"
                self._close()
                self.before = "?"
        else:
            self._name_unit(text, run)

    def _names_unit(self, token: Token) -> bool:
        """Whether a word after a number is no variable: `3 a day` and `5kg`, but not `3a`, `2ab` or `3 x_1`."""
        text = token.text.rstrip("23^{}") or token.text
        if not text.isalpha() and "'" not in text and "’" not in text and "-" not in text:
            return False
        if "α" <= text[0] <= "ω":
            return False
        if token.spaced:
            return len(text) > 1 or text in ("a", *_ALONE)
        return (
            self.last.kind == "word" or text in _ALONE or text in _CONVERTIBLE or text.removesuffix("s") in _CONVERTIBLE
        )

    def _name_unit(self, text: str, run: Run) -> None:
        self.words = self.words + 1 if self.last.kind == "word" else 1
        unit = text.rstrip("23^{}")
        if unit in _ALONE:
            run.units.add(unit)
        elif unit in _CONVERTIBLE or unit.removesuffix("s") in _CONVERTIBLE:
            run.units.add(unit.removesuffix("s"))
        if self.words > _UNIT_WORDS:
            self._close()
            self.before = text

    def _operator(self, text: str) -> None:
        run = self.run
        assert run is not None
        run.items.append(text)
        self.awaits = True

    def _operand(self, token: Token, amount: Amount) -> None:
        run = self._opened(token)
        run.items.append(amount)
        run.end = token.end
        if token.kind == "number":
            run.operands.append((token.worth, token.start, token.end))
        self.awaits = False
        if len(run.items) > _MOST or len(self.opened) > _DEEPEST:
            run.doubtful = True

    def _opened(self, token: Token) -> Run:
        if self.run is None:
            if self.before:
                self._gap(token)
            self.run = Run(start=token.start, end=token.end, doubtful=self.before == "?")
            self.awaits, self.words, self.before = True, 0, ""
        return self.run

    def _close(self) -> None:
        """End the open run. Brackets that only opened before it belong to the sentence."""
        run = self.run
        if run is not None and any(isinstance(item, Amount) for item in run.items):
            if self.awaits or self.opened != list(range(len(self.opened))):
                run.doubtful = True
            run.closed = not self.opened
            del run.items[: len(self.opened)]
            self.pieces.append(run)
        self.run, self.awaits, self.opened = None, True, []

    def _gap(self, token: Token) -> None:
        self.pieces.append(Token("end", "", token.start, token.start, True))

    def _drop(self, before: str) -> None:
        """Give up what was begun: it cannot be read on."""
        if self.run is not None:
            self.run.doubtful = True
        self._close()
        self.before = before


def _rounding(decimals: int) -> Fraction:
    return Fraction(1, 2 * 10**decimals) if decimals > 0 else Fraction(0)
