"""Scrubbed texts beside texts that were not: pseudonyms become their kind on both sides, so that they do not differ.

A suite holds `<PHONE_1f2e3d4c>` where logs and training data hold a number. The salt is not needed: who it was is
hidden on both sides.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.records import Message, Sample
from suites.production.pseudonyms import DIGITS, Pseudonyms, fresh_salt
from suites.production.recognisers import Finder
from suites.production.scrub import KINDS, load_scrubber

_KIND = "|".join(kind.upper() for kind in KINDS)
_PSEUDONYM = re.compile(rf"<({_KIND})_[0-9a-f]{{{DIGITS}}}>|user-[0-9a-f]{{{DIGITS}}}@example\.invalid")
Mask = Callable[[str], str]


def mask(text: str) -> str:
    """A scrubbed text with every pseudonym as its kind: `<phone>`."""
    return _PSEUDONYM.sub(lambda found: f"<{(found[1] or 'email').lower()}>", text)


def masked(samples: Sequence[Sample]) -> list[Sample]:
    """The samples with what they ask and their slices masked, for comparison only."""
    return [
        replace(
            sample,
            messages=tuple(Message(role=m.role, content=mask(m.content)) for m in sample.messages),
            prompt=None if sample.prompt is None else mask(sample.prompt),
            slices={name: mask(value) for name, value in sample.slices.items()},
        )
        for sample in samples
    ]


def mask_like(samples: Sequence[Sample], names: Finder | None) -> Mask:
    """What makes other texts comparable with these samples: scrubbing and masking, or nothing if no pseudonym is there.

    Scrubbing takes about a millisecond for 1,000 characters, and seconds to load.
    """
    if not any(_PSEUDONYM.search(text) for sample in samples for text in _texts(sample)):
        return lambda text: text
    scrubber = load_scrubber(Pseudonyms(fresh_salt()), names)
    return lambda text: mask(scrubber.text(text))


def _texts(sample: Sample) -> list[str]:
    return [*(message.content for message in sample.messages), sample.prompt or "", *sample.slices.values()]
