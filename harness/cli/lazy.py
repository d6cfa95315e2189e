"""Groups whose commands are files of their own, imported only when they are called."""

import importlib
from collections.abc import Mapping

import click


class Lazy(click.Group):
    """Commands by name, each with its line of help; `module` is where they are, with `{}` for the name."""

    def __init__(self, *more: object, known: Mapping[str, str], module: str, **options: object) -> None:
        super().__init__(*more, **options)  # type: ignore[arg-type]  # click's own arguments, handed on
        self.known, self.module = known, module

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.known:
            return None
        command: click.Command = importlib.import_module(self.module.format(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from harness.errors import nearest

            raise click.UsageError(f'no command "{args[0]}"{nearest(args[0], self.known)}', ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.known.items()))
