"""From a picture file to the answer; imported by the process that reads alone."""

import base64
import io

from PIL import Image

from datasets.pictures import Grey, grey_from_bytes
from results.predict.predicting import Prediction, predictions
from results.predict.readers import Reader
from results.serving.answers import Answer, Digit

DECIMALS = 6


def answer_to(reader: Reader, content: bytes, single: bool, seen: bool) -> str:
    """Reads the digits of a picture file.

    Args:
        reader: A trained network.
        content: Of the file.
        single: Whether all its ink is one digit.
        seen: Whether to tell what the network saw.

    Returns:
        An `Answer` as JSON.

    Raises:
        DataError: If it is no picture, or has too many pixels.
    """
    grey = grey_from_bytes(content)
    digits = [_digit(each, seen) for each in predictions(reader, grey, single)]
    answer = Answer(width=grey.shape[1], height=grey.shape[0], digits=digits)
    return answer.model_dump_json(exclude_none=True)


def _digit(read: Prediction, seen: bool) -> Digit:
    corners = [(round(float(across), 1), round(float(down), 1)) for across, down in read.corners]
    upper_left, upper_right, lower_right, lower_left = corners
    return Digit(
        label=read.label,
        confidence=round(read.confidence, DECIMALS),
        runner_up=read.runner_up,
        runner_up_confidence=round(read.runner_up_confidence, DECIMALS),
        sure=read.sure,
        probabilities=[round(float(each), DECIMALS) for each in read.probabilities],
        corners=(upper_left, upper_right, lower_right, lower_left),
        seen=_png(read.image) if seen else None,
    )


def _png(image: Grey) -> str:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()
