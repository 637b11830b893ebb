"""How the pages are built: ``python -m sphinx -W --keep-going -b html docs OUT``."""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).parent
os.environ.setdefault("KERAS_BACKEND", "torch")  # of whose adapter the signatures are written; its own is TensorFlow
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_extension")]

import arraylosses_pages  # noqa: E402  # stands in docs/_extension, which the line before puts on the path

import arraylosses  # noqa: E402  # the tree's own, whatever is installed

project = "arraylosses"
author = "The arraylosses developers"
project_copyright = "The arraylosses developers, BSD-3-Clause"
release = version = arraylosses.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_design",
    "arraylosses_pages",  # before the gallery, for which it lays out the examples
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_examples", "_extension", "auto_examples/**/*.md5", "auto_examples/**/*.ipynb"]
default_role = "py:obj"

myst_enable_extensions = ["colon_fence", "substitution"]
myst_heading_anchors = 4
myst_substitutions = arraylosses_pages.substitutions()

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "arraylosses"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_js_files = [("gallery.js", {"defer": "defer"})]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {name: [] for name in ("index", "gallery", "changelog", "matrix", "same_name")}
html_theme_options = {
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": False,
}

sphinx_gallery_conf = arraylosses_pages.gallery_settings(DOCS)
