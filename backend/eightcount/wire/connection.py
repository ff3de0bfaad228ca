"""The connection file: where the backend listens, and the keys that let a client in.

In the manner of Jupyter's kernels: JSON, mode 0600, in a folder of the user's own. Who can read
it may talk to the backend, nobody else: it holds the only client key that the backend accepts.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import PROTOCOL
from eightcount.wire.process import is_alive

FOLDER_VARIABLE = "EIGHTCOUNT_RUNTIME_DIR"
RESTART = "Start the backend again."


@dataclass(frozen=True)
class Connection:
    """What a connection file says. Keys are CURVE keys in Z85 (40 characters).

    ``endpoint`` is "tcp://127.0.0.1:PORT"; ``protocol`` the wire's version; ``version`` the
    program's. ``pid`` means something only on ``host``.
    """

    endpoint: str
    server_public_key: str
    client_public_key: str
    client_secret_key: str
    pid: int
    host: str
    version: str
    protocol: int = PROTOCOL

    @property
    def is_here(self) -> bool:
        """True where the backend runs on this machine, so that its pid can be watched."""
        return self.host == socket.gethostname()

    def __repr__(self) -> str:
        # Keys must not reach a log.
        return f"Connection({self.endpoint}, pid {self.pid} on {self.host})"


def runtime_folder() -> Path:
    """The user's own folder for connection files, made with mode 0700 where it is missing."""
    folder = _runtime_path()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            found = folder.stat()
            if found.st_uid != os.getuid():
                raise PermissionError("it belongs to another user")
            if found.st_mode & 0o077:
                folder.chmod(0o700)
    except OSError as error:
        raise EightcountError(
            "runtime-folder",
            f"The folder {folder} cannot be used: {error}.",
            f"Set {FOLDER_VARIABLE} to a folder of your own.",
        ) from error
    return folder


def new_connection_path() -> Path:
    """A path for a new backend's connection file; no two calls give the same."""
    return runtime_folder() / f"backend-{secrets.token_hex(6)}.json"


def write_connection(path: Path, connection: Connection) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(partial, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(connection), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def read_connection(path: Path) -> Connection:
    """Read and check a connection file.

    Raises EightcountError: "no-backend" (no file, or the process that wrote it is gone),
    "connection-file" (unreadable, damaged, or readable by other users).
    """
    path = Path(path)
    try:
        _refuse_shared(path)
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EightcountError(
            "no-backend", f"There is no backend: {path} does not exist.", RESTART
        ) from None
    except (OSError, ValueError) as error:
        raise EightcountError(
            "connection-file", f"The connection file {path} cannot be read: {error}.", RESTART
        ) from error
    connection = _checked(path, found)
    if connection.is_here and not is_alive(connection.pid):
        raise EightcountError(
            "no-backend", f"The backend of {path} (process {connection.pid}) has ended.", RESTART
        )
    return connection


def _checked(path: Path, found: object) -> Connection:
    specs = {spec.name: int if spec.type == "int" else str for spec in fields(Connection)}
    fits = isinstance(found, dict) and all(
        type(found.get(name)) is kind for name, kind in specs.items()
    )
    if not fits or not found["endpoint"].startswith("tcp://"):
        raise EightcountError(
            "connection-file", f"{path} is not a connection file of Eightcount.", RESTART
        )
    return Connection(**{name: found[name] for name in specs})


def _refuse_shared(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise PermissionError("other users may read it, so its keys are not secret")


def _runtime_path() -> Path:
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(base) / "eightcount" / "runtime"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "eightcount" / "runtime"
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return Path(base) / "eightcount"
    return Path(tempfile.gettempdir()) / f"eightcount-{os.getuid()}"
