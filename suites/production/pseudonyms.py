"""What stands in the place of personal data: the same for the same entity, telling nothing without the salt.

A pseudonym is the kind and 8 digits of the HMAC-SHA256 of the normalised entity, keyed by the salt (RFC 2104). E-mail
addresses keep their shape, in a domain that never exists (RFC 2606): formats that must hold an address still do.
"""

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError

DIGITS = 8
_LEAST = 16  # bytes of a salt: with fewer, every phone number could be tried


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """`salt` never leaves this object."""

    salt: bytes

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def of(self, kind: str, entity: str) -> str:
        code = self.code(kind, entity)
        return f"user-{code}@example.invalid" if kind == "email" else f"<{kind.upper()}_{code}>"

    def code(self, kind: str, entity: str) -> str:
        named = f"{kind}\0{normal(kind, entity)}".encode("utf-8", "surrogatepass")
        return hmac.new(self.salt, named, "sha256").hexdigest()[:DIGITS]


def normal(kind: str, entity: str) -> str:
    """The entity without what makes no difference: case, and the spaces and signs between digits."""
    if kind in ("phone", "card", "iban"):
        return "".join(c for c in entity if c.isalnum()).upper()
    if kind == "email":
        return entity.lower().replace("%40", "@")
    if kind == "name":
        return " ".join(entity.casefold().split())
    return entity.lower() if kind == "ip" else entity


def read_salt(path: Path) -> bytes:
    """Raises UsageError for a file that cannot be read or is too short to keep anything secret."""
    try:
        salt = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the salt cannot be read ({error.strerror})") from None
    if len(salt) < _LEAST:
        raise UsageError(
            f"{path}: a salt of {len(salt)} bytes can be guessed; write one with `head -c 32 /dev/urandom > {path}`"
        )
    return salt


def fresh_salt() -> bytes:
    """A random salt that nobody keeps."""
    return secrets.token_bytes(32)
