"""Is that process still there? On POSIX and Windows, without a package.

Blender's Python has no psutil, and ``os.kill(pid, 0)`` *ends* a process on Windows.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_WINDOWS_QUERY = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
_WINDOWS_SYNCHRONIZE = 0x00100000
_WINDOWS_WAIT_TIMEOUT = 0x102
_WINDOWS_ACCESS_DENIED = 5


def is_alive(pid: int) -> bool:
    """True while a process with this id runs on this machine. A zombie counts as gone."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _is_alive_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def birth(pid: int) -> str:
    """A mark that tells a process from a later one with the same id; "" where none is known."""
    stat = _linux_stat(pid)
    return stat[19] if len(stat) > 19 else ""


def _is_zombie(pid: int) -> bool:
    stat = _linux_stat(pid)
    return bool(stat) and stat[0] in ("Z", "X")


def _linux_stat(pid: int) -> list[str]:
    """Fields 3... of /proc/PID/stat (state first); [] on other systems."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _is_alive_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.OpenProcess.argtypes = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
    kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    kernel.WaitForSingleObject.restype = ctypes.c_uint32
    kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
    handle = kernel.OpenProcess(_WINDOWS_QUERY | _WINDOWS_SYNCHRONIZE, False, pid)
    if not handle:
        return ctypes.get_last_error() == _WINDOWS_ACCESS_DENIED
    try:
        return kernel.WaitForSingleObject(handle, 0) == _WINDOWS_WAIT_TIMEOUT
    finally:
        kernel.CloseHandle(handle)
