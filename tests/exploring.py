"""The explorer built once for all tests, opened in the browser, and choices for it by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from click.testing import CliRunner

from planner.cli import group
from planner.explorerpage.desk import FLAGS
from planner.library import Library, load_library
from tests.browsing import DESKTOP, Opened, opened
from tests.making import DAY, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEYS = {"use_case": "use", "provider": "provider", "model": "model", "region": "region", "requests": "n", "per": "per",
        "input": "in", "output": "out", "cached_percent": "cached", "max_output": "maxout", "effort": "effort", "latency_max": "wait",
        "tier": "tier", "subscription": "subscription", "enqueued_tokens": "queue", **{flag: flag for flag in FLAGS}}  # fmt: skip
"""Fields of a choice, and their names in the address."""
EXAMPLE = ROOT / "examples" / "workloads.yaml"
SCENARIO = (
    "v=1&use=content-generation&provider=openai&model=gpt-4.1&n=100000&per=day&in=500&out=1000&wait=24h&tier=tier-3"
)
"""The article's first scenario: 100,000 x (500 in + 1,000 out) a day x 30.4375 days at $2 and $8: $27,393.75."""
THINKING = "v=1&use=chatbot&provider=openai&model=gpt-5&n=1000&per=month&in=1000&out=100&effort=medium&wait=1s"
"""1,000 x (1,000 x $1.25 + (100 + 250) x $10) / 1M = $4.75; the high end is 600 tokens: 350 x $10 x 1,000 / 1M = $3.50."""


@cache
def folder() -> Path:
    """A folder for the pages of this process."""
    return Path(mkdtemp(prefix="explorer-"))


@cache
def built(*arguments: str) -> Path:
    """The page that the command writes."""
    path = folder() / f"explorer-{abs(hash(arguments))}.html"
    ran = CliRunner().invoke(group, ["explore", "--on", str(DAY), "-o", str(path), *arguments], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return path


@cache
def library() -> Library:
    """All that the built-in catalog holds."""
    return load_library()


@contextmanager
def explorer(
    browser: Browser,
    fragment: str = "",
    size: tuple[int, int] = DESKTOP,
    dark: bool = False,
    path: Path | None = None,
) -> Iterator[Opened]:
    """The page at that address, drawn."""
    with opened(browser, path or built(), size, dark, fragment) as shown:
        shown.page.wait_for_selector("html[data-charts]", state="attached")
        yield shown


def fragment_of(choice: Mapping[str, str]) -> str:
    """The address of a choice; what it does not name is not said."""
    return "&".join(["v=1", *(f"{KEYS[name]}={quote(value, safe='')}" for name, value in choice.items())])


def manifest_of(choices: list[dict[str, str]]) -> dict[str, Any]:
    """One manifest that states every choice as a workload of its own, each with an account of its own."""
    accounts: dict[str, Any] = {}
    workloads = []
    for number, choice in enumerate(choices):
        account: dict[str, Any] = {"provider": choice["provider"]}
        account.update({name: choice[name] for name in ("tier", "subscription") if name in choice})
        if "enqueued_tokens" in choice:
            account["enqueued_tokens"] = int(choice["enqueued_tokens"])
        accounts[f"account-{number}"] = account
        workloads.append({**workload_of(choice), "id": f"w{number}", "account": f"account-{number}"})
    return {"version": 1, "accounts": accounts, "workloads": workloads}


def workload_of(choice: Mapping[str, str]) -> dict[str, Any]:
    """The choice as a manifest states it."""
    from decimal import Decimal

    tokens: dict[str, Any] = {"input": int(choice["input"]), "output": int(choice["output"])}
    if "cached_percent" in choice:
        cached = Decimal(choice["cached_percent"]) * int(choice["input"]) / 100
        tokens["cached_input"] = int(cached) if cached == int(cached) else cached.normalize()
    if "max_output" in choice:
        tokens["max_output"] = int(choice["max_output"])
    stated: dict[str, Any] = {
        "provider": choice["provider"],
        "model": choice["model"],
        "region": choice["region"],
        "volume": {"requests": int(choice["requests"]), "per": choice["per"]},
        "tokens": tokens,
    }
    if "use_case" in choice:
        stated["use_case"] = choice["use_case"]
    if "effort" in choice:
        stated["reasoning"] = {"effort": choice["effort"]}
    if "latency_max" in choice:
        stated["latency"] = {"max": choice["latency_max"]}
    return stated | {flag: choice[flag] == "yes" for flag in FLAGS if flag in choice}


def by_chance(chance: random.Random, data: Mapping[str, Any]) -> dict[str, str]:
    """A choice that any reader could make."""
    row = chance.choice(data["prices"]["models"])
    words = {entry["condition"]: entry["words"] for entry in data["words"] if entry["provider"] == row["provider"]}
    choice = {
        "provider": row["provider"],
        "model": row["model"],
        "region": chance.choice(["global", *row.get("regions", [])]),
        "requests": str(chance.choice([0, 1, chance.randrange(1, 1000), int(10 ** chance.uniform(0, 9))])),
        "per": chance.choice(["second", "minute", "hour", "day", "week", "month", "once"]),
        "input": str(chance.choice([0, 1, chance.randrange(1, 3000), int(10 ** chance.uniform(0, 6.3))])),
        "output": str(chance.choice([0, chance.randrange(1, 3000), int(10 ** chance.uniform(0, 5))])),
    }
    maybe = {
        "use_case": data["use_cases"],
        "cached_percent": [
            "0",
            "100",
            "33.33",
            str(chance.randrange(101)),
            f"{chance.randrange(100)}.{chance.randrange(100):02}",
        ],
        "effort": ["none", "low", "medium", "high"],
        "max_output": [choice["output"], "1", "4096", "200000"],
        "latency_max": ["100ms", "1s", "5s", "59s", "1h", "23h", "24h", "36h", "48h", "7d", "2w", "0.5d"],
        "tier": words.get("tier", []),
        "subscription": words.get("subscription", []),
        "enqueued_tokens": ["0", "1", str(int(10 ** chance.uniform(3, 10)))],
    }
    for name, values in maybe.items():
        if values and chance.random() < (0.15 if name == "enqueued_tokens" else 0.75):
            choice[name] = chance.choice(list(values))
    for flag in FLAGS:
        if chance.random() < 0.12:
            choice[flag] = chance.choice(["yes", "no"])
    return choice
