"""Content policies: what a page may load and run, which is as little as it can do with."""

import base64
import hashlib

OF_PAIRS = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


def of_first_page(style: str) -> str:
    """Nothing may load and nothing may run; of styles, this one."""
    return f"default-src 'none'; style-src '{digest_of(style)}'; base-uri 'none'; form-action 'none'"


def of_single(style: str, script: str) -> str:
    """Nothing may load; of styles and scripts, these two."""
    return (
        f"default-src 'none'; script-src '{digest_of(script)}'; style-src '{digest_of(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def digest_of(text: str) -> str:
    """`sha256-…` of a style or script as it stands in the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
