"""What can be chosen about a network and its training; the defaults are the baseline's."""

import difflib
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from datasets.extension import extension


def _number(default: float, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


def _choice(default: str, *others: str, own: bool = False) -> Any:
    return field(default=default, metadata={"choices": (default, *others), "own": own})


def _check_choice(name: str, value: object, choices: tuple[str, ...], own: bool) -> None:
    if value in choices:
        return
    if own and isinstance(value, str) and ":" in value:
        extension(value)
        return
    allowed = f"{', '.join(choices)}{', or module:Class for one of your own' if own else ''}"
    raise ValueError(f"{name} must be one of {allowed}, but got {value}.")


def _check_number(name: str, value: object, low: float, high: float, complete: bool) -> None:
    kinds = (int,) if complete else (int, float)
    fits = isinstance(value, kinds) and not isinstance(value, bool)
    if not (fits and low <= value <= high):  # type: ignore[operator]
        kind = "an integer" if complete else "a number"
        raise ValueError(f"{name} must be {kind} from {low:g} to {high:g}, but got {value!r}.")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One network and how it is trained. The defaults are the student's own experiment.

    Attributes:
        network: `cnn`; `fully-connected` (784-256-64-10), which uses no channel, dropout or hidden
            width; or `module:Class`, a class of your own, which uses what it wants.
        channels_1: Output channels of the first convolution.
        channels_2: Output channels of the second convolution.
        dropout_1: Dropout rate after the first pooling.
        dropout_2: Dropout rate, of complete channels, after the second pooling.
        dropout_3: Dropout rate after the first hidden layer.
        dropout_4: Dropout rate after the second hidden layer.
        hidden_1: Width of the first hidden layer.
        hidden_2: Width of the second hidden layer.
        normalisation: `batch` normalises what each layer but the last gives; `none`.
        networks: How many are trained alike from other weights; their probabilities are averaged.
        learning_rate: Adam's; the highest one where a schedule changes it.
        batch_size: Images a step.
        epochs: How often each image is seen.
        weight_decay: Decoupled weight decay (Loshchilov and Hutter, 2019), a rate.
        schedule: `constant`; `one-cycle` (Smith and Topin, 2018); `cosine`, falling to 0.
        repetition: How often each Chinese image is seen an epoch.
        balance: How far smaller Chinese sources are repeated more: 0, not at all; 1, until each
            has as many images an epoch as the largest.
        rotation: Largest random rotation, degrees.
        shift: Largest random shift, pixels.
        scaling: Largest random change of size, a fraction.
        shear: Largest random shear, degrees.
        elastic: Standard deviation of the random shifts that bend an image, pixels.

    Raises:
        ValueError: If a value is not of its kind or out of its range.
        ExtensionError: If it is a class of your own that cannot be imported.
    """

    network: str = _choice("cnn", "fully-connected", own=True)
    channels_1: int = _number(128, 1, 1024)
    channels_2: int = _number(256, 1, 1024)
    dropout_1: float = _number(0.3, 0.0, 0.95)
    dropout_2: float = _number(0.4, 0.0, 0.95)
    dropout_3: float = _number(0.4, 0.0, 0.95)
    dropout_4: float = _number(0.4, 0.0, 0.95)
    hidden_1: int = _number(64, 1, 4096)
    hidden_2: int = _number(32, 1, 4096)
    normalisation: str = _choice("none", "batch")
    networks: int = _number(1, 1, 16)
    learning_rate: float = _number(0.001, 1e-7, 1.0)
    batch_size: int = _number(100, 1, 10_000)
    epochs: int = _number(10, 1, 1000)
    weight_decay: float = _number(0.0, 0.0, 1.0)
    schedule: str = _choice("constant", "one-cycle", "cosine")
    repetition: int = _number(1, 1, 100)
    balance: float = _number(0.0, 0.0, 1.0)
    rotation: float = _number(0.0, 0.0, 45.0)
    shift: float = _number(0.0, 0.0, 8.0)
    scaling: float = _number(0.0, 0.0, 0.5)
    shear: float = _number(0.0, 0.0, 45.0)
    elastic: float = _number(0.0, 0.0, 4.0)

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            self.check(name, value)

    @classmethod
    def check(cls, name: str, value: object) -> None:
        """Checks one value against the rule for its name.

        Raises:
            ValueError: If there is no such name, or the value is not allowed; an `ExtensionError`
                if it is a class of your own that cannot be imported.
        """
        known = {item.name: item for item in fields(cls)}
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"allowed are {', '.join(known)}."
            raise ValueError(f"there is no parameter {name}: {hint}")
        rule = known[name].metadata
        if "choices" in rule:
            _check_choice(name, value, rule["choices"], rule["own"])
        else:
            _check_number(name, value, rule["low"], rule["high"], known[name].type is int)

    @property
    def augments(self) -> bool:
        """Whether training images are changed at random."""
        return any((self.rotation, self.shift, self.scaling, self.shear, self.elastic))

    def to_dict(self) -> dict[str, Any]:
        """Returns every value by its name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Makes a configuration of some values, the baseline's for the rest.

        Raises:
            ValueError: If a name is unknown or a value is not allowed.
        """
        for name, value in values.items():
            cls.check(name, value)
        return cls(**values)


BASELINE = Configuration()
