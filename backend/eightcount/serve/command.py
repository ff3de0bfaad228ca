"""``eightcount serve``: arguments, logging, and the way out of the process."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.serve.engine import Engine
from eightcount.serve.logs import LEVELS, start_logging, sweep
from eightcount.serve.owner import SILENCE_SECONDS
from eightcount.serve.server import Options, Server
from eightcount.wire.connection import new_connection_path

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``eightcount serve``."""
    parser.add_argument(
        "--connection-file",
        type=Path,
        metavar="F",
        help="where to write how to connect (default: a new file in your runtime folder)",
    )
    parser.add_argument(
        "--owner-pid", type=int, metavar="PID", help="end when this process is gone"
    )
    parser.add_argument(
        "--silence",
        type=float,
        metavar="S",
        help="end when no client was heard for so many seconds "
        f"(default: {SILENCE_SECONDS:.0f} with --owner-pid, never without)",
    )
    parser.add_argument("--model", default="", help="model name or folder (default: the first)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    parser.add_argument("--log-file", type=Path, help="default: beside the connection file")
    parser.add_argument("--log-level", choices=LEVELS, default="info")


def run(args: argparse.Namespace) -> int:
    """Serve with the real engine. Returns the exit code."""
    from eightcount.serve.choreography import ChoreographyEngine

    return serve(ChoreographyEngine(args.model, args.device), args)


def main(argv: list[str] | None = None, engine: Engine | None = None) -> int:
    """The process's entry: ``python -m eightcount.serve``. Tests hand in an engine of their own."""
    parser = argparse.ArgumentParser(prog="eightcount serve", description="The backend process.")
    add_arguments(parser)
    args = parser.parse_args(argv)
    return run(args) if engine is None else serve(engine, args)


def serve(engine: Engine, args: argparse.Namespace) -> int:
    """Set up logging, serve, and leave. Says a fault at the start in one sentence on stderr."""
    server = None
    try:
        path = args.connection_file or new_connection_path()
        log_file = args.log_file or path.with_suffix(".log")
        sweep(path.parent)
        owned = args.owner_pid is not None
        start_logging(log_file, args.log_level, quiet=owned)
        silence = args.silence if args.silence is not None or not owned else SILENCE_SECONDS
        server = Server(engine, Options(path, args.owner_pid, silence, str(log_file)))
        if not owned:
            print(f"connection file: {path}", file=sys.stderr, flush=True)
        code = server.run()
    except EightcountError as error:
        print(f"eightcount serve: {error}", file=sys.stderr)
        code = 1
    except OSError as error:
        print(f"eightcount serve: the backend cannot start: {error}", file=sys.stderr)
        code = 1
    logging.shutdown()
    if server is not None and server.is_working:
        # A thread that is deep in another library cannot be stopped, and must not keep us alive.
        sys.stderr.flush()
        os._exit(code)
    return code
