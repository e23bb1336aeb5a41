"""What is answered to whom: the page and its files, and the API for programs."""

import asyncio
import importlib.metadata
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from datasets.errors import DataError
from results.serving.answers import Answer
from results.serving.bodies import BYTES, FORM, picture_in
from results.serving.limits import Allowance, Limits, Rates, Room, refusal
from results.serving.page import STATIC, language_of, languages, render
from results.serving.process import Question, ReadingProcess

ABOUT = (
    "Reads digits that people wrote by hand: a crop of one, a photograph of several, or a complete "
    "sheet. Nothing that is sent is kept."
)
PICTURE = {"type": "string", "format": "binary"}
BODY = {
    "required": True,
    "description": "A PNG, JPEG, WebP, TIFF, BMP, GIF or HEIC file: as it is, or in a form.",
    "content": {
        "image/*": {"schema": PICTURE},
        BYTES: {"schema": PICTURE},
        FORM: {
            "schema": {
                "type": "object",
                "properties": {"picture": PICTURE},
                "required": ["picture"],
            }
        },
    },
}
Single = Annotated[bool, Query(description="All ink is one digit, whatever it looks like.")]
Seen = Annotated[bool, Query(description="Tell also what the network saw of each digit.")]
FetchSite = Annotated[str, Header(alias="sec-fetch-site", include_in_schema=False)]
AcceptLanguage = Annotated[str, Header(include_in_schema=False)]


class RefusedRequest(BaseModel):
    """Why there is no answer."""

    detail: str


class Health(BaseModel):
    """That the server runs, and with what."""

    status: Literal["ok"] = "ok"
    model: str
    version: str


REFUSALS = {
    400: "The request is broken off, empty or no form with one file.",
    403: "The request was made by a page of another site.",
    408: "The picture did not arrive in time.",
    413: "The picture has too many bytes.",
    415: "The content is of another type.",
    422: "The picture cannot be read, has too many pixels or takes too long; or an option is none.",
    429: "Too many pictures of this client: wait as long as Retry-After says.",
    503: "Too many pictures at a time: wait as long as Retry-After says.",
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"model": RefusedRequest, "description": reason} for status, reason in REFUSALS.items()
}


def make_app(reading: ReadingProcess, model: str, limits: Limits) -> FastAPI:
    """Makes the application.

    Args:
        reading: Which opens the network by itself.
        model: The network's name for people.
        limits: What is allowed.
    """
    version = importlib.metadata.version("shuzi")
    app = FastAPI(title="shuzi", version=version, description=ABOUT, docs_url=None, redoc_url=None)
    _add_api(app, reading, Health(model=model, version=version), limits)
    _add_page(app, model, limits)
    app.exception_handler(RequestValidationError)(_say_what_is_wrong)
    return app


def _add_api(app: FastAPI, reading: ReadingProcess, health: Health, limits: Limits) -> None:
    rates, room = Rates(limits.a_minute), Room(limits)
    thread = ThreadPoolExecutor(1)  # waits for the process that reads

    @app.post(
        "/predict",
        summary="Read the digits of a picture",
        response_model=Answer,
        response_description="The digits that were read.",
        responses=DOCUMENTED,
        openapi_extra={"requestBody": BODY},
    )
    async def predict(
        request: Request, single: Single = False, seen: Seen = False, site: FetchSite = ""
    ) -> Response:
        if site in ("cross-site", "same-site"):
            raise refusal(403, "Pages of other sites may not have pictures read here.")
        rates.count(request.client.host if request.client else "")
        with Allowance(room) as allowance:
            try:
                async with asyncio.timeout(limits.request_seconds):
                    question = Question(await picture_in(request, limits, allowance), single, seen)
                    loop = asyncio.get_running_loop()
                    answer = await loop.run_in_executor(thread, reading.ask, question)
            except DataError as error:
                raise refusal(422, str(error)) from error
            except TimeoutError as error:
                raise refusal(503, "Too many pictures wait to be read: try again.", 5) from error
        return Response(answer, media_type="application/json")

    @app.get("/healthz", summary="Tell whether the server runs", response_description="It does.")
    async def healthz() -> Health:
        return health


def _add_page(app: FastAPI, model: str, limits: Limits) -> None:
    known = languages()
    pages = {
        language: render("page.html", language=language, words=known, model=model, limits=limits)
        for language in known
    }
    programs = render("programs.html", api=app.openapi(), limits=limits)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/", include_in_schema=False)
    async def page(accept_language: AcceptLanguage = "", lang: str = "") -> HTMLResponse:
        language = lang if lang in known else language_of(accept_language, known)
        return HTMLResponse(pages[language], headers={"Vary": "Accept-Language"})

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(programs)


async def _say_what_is_wrong(_: Request, error: Exception) -> JSONResponse:
    """Says in one sentence which option is wrong."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    sentence = f"{first['loc'][-1]}: {first['msg']}, but got {first.get('input')!r}."
    return JSONResponse({"detail": sentence}, 422)
