"""Code of a user's own is found by its name, and what is wrong with it told in one line."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets import extension as loader
from datasets.errors import ExtensionError
from datasets.extension import extension, extension_files, own_code

Write = Callable[[str], str]


def test_it_is_found_in_the_current_folder(write_own: Write) -> None:
    name = write_own("class Thing:\n    size = 3\n")
    assert vars(extension(f"{name}:Thing"))["size"] == 3
    assert extension(f"{name}:Thing") is extension(f"{name}:Thing")


def test_it_is_found_in_a_package(write_own: Write) -> None:
    name, package = write_own("thing = 1"), Path("own_package")
    package.mkdir()
    Path(f"{name}.py").rename(package / f"{name}.py")
    assert extension(f"own_package.{name}:thing") == 1
    assert package.absolute() in extension_files()
    del sys.modules["own_package"], sys.modules[f"own_package.{name}"]


def test_what_is_installed_comes_first(write_own: Write) -> None:
    write_own("")
    Path("colorsys.py").write_text("mine = 1")
    sys.modules.pop("colorsys", None)
    with pytest.raises(ExtensionError, match=r"colorsys\.py has no mine"):
        extension("colorsys:mine")


@pytest.mark.parametrize(
    "name", ["small", "small:", ":Small", "a-b:Small", "small:Sm all", "a..b:C"]
)
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(ExtensionError, match=r"must be like small:Small, which is what small\.py"):
        extension(name)


def test_what_is_not_there_is_told(write_own: Write) -> None:
    name = write_own("class Thing: pass")
    with pytest.raises(ExtensionError, match=rf"{name}\.py has no Thnig; did you mean Thing\?"):
        extension(f"{name}:Thnig")
    here = Path.cwd()
    with pytest.raises(ExtensionError) as caught:
        extension("nowhere.at_all:Thing")
    assert str(caught.value) == (
        f"nowhere.at_all:Thing: there is no module nowhere.at_all in {here}, and none is "
        "installed; run shuzi in the folder that has nowhere/at_all.py."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n\nsize = undefined\n", r"NameError: name 'undefined' is not defined \(.*, line 3\)\."),
        ("import nowhere_at_all\n", r"ModuleNotFoundError: No module named 'nowhere_at_all' \("),
        ("class Thing(:\n", r"SyntaxError: invalid syntax \(.*, line 1\)\."),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_its_line(
    write_own: Write, text: str, told: str
) -> None:
    name = write_own(text)
    with pytest.raises(ExtensionError, match=rf"^{name}:Thing: {told}") as caught:
        extension(f"{name}:Thing")
    assert "\n" not in str(caught.value)


def test_what_its_code_raises_is_told_with_its_own_line(write_own: Write) -> None:
    name = write_own("import json\n\ndef read():\n    return json.loads('{')\n")
    read = extension(f"{name}:read")
    assert callable(read)
    told = rf"JSONDecodeError: .*{name}\.py, line 4\)\.$"
    with pytest.raises(ExtensionError, match=told), own_code(f"{name}:read"):
        read()


def test_only_files_of_the_current_folder_are_to_be_taken_elsewhere(
    write_own: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_found", {})
    name = write_own("thing = 1")
    extension(f"{name}:thing")
    extension("json:loads")
    assert extension_files() == [Path(f"{name}.py").absolute()]
