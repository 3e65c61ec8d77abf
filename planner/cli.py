"""The command line: the only clock, print and exit."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from planner.problems import Refused

COMMANDS = Path(__file__).parent / "commands"


class Commands(click.Group):
    """A command is a module that lies in the folder; only the one that runs is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(path.stem for path in COMMANDS.glob("*.py") if not path.stem.startswith("_"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"planner.commands.{name}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="llm-workload-planner", prog_name="planner")
def group() -> None:
    """Plan what LLM workloads cost: real-time or batch, by which rule, and a budget to defend.

    \b
    planner plan MANIFEST               the plan: assignment, costs and budgets
    planner explain MANIFEST WORKLOAD   the whole story of one workload
    planner lint [PATHS]                findings only, for CI
    planner diff OLD NEW                what a change costs, and why
    planner forecast MANIFEST           the months to come, and how far they are uncertain

    Exit codes: 0 clean, 1 findings, 2 wrong input or usage, 3 something cannot be priced, 4 over budget.
    """


def start() -> None:
    """The command as it is installed: leaves as soon as all is written, since tearing down takes as long as a lint."""
    gc.disable()
    try:
        main()
        code: object = 0
    except SystemExit as done:
        code = done.code
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            code = 141 if isinstance(error, BrokenPipeError) else 2
    os._exit(code if isinstance(code, int) else 1)


def main() -> None:
    """Runs the command line; a refused input is one line per fault on stderr, and exit code 2."""
    try:
        group(standalone_mode=False)
    except Refused as refused:
        for complaint in refused.complaints:
            click.echo(complaint, err=True)
        sys.exit(2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        click.echo(f"cannot be written: {error.strerror}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    start()
