"""What is answered about a picture, as JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[int, Field(ge=0, le=9)]
Corner = tuple[float, float]


class Digit(BaseModel):
    """One digit of the picture."""

    label: Label = Field(description="What it is read as.")
    confidence: Probability = Field(description="How likely that is right.")
    runner_up: Label = Field(description="The second likeliest label.")
    runner_up_confidence: Probability = Field(description="How likely that is right instead.")
    sure: bool = Field(description="Whether the confidence is at least 0.9.")
    probabilities: list[Probability] = Field(
        description="Of the labels 0 to 9.", min_length=10, max_length=10
    )
    corners: tuple[Corner, Corner, Corner, Corner] = Field(
        description="Where it is, (across, down) in pixels: upper left first, then clockwise."
    )
    seen: str | None = Field(
        None, description="If asked for: the 28 x 28 pixels that the network saw, PNG in base64."
    )


class Answer(BaseModel):
    """The digits of a picture, in reading order."""

    width: int = Field(description="Of the picture set upright, in pixels.")
    height: int = Field(description="The same.")
    digits: list[Digit] = Field(description="None, where there is no digit.")
