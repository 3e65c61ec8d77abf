"""The part of a built-in catalog file that a plan needs, cut out of its text before it is parsed.

Parsing is what starting costs. The files keep to a layout that makes the cut safe (tests/test_excerpts.py): models are
keys two blanks in, limits are one line each, and examples are a rule's last part. A file of a team's own is never cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLOCK = re.compile(r"^(?=  [^ #\n])", re.MULTILINE)
_ALIASES = re.compile(r"^    aliases:(?: .*|(?:\n      .*)*)$", re.MULTILINE)
_SUCCESSOR = re.compile(r"successor: *([^,}\n]+)")


def of_prices(text: str, models: Iterable[str] | None) -> tuple[str, list[str]]:
    """The head and the blocks of the models, by name or alias (all for None), and the names of all in the file.

    A block is also kept where a kept model is re-routed to it.
    """
    head, found, body = text.partition("\nmodels:\n")
    if not found:
        return text, []
    blocks = {_key(block): block for block in _BLOCK.split(body) if block.strip()}
    if models is None:
        return text, list(blocks)
    kept: dict[str, str] = {}
    wanted = set(models)
    while wanted:
        names = _any_of(wanted)
        found_in = (key for key, block in blocks.items() if key not in kept and names.search(block))
        new = {key: blocks[key] for key in found_in if names.search(_called(blocks[key]))}
        kept |= new
        wanted = {
            name.strip() for block in new.values() if "rerouted: true" in block for name in _SUCCESSOR.findall(block)
        } - kept.keys()
    chosen = "".join(block for key, block in blocks.items() if key in kept)
    return f"{head}\nmodels:\n{chosen}" if chosen else f"{head}\nmodels: {{}}\n", list(blocks)


def of_limits(text: str, models: Iterable[str] | None) -> str:
    """The file without those lines that hold for other models only; all of it for None."""
    if models is None:
        return text
    names = _any_of(models)
    return "\n".join(line for line in text.split("\n") if "models: [" not in line or names.search(line))


def words_of_limits(text: str, condition: str) -> tuple[str, ...]:
    """The tiers or subscriptions that stand in a limits file, each once, in the order of the text."""
    found = re.findall(rf"{condition}: ([^,}}\n]+)", text)
    return tuple(dict.fromkeys(word.strip().strip("'\"") for word in found))


def of_rule(text: str) -> str:
    """The rule without its examples."""
    return text.partition("\nexamples:\n")[0] + "\n"


def _key(block: str) -> str:
    return block.partition("\n")[0].strip().removesuffix(":").strip("'\"")


def _called(block: str) -> str:
    """The name and the aliases of a block; other models that it mentions are none of them."""
    return "\n".join([block.partition("\n")[0], *_ALIASES.findall(block)])


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the names where it stands as a whole word of a model's name."""
    return re.compile(r"(?<![\w.:/@-])(?:" + "|".join(map(re.escape, sorted(names))) + r")(?![\w./@-])")
