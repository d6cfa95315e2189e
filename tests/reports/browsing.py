"""Pages opened as a reviewer opens them: in the system's Chromium, from disk, network refused, all watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

CHROMIUM = Path("/usr/bin/chromium")
# Set before any script of the page: a policy that had to step in means that an escape failed.
_WATCH = "addEventListener('securitypolicyviolation', e => console.error('policy:', e.violatedDirective, e.blockedURI))"


@dataclass
class Watched:
    """A page with what it asked for, and everything it said, threw, or that the content policy had to stop."""

    page: "Page"
    asked: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)

    def open(self, path: Path, fragment: str = "") -> "Page":
        self.page.goto(path.as_uri() + fragment)
        return self.page

    def open_pairs(self, path: Path, fragment: str = "") -> "Page":
        """A page with pairs, when its first pair stands there."""
        self.open(path, fragment).wait_for_selector("article.pair")
        return self.page

    def foreign(self, folder: Path) -> list[str]:
        """What was asked for outside of the report's folder."""
        return [url for url in self.asked if not url.startswith((folder.as_uri() + "/", "blob:"))]


@contextmanager
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def watched(browser: "Browser", **options: Any) -> Iterator[Watched]:
    """A fresh profile: nothing is remembered from other tests, nothing but files may be loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.add_init_script(_WATCH)
    watch = Watched(page=context.new_page())

    def only_files(route: "Route") -> None:
        route.continue_() if route.request.url.startswith("file:") else route.abort()

    context.route("**/*", only_files)
    page = watch.page
    page.on("request", lambda request: watch.asked.append(request.url))
    page.on("console", lambda message: watch.noise.append(message.text))
    page.on("pageerror", lambda error: watch.noise.append(str(error)))
    page.on("dialog", lambda dialog: (watch.noise.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: watch.noise.append(f"popup {popup.url}"))
    yield watch
    context.close()
