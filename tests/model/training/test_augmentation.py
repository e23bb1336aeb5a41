import torch

from model.configuration import Configuration
from model.training.augmentation import augmented


def dot() -> torch.Tensor:
    images = torch.zeros(400, 28, 28, dtype=torch.uint8)
    images[:, 13:15, 13:15] = 255
    return images


def centres(images: torch.Tensor) -> torch.Tensor:
    """The centre of mass of each image: (n, 2), rows and columns."""
    weights = images / images.sum(dim=(1, 2), keepdim=True)
    height, width = images.shape[1:]
    rows = weights.sum(2) @ torch.arange(float(height))
    columns = weights.sum(1) @ torch.arange(float(width))
    return torch.stack([rows, columns], dim=1)


def test_nothing_asked_for_changes_nothing() -> None:
    assert augmented(dot(), Configuration()) is not None
    torch.testing.assert_close(augmented(dot(), Configuration()), dot())


def test_shift_is_in_pixels_and_within_its_limit() -> None:
    shifts = centres(augmented(dot(), Configuration(shift=3.0))) - 13.5
    assert shifts.abs().max() <= 3.01
    assert shifts.abs().max(dim=0).values.min() > 2.5


def test_rotation_keeps_the_centre_and_is_in_degrees() -> None:
    images = torch.zeros(300, 28, 28, dtype=torch.uint8)
    images[:, 2:14, 13:15] = 255
    turned = centres(augmented(images, Configuration(rotation=20.0))) - 13.5
    angles = torch.rad2deg(torch.atan2(turned[:, 1], -turned[:, 0]))
    assert 17 < angles.abs().max() <= 20.5


def test_scaling_changes_the_area_within_its_limit() -> None:
    images = torch.zeros(300, 28, 28, dtype=torch.uint8)
    images[:, 9:19, 9:19] = 255
    areas = augmented(images, Configuration(scaling=0.2)).sum(dim=(1, 2)) / (100 * 255)
    assert 0.6 < areas.min() < 0.75
    assert 1.3 < areas.max() < 1.5


def test_shear_moves_the_top_against_the_bottom() -> None:
    images = torch.zeros(300, 28, 28, dtype=torch.uint8)
    images[:, 4:24, 13:15] = 255
    sheared = augmented(images, Configuration(shear=20.0))
    lean = centres(sheared[:, :14])[:, 1] - centres(sheared[:, 14:])[:, 1]
    assert lean.abs().max() > 2.5
    torch.testing.assert_close(centres(sheared)[:, 1], torch.full((300,), 13.5), atol=0.3, rtol=0)


def test_elastic_shifts_have_their_spread_and_bend_lines() -> None:
    shifts = centres(augmented(dot(), Configuration(elastic=1.0))) - 13.5
    assert 0.8 < shifts.std() < 1.2
    images = torch.zeros(300, 28, 28, dtype=torch.uint8)
    images[:, 4:24, 13:15] = 255
    bent = augmented(images, Configuration(elastic=1.0))
    upper, middle = centres(bent[:, 6:9])[:, 1], centres(bent[:, 12:15])[:, 1]
    assert (upper - middle).abs().max() > 1.0
