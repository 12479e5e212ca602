"""Which command does what, and what its end means for the shell."""

from __future__ import annotations

import argparse
import contextlib
import sys

from PySide6.QtCore import Qt

from weighin.cli.console import Console
from weighin.core.errors import AppError
from weighin.paths import Profile
from weighin.wiring.services import Services


def run_command(options: argparse.Namespace) -> int:
    """Carry out the command; the exit status: 0 done, 1 failed, 2 wrong usage, 3 one lane failed, 130 interrupted."""
    console = Console(sys.stdout, sys.stderr)
    try:
        profile = Profile.locate(options.profile)
        with contextlib.closing(Services(profile)) as services:
            # At once, on the thread that found it: a command that waits for an answer runs no loop.
            services.records.notice.connect(console.say, Qt.ConnectionType.DirectConnection)
            return _run(options, services, console)
    except AppError as error:
        console.say(error.user_text)
        return 2 if error.kind in ("usage", "options", "name", "address", "attachment") else 1
    except OSError as error:
        console.say(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return 1


def _run(options: argparse.Namespace, services: Services, console: Console) -> int:
    if options.command == "compare":
        from weighin.cli.compare import run_compare

        return run_compare(options, services, console)
    if options.command == "bench":
        from weighin.cli.bench import run_bench

        return run_bench(options, services, console)
    if options.command == "plan":
        from weighin.cli.plan import run_plan

        return run_plan(options, services, console)
    if options.command == "mmlu":
        from weighin.cli.mmlu import run_mmlu

        return run_mmlu(options, services, console)
    if options.command == "fidelity":
        from weighin.cli.fidelity import run_fidelity

        return run_fidelity(options, services, console)
    if options.command == "models":
        from weighin.cli.models_command import run_models

        return run_models(options, services, console)
    if options.command == "history":
        from weighin.cli.history import run_history

        return run_history(options, services, console)
    if options.command == "replay":
        from weighin.cli.replay import run_replay

        return run_replay(options, services, console)
    from weighin.cli.doctor import run_doctor

    return run_doctor(options, services, console)
