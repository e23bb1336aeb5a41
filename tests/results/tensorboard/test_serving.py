import socket
from pathlib import Path

import pytest

from results.errors import ResultsError
from results.tensorboard.serving import serve


def test_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ResultsError, match=f"could not bind to port {port}"):
            serve(tmp_path, port)
