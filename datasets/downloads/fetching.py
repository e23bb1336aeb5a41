"""Public digits in the user's cache folder, each file complete and verified or not at all."""

from collections.abc import Sequence
from pathlib import Path

import requests
from rich.console import Console

from datasets.downloads.downloading import download
from datasets.downloads.public import PUBLIC, PublicDigits, PublicFile
from datasets.errors import DataError, first_line


def fetch(digits: PublicDigits, mirrors: Sequence[str] = (), folder: Path | None = None) -> Path:
    """Downloads the files that are not there yet; says on stderr what, and under which license.

    Args:
        digits: What to download.
        mirrors: Addresses of folders that hold the files, tried before the known ones.
        folder: Where to keep them; the user's cache folder for shuzi when left out.

    Returns:
        The folder that holds the files.

    Raises:
        DataError: If a file is to be had nowhere with the right sha256.
    """
    folder = folder or cache_folder() / digits.name
    missing = [file for file in digits.files if not _is_there(file, folder)]
    if missing:
        told = f"fetching {digits.about}, {digits.size}; license: {digits.license}"
        Console(stderr=True).print(told, highlight=False, soft_wrap=True)
    for file in missing:
        _fetch_file(file, mirrors, folder)
    return folder


def public_digits(name: str | None) -> list[PublicDigits]:
    """Returns the public digits of a name, or all.

    Raises:
        DataError: If there are none of that name.
    """
    if name is None:
        return list(PUBLIC.values())
    if name not in PUBLIC:
        raise DataError(f"there are no public digits {name}: choose {', '.join(PUBLIC)}.")
    return [PUBLIC[name]]


def fetched_file(digits: PublicDigits) -> Path:
    """Returns the path of public digits that are one file, downloaded if it is not there."""
    return fetch(digits) / digits.files[0].name


def cache_folder() -> Path:
    """Returns the user's cache folder for shuzi."""
    import pooch

    return Path(pooch.os_cache("shuzi"))


def _is_there(file: PublicFile, folder: Path) -> bool:
    path = folder / file.name
    try:
        return path.is_file() and file.found_in(path)
    except DataError:
        return False


def _fetch_file(file: PublicFile, mirrors: Sequence[str], folder: Path) -> None:
    addresses = [f"{mirror.rstrip('/')}/{file.name}" for mirror in mirrors]
    failures = []
    for address in [*addresses, *file.addresses]:
        try:
            download(address, file, folder / file.name)
            return
        except (requests.RequestException, DataError) as error:
            failures.append(f"{address}: {_reason(error)}")
    raise DataError(f"{file.name} could not be downloaded ({'; '.join(failures)}).")


def _reason(error: Exception) -> str:
    """Says in a few words why a download failed."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broken off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, requests.HTTPError):
        return f"HTTP status {getattr(error.response, 'status_code', 'unknown')}"
    if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.MissingSchema):
        return "must begin with http:// or https://"
    return first_line(error)
