"""Event files as TensorBoard reads them."""

import io
import resource
from pathlib import Path

import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from results.tensorboard.event_file import Unbuffered, write_pictures_run


def test_pictures_are_read_as_they_were_drawn_and_replace_earlier_ones(tmp_path: Path) -> None:
    for colour in ("red", "blue"):
        write_pictures_run(tmp_path / "winner", {"tag": Image.new("RGB", (30, 20), colour)})
    (event,) = EventAccumulator(str(tmp_path / "winner")).Reload().Images("tag")
    assert (event.width, event.height) == (30, 20)
    drawn = Image.open(io.BytesIO(event.encoded_image_string)).convert("RGB")
    assert drawn.getcolors() == [(600, (0, 0, 255))]
    assert [path.name for path in tmp_path.iterdir()] == ["winner"]


def test_what_a_full_disk_did_not_take_is_written_once_it_does(tmp_path: Path) -> None:
    file, content = Unbuffered(tmp_path / "events"), bytes(range(200))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
    try:
        file.write(content)
        for _ in range(2):
            with pytest.raises(OSError, match="File too large"):
                file.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.write(b"more")
    file.close()
    assert (tmp_path / "events").read_bytes() == content + b"more"
