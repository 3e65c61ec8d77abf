"""The statuses of batch services that lie in the catalog."""

from __future__ import annotations

from planner.batchfiles.dialects import like
from planner.batchfiles.statuses import Statuses, read_statuses
from planner.disk import DATA, files_in
from planner.files import read
from planner.manifest import canonical_provider
from planner.problems import Refused, quoted, suggestion


def providers() -> list[str]:
    """Providers whose statuses are known."""
    return [path.stem for path in files_in(DATA / "catalog" / "statuses")]


def load_statuses(name: str) -> Statuses:
    """The statuses of a provider, by its name or an alias. Raises Refused for one that is not known."""
    known, provider = providers(), canonical_provider(name)
    if provider not in known:
        raise Refused([f"no provider {quoted(name)}{suggestion(name, known)}; there are: {', '.join(known)}"])
    folder = DATA / "catalog" / "statuses"
    data = read(folder / f"{provider}.yaml").data
    return read_statuses(like(read(folder / f"{data['like']}.yaml").data, data) if "like" in data else data)
