"""A local server that speaks as much of the Hub as fetching a data set needs."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Data sets by id, with their files; those in `gated` are shown to nobody. `asked`: the paths of all requests."""

    sets: Mapping[str, Mapping[str, bytes]]
    gated: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ("main", COMMIT)
    broken: bool = False
    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(path)
            status, headers, content = respond(hub, path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def respond(hub: Hub, path: str) -> tuple[int, dict[str, str], bytes]:
    parts = path.removeprefix("/api").removeprefix("/datasets/").split("/")
    name, verb, revision, file = "/".join(parts[:2]), parts[2], parts[3], "/".join(parts[4:])
    if hub.broken:
        return 503, {}, b""
    if name in hub.gated:
        return 403, {"X-Error-Code": "GatedRepo"}, b""
    if name not in hub.sets:
        return 401, {"X-Error-Code": "RepoNotFound"}, b""
    if revision not in hub.revisions:
        return 404, {"X-Error-Code": "RevisionNotFound"}, b""
    files = hub.sets[name]
    if verb == "revision":
        found: object = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}
    elif verb == "tree":
        found = [
            {"type": "file", "path": f, "size": len(c), "oid": hashlib.sha1(c).hexdigest()} for f, c in files.items()
        ]
    else:
        digest = hashlib.sha1(files[file]).hexdigest()
        return 200, {"X-Repo-Commit": COMMIT, "ETag": f'"{digest}"'}, files[file]
    return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()
