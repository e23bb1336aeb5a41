from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from model.configuration import BASELINE, Configuration
from search_spaces import SpaceError, read_space, space_names

SHIPPED = (resources.files("search_spaces") / "quick.toml").read_text("utf-8")
QUICK = SHIPPED.partition("[[portfolio]]")[0]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_shipped_spaces_are_what_they_are_said_to_be() -> None:
    assert space_names() == ["paper", "quick", "wide"]
    spaces = {name: read_space(name, Configuration.check) for name in space_names()}
    assert [spaces["quick"].parameters[f"channels_{n}"].ends() for n in (1, 2)] == [
        [8, 32],
        [16, 64],
    ]
    assert spaces["quick"].fixed["epochs"] == 3
    paper = spaces["paper"]
    card = {"channels_1", "channels_2", "learning_rate", *(f"dropout_{n}" for n in range(1, 5))}
    assert set(paper.parameters) == card
    assert paper.parameters["channels_1"].ends() == [16, 256]
    assert paper.fixed["epochs"] == 10
    more = {"hidden_1", "hidden_2", "batch_size", "weight_decay", "rotation"}
    assert card | more | {"repetition"} <= set(spaces["wide"].parameters)
    assert all(space.folds == 5 for space in spaces.values())


def test_report_stands_in_the_paper_space_and_nearest_elsewhere() -> None:
    paper = read_space("paper", Configuration.check).nearest(BASELINE.to_dict())
    assert paper == {name: BASELINE.to_dict()[name] for name in paper}
    quick = read_space("quick", Configuration.check).nearest(BASELINE.to_dict())
    assert (quick["channels_1"], quick["channels_2"], quick["learning_rate"]) == (32, 64, 0.001)
    wide = read_space("wide", Configuration.check).nearest(BASELINE.to_dict())
    assert (wide["channels_2"], wide["weight_decay"], wide["batch_size"]) == (256, 1e-6, 100)


def test_nearest_point_is_always_one_that_optuna_takes() -> None:
    for name in space_names():
        space = read_space(name, Configuration.check)
        for values in (BASELINE.to_dict(), Configuration(channels_1=1, channels_2=37).to_dict()):
            nearest = space.nearest(values)
            for key, distribution in space.distributions().items():
                assert distribution._contains(distribution.to_internal_repr(nearest[key])), key


@pytest.mark.parametrize(
    ("old", "new", "where", "rule"),
    [
        ("step = 4", "stp = 4", "stp", "channels_1.stp: unknown key; allowed are kind, low, high"),
        ("about", "abuot", "abuot", "abuot: unknown key; allowed are about, folds, fixed"),
        ("low = 8", "low = 80", "low = 80", "channels_1: `low <= high` must hold"),
        ("channels_1", "chanels_1", "chanels_1", "did you mean channels_1?"),
        ('"int"', '"integer"', '"integer"', "kind must be int, float or choice."),
        (
            'kind = "int", ',
            "",
            "channels_1",
            "kind must be int, float or choice, but it is missing",
        ),
        ("dropout_1 = {", "dropout_1 = 0.3 # {", "dropout_1", "belongs under [fixed]"),
        ("epochs = 3", "epochs = 0", "epochs = 0", "integer from 1 to 1000, but got 0"),
        ("epochs = 3", "epochs = [3]", "epochs = [3]", "epochs: it must be a number, a word"),
        ("folds = 5", "portfolio = 5", "portfolio", "portfolio: input should be a valid list"),
        ("folds = 5", "folds = 1", "folds = 1", "greater than or equal to 2"),
        ("high = 32", "high = 3200", "high = 3200", "from 1 to 1024, but got 3200"),
        (
            "low = 5e-4",
            'low = "a"',
            'low = "a"',
            "learning_rate.low: input should be a valid number",
        ),
        ("low = 5e-4", "low = 0", "low = 0,", "must hold for `log=True`"),
        ("epochs = 3", "channels_1 = 3", "channels_1 = {", "it is fixed, too; keep one"),
        ("low = 8, ", "", "channels_1", "channels_1.low: field required"),
    ],
)
def test_wrong_file_is_refused_with_line_key_and_rule(
    tmp_path: Path, old: str, new: str, where: str, rule: str
) -> None:
    text = QUICK.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SpaceError) as raised:
        read_space(str(path), Configuration.check)
    message = str(raised.value)
    assert f"mine.toml, line {line_of(text, where)}: " in message
    assert rule in message
    assert "\n" not in message


def test_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(QUICK.replace("[fixed]", "[fixed"))
    with pytest.raises(SpaceError, match=r"mine\.toml is not valid TOML.*line 5"):
        read_space(str(path), Configuration.check)


def test_unknown_space_is_refused_with_what_there_is() -> None:
    with pytest.raises(SpaceError, match="choose paper, quick, wide or a TOML file"):
        read_space("qick", Configuration.check)


def test_file_of_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpaceError, match="cannot be read as text"):
        read_space(str(path), Configuration.check)


PORTFOLIO = """
[[portfolio]]
channels_1 = 16
channels_2 = 32
dropout_1 = 0.1
dropout_2 = 0.1
dropout_3 = 0
dropout_4 = 0.1
learning_rate = 0.008
"""


def with_portfolio(tmp_path: Path, *entries: str) -> str:
    """Writes a space like `quick` with other entries of its portfolio."""
    path = tmp_path / "mine.toml"
    path.write_text("".join([QUICK, *entries]))
    return str(path)


def test_a_space_may_say_what_is_tried_first(tmp_path: Path) -> None:
    other = PORTFOLIO.replace("16", "20")
    space = read_space(with_portfolio(tmp_path, PORTFOLIO, other), Configuration.check)
    assert [point["channels_1"] for point in space.portfolio] == [16, 20]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("channels_1 = 16", "channels_1 = 64", "channels_1 must be in the space (8 to 32)"),
        (
            "channels_1 = 16",
            'channels_1 = "many"',
            "channels_1 must be in the space (8 to 32)",
        ),
        (
            "dropout_1 = 0.1",
            "dropot_1 = 0.1",
            "exactly the keys of [parameters]; look at dropot_1",
        ),
        ("dropout_3 = 0\n", "", "exactly the keys of [parameters]; look at dropout_3."),
        (
            "dropout_3 = 0",
            "dropout_3 = [0]",
            "dropout_3: it must be a number, a word",
        ),
    ],
)
def test_a_portfolio_outside_of_the_space_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, rule: str
) -> None:
    path = with_portfolio(tmp_path, PORTFOLIO, PORTFOLIO.replace(old, new))
    second = Path(path).read_text().splitlines().index("[[portfolio]]") + 10
    with pytest.raises(SpaceError) as raised:
        read_space(path, Configuration.check)
    message = str(raised.value)
    assert f"mine.toml, line {second}: portfolio" in message
    assert rule in message
    assert "\n" not in message


def test_a_network_of_ones_own_may_be_varied_or_fixed(
    tmp_path: Path, write_own: Callable[[str], str]
) -> None:
    own, file = f"{write_own('class Own: pass')}:Own", tmp_path / "space.toml"
    file.write_text(f'about = "x"\n[parameters]\n[fixed]\nnetwork = "{own}"\n')
    assert read_space(str(file), Configuration.check).fixed == {"network": own}
    varied = f'network = {{ kind = "choice", choices = ["cnn", "{own}"] }}'
    file.write_text(f'about = "x"\n[parameters]\n{varied}\n')
    space = read_space(str(file), Configuration.check)
    assert space.nearest(BASELINE.to_dict()) == {"network": "cnn"}
    assert space.nearest({"network": own}) == {"network": own}
    file.write_text(file.read_text().replace("Own", "Onw"))
    with pytest.raises(SpaceError, match=r"line 3: parameters\.network: .* did you mean Own\?"):
        read_space(str(file), Configuration.check)
