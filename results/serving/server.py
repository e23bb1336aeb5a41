"""The server: an address, and a loop that answers there until it is ended."""

import asyncio
import ipaddress
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from results.errors import ResultsError
from results.serving.app import make_app
from results.serving.limits import Limits
from results.serving.process import ReadingProcess

LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]
ENDING_SECONDS = 3
TICKS_A_SECOND = 10  # of uvicorn
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def serve(model: str, out: Path, host: str, port: int, limits: Limits, err: Console) -> None:
    """Serves the page and the API until Ctrl-C.

    Args:
        model: A path, or the name of a sweep.
        out: The folder of sweeps.
        host: An address of this machine.
        port: 0 for any that is free.
        limits: What is allowed.
        err: Where to say what happens.

    Raises:
        ResultsError: If there is no such model, or it is damaged, or the address is not free.
    """
    with _listening(host, port) as listening, _reading(model, out, limits) as reading:
        app = make_app(reading, Path(model).name, limits)
        if _is_local(listening):
            app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES)
        reading.wait()
        _tell(listening, model, err)
        server = PatientServer(_configuration(app, limits), limits.idle_seconds)
        with suppress(KeyboardInterrupt):
            server.run([listening])


class PatientServer(uvicorn.Server):
    """Ends connections that send no request, or take no answer, for too long; uvicorn keeps them.

    Args:
        config: uvicorn's.
        seconds: That it is patient.
    """

    def __init__(self, config: uvicorn.Config, seconds: float) -> None:
        super().__init__(config)
        self._seconds = seconds
        self._idle: dict[tuple[Any, Any], float] = {}

    async def on_tick(self, counter: int) -> bool:
        """Looks at the connections once a second."""
        if counter % TICKS_A_SECOND == 0:
            self._end_idle(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def _end_idle(self, now: float) -> None:
        connections: set[Any] = self.server_state.connections
        # A connection has another cycle for each request.
        idle = [(each, each.cycle) for each in connections if _is_idle(each)]
        self._idle = {each: self._idle.get(each, now) for each in idle}
        for (connection, _), since in self._idle.items():
            if now - since > self._seconds:
                connection.transport.abort()


def _is_idle(connection: Any) -> bool:
    return connection.cycle is None or connection.cycle.response_complete


def _configuration(app: Any, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=H11Protocol,
        ws="none",
        loop="asyncio",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a client could take any address
        headers=list(HEADERS.items()),
        limit_concurrency=limits.connections,
        timeout_graceful_shutdown=ENDING_SECONDS,
    )


def _reading(model: str, out: Path, limits: Limits) -> ReadingProcess:
    return ReadingProcess(model, out, limits.reading_seconds)


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # asyncio sends at once what it has only if the protocol is named.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
        return listening
    except OSError as error:
        raise ResultsError(f"cannot listen at {host}, port {port}: {error.strerror}.") from error


def _is_local(listening: socket.socket) -> bool:
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def _tell(listening: socket.socket, model: str, err: Console) -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    err.print(f"{model} is served at {address} (Ctrl-C ends it)", soft_wrap=True, highlight=False)
    if not _is_local(listening):
        err.print(
            f"warning: anybody who reaches port {port} here can use it, without password "
            "or encryption.",
            soft_wrap=True,
            highlight=False,
        )
