"""`viva init`: a commented plan to start from."""

from importlib.resources import files
from pathlib import Path

import click

from harness.errors import UsageError


@click.command()
@click.argument("path", default="plan.yaml", type=click.Path(path_type=Path))
def command(path: Path) -> int:
    """Write a commented plan to PATH (plan.yaml); nothing is ever overwritten."""
    text = files("harness.cli").joinpath("plan.yaml").read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: is there already; name another file or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from None
    click.echo(f"{path} written; edit it, then: viva run {path}", err=True)
    return 0
