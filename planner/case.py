"""One workload with all that is known around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from planner.batchfiles.probe import RequestFile
from planner.costs import LaneCost, Reasoning
from planner.limits import Limits, LimitTable
from planner.manifest import Account, Workload
from planner.pricebook import PriceBook
from planner.rates import Model
from planner.runs import Run
from planner.units import Exact, simple


class Settled(NamedTuple):
    """What is known only after every workload was decided."""

    mode: str
    lane: str
    decided_by: str | None
    account_enqueued_tokens: Exact | None
    account_queue_finish_seconds: Exact | None
    account_requests_per_minute: Exact | None
    account_tokens_per_minute: Exact | None
    account_input_tokens_per_minute: Exact | None
    account_batch_files_kept: Exact | None
    account_expected_usd: Decimal | None
    pin_extra_usd: Decimal | None


class Case(NamedTuple):
    """Everything that the facts of one workload are read from. `canonical` is its model's name in the books."""

    workload: Workload
    account: Account
    canonical: str
    model: Model | None
    book: PriceBook
    limits: Limits
    allowed: LimitTable
    on: date
    requests: Exact
    reasoning: Reasoning
    run: Run
    costs: dict[str, LaneCost]
    memo: dict[str, Any]
    request_file: RequestFile | None = None
    settled: Settled | None = None

    @property
    def billed_tokens(self) -> Exact:
        """Tokens of a mean request: input, visible output and expected reasoning."""
        w = self.workload
        return simple(w.input.mean + w.visible_output_tokens + self.reasoning.expected)

    @property
    def output_reach(self) -> Exact:
        """Visible output of the largest usual request: its 95th percentile, less reasoning where that is included."""
        w = self.workload
        hidden = w.reasoning.mean if w.reasoning is not None and w.reasoning_included else 0
        return simple(max(w.output.reach - hidden, w.visible_output_tokens))

    def request_reach(self, reasoning: Exact) -> Exact:
        """Tokens that the largest usual request takes in the context window, with so many of reasoning."""
        return simple(self.workload.input.reach + self.output_reach + reasoning)

    def once(self, name: str, read: Callable[[Case], Any]) -> Any:
        """What is read off this case, reckoned one time."""
        if name not in self.memo:
            self.memo[name] = read(self)
        return self.memo[name]

    def limit(self, name: str) -> Any:
        """A limit of the workload's account; None where it is not known."""
        return self.allowed[name]
