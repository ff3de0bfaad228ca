"""The door: CURVE with one key pair for the backend and one, fixed, for all its clients.

ZeroMQ asks a handler inside the process (ZAP, RFC 27) whether a client's key may come in. pyzmq
brings one as an asyncio thread that does not run on Windows' default event loop, so the socket
loop answers these few questions itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import zmq
import zmq.utils.z85

from eightcount.wire.client import require_curve

_ZAP = "inproc://zeromq.zap.01"
_DOMAIN = b"eightcount"


@dataclass(frozen=True)
class Keys:
    """CURVE keys in Z85; made afresh for every run of the backend."""

    server_public: bytes
    server_secret: bytes
    client_public: bytes
    client_secret: bytes

    @classmethod
    def fresh(cls) -> Keys:
        """New keys. Raises EightcountError "no-curve" where libzmq cannot encrypt."""
        require_curve()
        return cls(*zmq.curve_keypair(), *zmq.curve_keypair())

    def __repr__(self) -> str:
        # Keys must not reach a log.
        return "Keys(...)"


class Gate:
    """Answers ZAP's questions; ``socket`` becomes readable when there is one."""

    def __init__(self, context: zmq.Context, keys: Keys) -> None:
        self._key = zmq.utils.z85.decode(keys.client_public)
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind(_ZAP)
        self.refused = 0

    def answer(self) -> None:
        """Answer the question that waits: 200 for our clients' key, 400 for all else."""
        parts = self.socket.recv_multipart()
        version, request = parts[0], parts[1] if len(parts) > 1 else b""
        welcome = (
            len(parts) == 7
            and parts[2] == _DOMAIN
            and parts[5] == b"CURVE"
            and parts[6] == self._key
        )
        self.refused += not welcome
        status, text = (b"200", b"OK") if welcome else (b"400", b"Unknown key")
        self.socket.send_multipart([version, request, status, text, b"client", b""])


def lock(socket: zmq.Socket, keys: Keys) -> None:
    """Make ``socket`` a CURVE server whose clients the gate decides on. Call before bind."""
    socket.curve_server = True
    socket.curve_publickey = keys.server_public
    socket.curve_secretkey = keys.server_secret
    socket.zap_domain = _DOMAIN
