"""How Sphinx builds the site of these pages: `make docs`."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from command_reference import command_reference  # noqa: E402

project, author, copyright = "shuzi", "the shuzi maintainers", "2026, the shuzi maintainers"  # noqa: A001
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
default_role = "code"  # of names in docstrings
myst_heading_anchors = 3
exclude_patterns = ["_built", "_site"]
html_theme = "furo"
html_title = "shuzi 数字"
html_extra_path = ["progress.schema.json", "show.schema.json", "list.schema.json"]
html_extra_path += ["predict.schema.json"]
autodoc_typehints = "none"  # the docstrings say it in words
autodoc_member_order = "bysource"


def _write_commands(_: Sphinx) -> None:
    built = HERE / "_built"
    built.mkdir(exist_ok=True)
    (built / "commands.md").write_text(command_reference(), "utf-8")


def setup(app: Sphinx) -> None:
    """Has the reference of commands written before pages are read."""
    app.connect("builder-inited", _write_commands)
