"""How keys, tokens and passwords look. Each pattern matches the secret alone, not what announces it.

The forms are those that the issuers publish; variable-length look-behinds are those of the module `regex`. Every repeat
is bounded or of one class of characters, so that a text takes time in proportion to its length.
"""

_KEY = (
    r"(?:api[_-]?key|apikey|access[_-]?key|access[_-]?token|auth[_-]?token|refresh[_-]?token|id[_-]?token|"
    r"client[_-]?secret|secret[_-]?key|secret|token|auth|signature|sig|password|passwd|pwd|pass|session[_-]?id|sessionid|"
    r"x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|jwt|otp|sas)"
)
_KEY_END = r"(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----)?"
_VALUE = r"[^\s\"'<>,;&#)\]}]{3,512}"

SECRET_PATTERNS: tuple[tuple[str, str], ...] = (
    ("private key", r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s\\:,]|-(?!-)){0,20000}" + _KEY_END),
    ("JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
    ("AWS key id", r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"),
    ("GitHub", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{50,255})"),
    ("GitLab", r"\bglpat-[A-Za-z0-9_-]{16,64}"),
    ("Slack", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    ("Slack webhook", r"(?<=hooks\.slack\.com/services/)[A-Za-z0-9/]{20,100}"),
    ("OpenAI, Anthropic", r"\bsk-[A-Za-z0-9_-]{16,255}"),
    ("Stripe", r"\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,255}"),
    ("Google", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("Google OAuth", r"\bya29\.[A-Za-z0-9_-]{20,512}"),
    ("Hugging Face", r"\bhf_[A-Za-z0-9]{30,64}"),
    ("npm", r"\bnpm_[A-Za-z0-9]{30,64}"),
    ("PyPI", r"\bpypi-[A-Za-z0-9_-]{50,512}"),
    ("SendGrid", r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    ("Twilio", r"\b(?:AC|SK)[0-9a-f]{32}\b"),
    ("bearer", r"(?<=\bBearer\s{1,4})[A-Za-z0-9._~+/=-]{12,4096}"),
    ("basic", r"(?<=\bAuthorization:\s{0,4}Basic\s{1,4})[A-Za-z0-9+/=]{8,4096}"),
    ("user and password of a URL", r"(?<=\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@:\"'<>]{0,128}:[^\s/@\"'<>]{1,128}(?=@)"),
    ("secret in a URL", rf"(?<=[?&#;]{_KEY}=){_VALUE}"),
    ("named secret", rf"(?<=\b(?:\w{{1,20}}[_-])?{_KEY}[\"']?\s{{0,2}}[:=]\s{{0,2}}[\"']?)(?=[^\s]{{6}}){_VALUE}"),
    # In prose only what looks like a password: "my password is wrong" must stay.
    (
        "told password",
        r"(?<=\b(?:password|passwort|passphrase|pwd|pin)\s{1,2}(?:is|was|lautet|ist)\s{1,2}:?\s{0,2}[\"']?)"
        r"(?=[^\s]{0,40}[0-9!@$%^&*_])[^\s\"',;]{4,128}",
    ),
)
