"""The command `viva`. Each subcommand is a file of its own, imported only when it is called."""

import errno
import os
import sys
from collections.abc import Sequence

import click

from harness.cli.lazy import Lazy
from harness.errors import StoreError, UsageError, VivaError
from harness.printable import printable
from harness.version import VERSION

COMMANDS = {
    "init": "Write a commented plan to start from.",
    "size": "Tell how many items the margins of a plan need.",
    "run": "Run a plan: ask, grade, compare, report, judge.",
    "import": "Make a run from responses that exist already.",
    "grade": "Grade a run's responses again, asking no model.",
    "compare": "Print the figures of a run.",
    "ladder": "Print the students by size, and what each step down costs.",
    "show": "Print one sample: every model, every grade.",
    "report": "Write a run's HTML report again.",
    "gate": "Judge a run by a policy; the exit code is the verdict.",
    "review": "Draw pairs for reviewers, store their marks, tell how far they agree.",
    "suite": "Build suites from production logs, and look at suites.",
    "store": "List or prune the answers that are kept.",
    "doctor": "Tell what works on this machine.",
}
USAGE, INTERNAL, INTERRUPTED = 64, 70, 130
NO_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


@click.command(
    cls=Lazy,
    known=COMMANDS,
    module="harness.cli.{}_command",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="viva")
def cli() -> None:
    """Tell whether a distilled student model may replace its teacher on your own workload.

    Exit codes: 0 pass, 1 fail, 2 inconclusive; 64 something to mend, 70 a model or viva failed, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(status(list(sys.argv[1:] if arguments is None else arguments)))


def status(arguments: list[str]) -> int:
    """Run one command; every way that it can end, as an exit code and one message (VIVA_DEBUG=1: a traceback)."""
    try:
        code = cli.main(args=arguments, prog_name="viva", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        return _complain(*_usage(error))
    except (UsageError, StoreError) as error:
        return _complain(str(error), USAGE)
    except VivaError as error:
        return _complain(str(error), INTERNAL)
    except (KeyboardInterrupt, click.Abort):
        return _complain(
            "interrupted; answers that are in the store are kept: run the same command again to go on", INTERRUPTED
        )
    except BrokenPipeError:
        _close_output()
        return 0
    except Exception as error:  # the boundary of the program: no traceback unless asked for
        if isinstance(error, OSError) and error.errno in NO_PLACE:
            _close_output()
            where = f"{error.filename}: " if error.filename else ""
            return _complain(f"{where}{error.strerror}; make room or write elsewhere, then run it again", USAGE)
        if os.environ.get("VIVA_DEBUG"):
            raise
        return _complain(
            f"internal error: {type(error).__name__}: {error} (VIVA_DEBUG=1 shows where; please report it)", INTERNAL
        )


def _usage(error: click.ClickException) -> tuple[str, int]:
    """What is wrong with the words of a command, in one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    words = context.command_path if context else "viva"
    told = error.format_message().rstrip(".")
    return f"{told[:1].lower()}{told[1:]} (`{words} --help` tells more)", USAGE


def _complain(message: str, code: int) -> int:
    click.echo(f"viva: {printable(message)}", err=True)
    return code


def _close_output() -> None:
    """Nobody reads stdout, or nothing goes into it: what is left to be flushed must not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    main()
