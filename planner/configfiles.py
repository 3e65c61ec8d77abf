"""Configurations on the disk: found upwards from a file, with what they extend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from planner.config import Config, layered, parse_config
from planner.disk import DATA, exists, is_folder, is_outside, load_schema, read_bytes
from planner.documents import Document, read_document
from planner.problems import Path as Where
from planner.problems import Problem, Refused, quoted, safe, suggestion

NAMES = ("planner.yaml", "planner.yml")
PROJECT = "pyproject.toml"
BUILT_IN = Config()
NONE = "none"
"""Given as the configuration, it says that none is looked for."""


def find(start: Path) -> Path | None:
    """The nearest configuration from the folder of a file upwards: planner.yaml, or pyproject.toml with tool.planner.

    The search ends at the root of a repository, so that nothing outside of it counts.
    """
    folder = start.absolute()
    found = _nearest(folder if is_folder(folder) else folder.parent)
    return found if found is None or start.is_absolute() else Path(os.path.relpath(found))


def configured(path: Path, config: Path | None) -> Config:
    """The configuration that holds for a file: as named, else the nearest one; with its overrides for that file."""
    if config is not None and str(config) == NONE:
        return BUILT_IN
    found = config or find(path)
    settings = load_config(found)
    if not settings.overrides or found is None:
        return settings
    return _overridden(found, _version(found), Path(os.path.relpath(path, found.parent)).as_posix())


@cache
def _overridden(found: Path, version: object, name: str) -> Config:
    return _shared(load_config(found).for_file(name))


def _shared(config: Config) -> Config:
    """The same object for configurations of one content, so that what was loaded for one serves the others."""
    key = repr(config._replace(places={}))
    return _SHARED.setdefault(key, config)


_SHARED: dict[str, Config] = {}


def _nearest(folder: Path) -> Path | None:
    for name in NAMES:
        if exists(folder / name) and (folder / name).is_file():
            return folder / name
    project = folder / PROJECT
    if exists(project) and project.is_file() and b"[tool.planner" in read_bytes(project):
        return project
    if exists(folder / ".git") or folder.parent == folder:
        return None
    return _nearest(folder.parent)


def load_config(path: Path | str | None) -> Config:
    """The configuration in a file, over all that it extends; the built-in one where none is named.

    Raises Refused with the place of every fault.
    """
    return BUILT_IN if path is None else _load(Path(path), _version(Path(path)))


@cache
def _load(path: Path, version: object) -> Config:
    return layered(list(_layers(path, ())))


def _version(path: Path) -> object:
    """What changes when the file does, or where it is looked at from."""
    if not exists(path):
        return None
    seen = path.stat()
    return Path.cwd(), seen.st_mtime_ns, seen.st_size


def names() -> list[str]:
    """The built-in configurations."""
    return sorted(path.stem for path in (DATA / "catalog" / "configs").glob("*.yaml"))


def _layers(path: Path, above: tuple[Path, ...]) -> Iterator[Config]:
    """The file's configuration behind those that it extends."""
    document = _read(path)
    config = parse_config(document, load_schema("config"), str(path.parent))
    _check_inside(document, path.parent)
    extends = document.data.get("extends", ())
    for index, name in enumerate([extends] if isinstance(extends, str) else extends):
        where = ("extends",) if isinstance(extends, str) else ("extends", index)
        other = DATA / "catalog" / "configs" / f"{name}.yaml" if name in names() else path.parent / name
        if not exists(other) or not other.is_file():
            says = f"{quoted(name)}: no such configuration{suggestion(name, names())}; there are: {', '.join(names())}, or name a file"
            raise document.refuse([Problem(where, says)])
        if other.resolve() in (path.resolve(), *above):
            raise document.refuse([Problem(where, f"{quoted(name)} extends this file in turn: break the circle")])
        yield from _layers(other, (*above, path.resolve()))
    yield _rooted(config, path.parent)


def _check_inside(document: Document, folder: Path) -> None:
    """Raises Refused where the configuration names what is not the repository's: a stranger may have written it."""
    data = document.data
    extends = data.get("extends", ())
    named: list[tuple[Where, str]] = [
        (("rule_folders", n), name) for n, name in enumerate(data.get("rule_folders", ()))
    ]
    if isinstance(extends, str):
        named.append((("extends",), extends))
    else:
        named += [(("extends", n), name) for n, name in enumerate(extends)]
    if "baseline" in data:
        named.append((("baseline",), data["baseline"]))
    problems = [
        Problem(where, f"{quoted(name)} lies outside the repository: name what lies in it")
        for where, name in named
        if name not in names() and is_outside(folder / name, folder)
    ]
    if problems:
        raise document.refuse(problems)


def _rooted(config: Config, folder: Path) -> Config:
    """The configuration with folders and files as seen from here; those of the built-in ones name none."""
    return config._replace(
        rule_folders=tuple(str(folder / name) for name in config.rule_folders),
        baseline=None if config.baseline is None else str(folder / config.baseline),
    )


def _read(path: Path) -> Document:
    shown = str(path)
    if path.is_relative_to(DATA / "catalog" / "configs"):
        shown = f"configs/{path.name}"
    return _project(path) if path.name == PROJECT else read_document(read_bytes(path), shown)


def _project(path: Path) -> Document:
    """The table tool.planner of a pyproject.toml; its values all stand where the table begins."""
    import tomllib

    raw = read_bytes(path)
    try:
        data = tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused([f"{safe(path)}: not TOML: {error}"]) from None
    table = data.get("tool", {}).get("planner", {})
    lines = raw.decode("utf-8").split("\n")
    line = next((n for n, text in enumerate(lines) if text.strip().startswith("[tool.planner")), 0)
    return Document(str(path), table, [line << 24] * _marks(table), raw.decode("utf-8"))


def _marks(node: object) -> int:
    if isinstance(node, dict):
        return 1 + len(node) + sum(map(_marks, node.values()))
    return 1 + sum(map(_marks, node)) if isinstance(node, list) else 1
