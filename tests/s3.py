"""An S3 server on loopback, which may be out of order for a while."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow.fs as fs
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ACCESS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


class Server:
    """Moto's S3, or 503 to every request while it is out of order.

    Attributes:
        refused: How many requests it has answered so.
    """

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._http = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._out_of_order = threading.Event()
        self.refused = 0
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        system = fs.S3FileSystem(
            access_key="test",
            secret_key="test",
            region="us-east-1",
            scheme="http",
            endpoint_override=f"127.0.0.1:{self._http.port}",
            allow_bucket_creation=True,
        )
        system.create_dir("bucket")

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if self._out_of_order.is_set():
            self.refused += 1
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """Answers 503 while a block runs."""
        self._out_of_order.set()
        try:
            yield
        finally:
            self._out_of_order.clear()

    def uri(self, path: str) -> str:
        """Returns the URI of a folder of its one bucket, for pyarrow."""
        return f"s3://bucket/{path}?scheme=http&endpoint_override=127.0.0.1:{self._http.port}"

    def close(self) -> None:
        """Ends it, and forgets what it holds."""
        self._http.shutdown()
        self._thread.join()
