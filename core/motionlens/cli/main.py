"""``motionlens``: the subcommands, and what every one of them does about errors."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from .. import __version__
from ..errors import CancelledError, MotionLensError

# Each module has ``add_parser(subparsers)`` and sets ``run(args) -> int``; none may import torch or
# transformers before ``run``, so that ``--help`` answers at once.
COMMANDS = (
    "motionlens.cli.import_command",
    "motionlens.cli.search_command",
    "motionlens.cli.describe_command",
    "motionlens.explanation.command",
    "motionlens.cli.export_command",
    "motionlens.cli.info_command",
    "motionlens.cli.curate_command",
    "motionlens.cli.dataset_command",
    "motionlens.training.command",
    "motionlens.evaluation.command",
    "motionlens.evaluation.starter_command",
    "motionlens.evaluation.understanding_command",
    "motionlens.evaluation.labels_command",
    "motionlens.explanation.evaluation.command",
    "motionlens.benchmark.command",
    "motionlens.benchmark.compare.command",
    "motionlens.benchmark.interaction_command",
    "motionlens.video.lifting_command",
    "motionlens.video.evaluation.film_command",
    "motionlens.video.evaluation.command",
)
OK, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command that this installation has."""
    parser = argparse.ArgumentParser(
        prog="motionlens",
        description="Search libraries of 3D human motion by description. Without a command: opens the app.",
        epilog="example:\n  motionlens import ~/mocap\n"
        '  motionlens search "a person waves with the left hand"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"MotionLens {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in COMMANDS:
        if (module := _module(name)) is not None:
            module.add_parser(subparsers)
    return parser


def _module(name: str) -> Any:
    """The module, or None where an installation leaves it out; its own missing imports are errors."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            return None
        raise


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments without the program's name; None = those of the process.

    Returns:
        0 only if all went well, 2 for wrong use, 130 after Ctrl+C, else 1.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console without Unicode must not fail on a name
            stream.reconfigure(errors="replace")
    try:
        args = build_parser().parse_args(argv)
        if args.command is None:
            from .app_command import open_app

            return open_app()
        return int(args.run(args))
    except SystemExit as stop:  # argparse: 0 after --help, 2 for wrong use
        return stop.code if isinstance(stop.code, int) else (FAILED if stop.code else OK)
    except KeyboardInterrupt:
        _say("Stopped: what was finished is kept.")
        return INTERRUPTED
    except CancelledError as error:
        _say(str(error))
        return INTERRUPTED
    except MotionLensError as error:
        _say(str(error))
        return FAILED
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if os.environ.get("MOTIONLENS_DEBUG"):
            traceback.print_exc()
        _say(
            f"This should not have happened ({type(error).__name__}: {error}): "
            "set MOTIONLENS_DEBUG=1 for details and report it."
        )
        return FAILED


def _say(sentence: str) -> None:
    print(f"motionlens: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
