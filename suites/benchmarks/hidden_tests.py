"""LiveCodeBench's hidden tests: base64 of zlib of a pickle of one text, which is JSON.

A pickle is a program, and this one comes from outside; so it is not run. Its operations are listed, and it must be the
few that push one text; that text is taken. What is unpacked is bounded.
"""

import base64
import binascii
import io
import json
import pickletools
import zlib

from harness.errors import DataError

LARGEST = 1 << 29  # bytes of one problem's tests, unpacked

_TEXTS = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE")
_HARMLESS = ("PROTO", "FRAME", "MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT", "STOP")
_MOST = 8  # operations of a pickle that holds one text

Test = dict[str, str]


def decoded(packed: str, where: str) -> list[Test]:
    """The tests of a packed field; some copies hold the JSON text as it is. Raises DataError."""
    if packed.lstrip().startswith("["):
        return parsed(packed, where)
    try:
        return parsed(text_of_pickle(_inflated(base64.b64decode(packed, validate=True))), where)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise DataError(f"{where}: not the packed tests of LiveCodeBench ({error})") from None


def parsed(text: str, where: str) -> list[Test]:
    """Tests as JSON: a list of `{input, output, testtype}`, all texts. Raises DataError."""
    try:
        tests = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not valid JSON: {error}") from None
    if not isinstance(tests, list):
        raise DataError(f"{where}: expected a list of tests")
    return [_test(test, f"{where}: test {number}") for number, test in enumerate(tests, 1)]


def text_of_pickle(pickled: bytes) -> str:
    """The text that a pickle holds and nothing else. Raises ValueError for any other pickle, without running it."""
    texts: list[str] = []
    for number, (operation, argument, _) in enumerate(pickletools.genops(io.BytesIO(pickled)), 1):
        if operation.name in _TEXTS and isinstance(argument, str):
            texts.append(argument)
        elif operation.name not in _HARMLESS:
            raise ValueError(f"a pickle that does {operation.name}, which texts do not need")
        if number > _MOST or len(texts) > 1:
            raise ValueError("a pickle of more than one text")
    if not texts:
        raise ValueError("a pickle without a text")
    return texts[0]


def _inflated(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    found = stream.decompress(packed, LARGEST)
    if stream.unconsumed_tail:
        raise ValueError(f"more than {LARGEST} bytes")
    if not stream.eof:
        raise ValueError("cut off")
    return found


def _test(test: object, where: str) -> Test:
    if not isinstance(test, dict):
        raise DataError(f"{where}: expected an object with input and output")
    given, wanted, kind = test.get("input"), test.get("output"), test.get("testtype", "stdin")
    if not (isinstance(given, str) and isinstance(wanted, str) and kind in ("stdin", "functional")):
        raise DataError(f"{where}: expected an object with input and output, each a text, and a testtype")
    return {"input": given, "output": wanted, "testtype": kind}
