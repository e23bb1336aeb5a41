"""What each trial gets of the machine."""

from dataclasses import dataclass, replace
from typing import Self

from model.hardware.processor import prepare_gpu, prepare_processor


@dataclass(frozen=True)
class TrialResources:
    """What each trial gets.

    Attributes:
        cpus: Cores, and threads of torch.
        gpus: GPUs; a fraction where several trials share one.
        concurrent: How many trials run at a time.
    """

    cpus: int
    gpus: float
    concurrent: int

    @property
    def alone(self) -> Self:
        """The same for a trial that needs a GPU to itself."""
        return replace(self, gpus=1.0) if 0 < self.gpus < 1 else self

    def as_ray(self) -> dict[str, float]:
        """Returns it in Ray's words."""
        return {"CPU": self.cpus, "GPU": self.gpus}

    def prepare(self) -> None:
        """Has this process keep to it."""
        prepare_processor(self.cpus)
        if self.gpus:
            prepare_gpu(self.gpus)
