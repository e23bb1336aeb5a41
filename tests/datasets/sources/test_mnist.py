import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from datasets.errors import DataError
from datasets.sources.mnist import load_mnist, read_idx


def idx(values: np.ndarray) -> bytes:
    header = struct.pack(f">I{values.ndim}I", 0x800 + values.ndim, *values.shape)
    return header + values.astype(np.uint8).tobytes()


def write_folder(folder: Path, zipped: bool) -> None:
    for prefix, count in (("train", 20), ("t10k", 10)):
        images = np.arange(count * 784).reshape(count, 28, 28) % 251
        for name, values in (("images-idx3", images), ("labels-idx1", np.arange(count) % 10)):
            content = idx(values)
            path = folder / f"{prefix}-{name}-ubyte{'.gz' if zipped else ''}"
            path.write_bytes(gzip.compress(content) if zipped else content)


def test_embedded_digits_are_real_and_apart() -> None:
    mnist = load_mnist("embedded")
    assert (len(mnist.train), len(mnist.test)) == (4000, 1000)
    assert np.bincount(mnist.test.labels).tolist() == [100] * 10
    train = {image.tobytes() for image in mnist.train.images}
    assert not any(image.tobytes() in train for image in mnist.test.images)
    assert load_mnist("embedded").train.fingerprint == mnist.train.fingerprint


@pytest.mark.parametrize("zipped", [True, False])
def test_folder_of_idx_files_is_read(tmp_path: Path, zipped: bool) -> None:
    write_folder(tmp_path, zipped)
    mnist = load_mnist(str(tmp_path))
    assert (len(mnist.train), len(mnist.test)) == (20, 10)
    assert mnist.train.images[1, 0, 0] == 784 % 251


def test_real_mnist_is_complete(real_data: Path) -> None:
    mnist = load_mnist(str(real_data / "mnist"))
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 3, idx(np.zeros(5))[:-1], idx(np.zeros(5)) + b"x", idx(np.zeros((5, 2)))],
)
def test_damaged_idx_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DataError, match="labels"):
        read_idx(path, dimensions=1)


def test_truncated_gzip_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(idx(np.arange(50)))[:-12])
    with pytest.raises(DataError, match=r"labels\.gz"):
        read_idx(path, dimensions=1)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="train-images-idx3-ubyte"):
        load_mnist(str(tmp_path))
