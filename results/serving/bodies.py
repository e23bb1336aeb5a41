"""The picture in a request's body, kept in memory alone, and taken only as far as is allowed."""

import asyncio
import logging
from collections.abc import AsyncGenerator

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from results.serving.limits import Allowance, Limits, refusal

FORM = "multipart/form-data"
BYTES = "application/octet-stream"
FIELD_BYTES = 1000  # of a field that is no file

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # warns of each malformed form


class FormInMemory(MultiPartParser):
    """Parses a form without the temporary files that larger parts go to else."""

    spool_max_size = 0  # never rolled over to the disk


async def picture_in(request: Request, limits: Limits, allowance: Allowance) -> bytes:
    """Receives the picture file of a request, sent as it is or as the file of a form.

    Raises:
        HTTPException: 400, 408, 413, 415 or 503, if it is not as it should be, or not allowed.
    """
    stream = _limited(request, limits, allowance)
    try:
        async with asyncio.timeout(limits.body_seconds):
            content = await _received(request, stream)
    except TimeoutError as error:
        seconds = f"{limits.body_seconds:g} seconds"
        raise refusal(408, f"The picture did not arrive within {seconds}.") from error
    except ClientDisconnect as error:
        raise refusal(400, "The request broke off.") from error
    if not content:
        raise refusal(400, "The request holds no picture: it is empty.")
    return content


async def _received(request: Request, stream: AsyncGenerator[bytes, None]) -> bytes:
    kind = (request.headers.get("content-type") or BYTES).partition(";")[0].strip().lower()
    if kind == FORM:
        return await _file_of_form(request, stream)
    if kind == BYTES or kind.startswith("image/"):
        return b"".join([chunk async for chunk in stream])
    raise refusal(415, f"A picture must come as image/..., {BYTES} or {FORM}, but came as {kind}.")


async def _file_of_form(request: Request, stream: AsyncGenerator[bytes, None]) -> bytes:
    parser = FormInMemory(
        request.headers, stream, max_files=1, max_fields=10, max_part_size=FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise refusal(400, f"The form cannot be read: {error.message}") from error
    files = [each for each in form.values() if isinstance(each, UploadFile)]
    if len(files) != 1:
        raise refusal(400, "The form must hold one file, the picture.")
    content = await files[0].read()
    await files[0].close()
    return content


async def _limited(
    request: Request, limits: Limits, allowance: Allowance
) -> AsyncGenerator[bytes, None]:
    """Yields the body as it comes, and stops where it is too large, whatever was announced."""
    size = _announced(request)
    if size > limits.body_bytes:
        raise _too_large(limits)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limits.body_bytes:
            raise _too_large(limits)
        allowance.hold(len(chunk))
        yield chunk


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _too_large(limits: Limits) -> HTTPException:
    return refusal(413, f"A picture may have {limits.body_bytes / 1e6:g} MB at most.")
