"""One file out of many: modules, style and data put into the page, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from planner.digests import sha256

MODULES = ("exact", "core", "state", "outcome", "manifest", "numbers", "dom", "charts", "lanes", "models", "breakeven",
           "form", "verdict", "tables", "export", "app")  # fmt: skip
"""In the order in which they can run: a module uses only those before it."""
_IMPORT = re.compile(r'^import (\* as )?(.+?) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*?|class|const|let) (\w+)", re.MULTILINE)


def page(assets: Mapping[str, str], core: str, data: Mapping[str, Any]) -> str:
    """The page, from its files by name, the translated core, and what it knows."""
    modules = bundled({**assets, "core.js": core_module(core)}, MODULES)
    script = f'"use strict";\n{assets["d3.min.js"].strip()}\n{modules}'
    style = assets["page.css"].strip()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    parts = {"POLICY": policy, "STYLE": style, "SCRIPT": script, "DATA": _packed(data)}
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda found: parts[found[1]], assets["page.html"])


def core_module(core: str) -> str:
    """The translated core as a module."""
    return f'import * as $ from "./exact.js";\n{core}'


def bundled(sources: Mapping[str, str], names: Iterable[str]) -> str:
    """The modules of those names in one script."""
    return "\n".join(_wrapped(name, sources[f"{name}.js"]) for name in names)


def _wrapped(name: str, text: str) -> str:
    """A module as a value: its imports become parts of other such values, its exports the parts of this one."""
    exported = [found[2] for found in _EXPORT.finditer(text)]
    body = _EXPORT.sub(lambda found: f"{found[1]} {found[2]}", _IMPORT.sub(_taken, text))
    return f"const m_{name} = (() => {{\n{body.strip()}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _taken(found: re.Match[str]) -> str:
    return f"const {found[2]} = m_{found[3]};"


def _digest(text: str) -> str:
    """The hash by which a policy allows a script or a style."""
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _packed(data: Mapping[str, Any]) -> str:
    """The data as JSON, compressed, as text."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
