"""The manifest: what a team says of its workloads, as values with their units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from planner.documents import Document
from planner.growth import Growth
from planner.problems import Path
from planner.units import Exact, divided, exact, simple, times

MEAN_MONTH_DAYS = Fraction("30.4375")
"""Days of a mean month: 365.25 / 12."""

PROVIDER_ALIASES = {
    "azure": "azure-openai", "azure.ai.openai": "azure-openai", "az.ai.openai": "azure-openai",
    "gemini": "google-gemini", "gcp.gemini": "google-gemini", "gemini-api": "google-gemini",
    "vertex": "google-vertex", "vertex-ai": "google-vertex", "vertex_ai": "google-vertex", "gcp.vertex_ai": "google-vertex",
    "bedrock": "aws-bedrock", "aws.bedrock": "aws-bedrock", "mistral_ai": "mistral", "mistralai": "mistral",
    "x_ai": "xai", "x-ai": "xai", "together_ai": "together", "together-ai": "together", "fireworks_ai": "fireworks",
    "vertexai": "google-vertex", "azure_openai": "azure-openai", "amazon-bedrock": "aws-bedrock", "x.ai": "xai",
}  # fmt: skip
"""Other names of providers: OpenTelemetry's gen_ai.provider.name and what people commonly write."""

DAYS_PER: dict[str, Exact] = {
    "second": Fraction(1, 86400),
    "minute": Fraction(1, 1440),
    "hour": Fraction(1, 24),
    "day": 1,
    "week": 7,
}


class Spread(NamedTuple):
    """A number as it is known: its mean, with the 95th percentile or the ends between which it lies."""

    mean: Exact
    p95: Exact | None = None
    low: Exact | None = None
    high: Exact | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is known beside the mean."""
        return self.p95 is None and self.high is None

    @property
    def reach(self) -> Exact:
        """The most that is usual: the 95th percentile or the high end, never below the mean."""
        return max(self.mean if end is None else end for end in (self.mean, self.p95, self.high))


class Volume(NamedTuple):
    """Requests in a period; `unit` is what one request stands for.

    `spread` is how far the number is uncertain, `month` the month of a one-off job (2027-02); None is not stated.
    """

    requests: Exact
    per: str
    unit: str
    hours_utc: str | None = None
    spread: Spread | None = None
    month: str | None = None

    @property
    def once(self) -> bool:
        """True for a job that runs one time."""
        return self.per == "once"

    def a_day(self, month_days: Exact) -> Exact | None:
        """Requests per day; None for a job that runs once."""
        if self.once:
            return None
        days = month_days if self.per == "month" else DAYS_PER[self.per]
        return divided(self.requests, days)

    def a_month(self, month_days: Exact) -> Exact:
        """Requests per month as stated, or per day x the days of a month; a one-off job counts whole."""
        daily = self.a_day(month_days)
        return self.requests if daily is None or self.per == "month" else times(daily, month_days)


class Pin(NamedTuple):
    """A lane that people chose; `until` is the last day on which the choice holds."""

    lane: str
    because: str
    until: date | None


class BatchPlan(NamedTuple):
    """How the workload would run as a batch; None is what was not said."""

    request_file: str | None = None
    endpoint: str | None = None
    every_seconds: Exact | None = None
    submit_at: str | None = None
    submit_on: str | None = None
    files_per_run: int | None = None
    expires_after_seconds: Exact | None = None
    pick_up_within_seconds: Exact | None = None
    fallback: str | None = None
    fallback_share_percent: Exact = 0
    retry_share_percent: Exact = 0
    on_limit: str | None = None
    partial_results: str | None = None
    poll_until: tuple[str, ...] | None = None
    on_failed: str | None = None
    on_expired: str | None = None
    cached_input_tokens: Exact = 0


class Workload(NamedTuple):
    """One kind of request to one model. Tokens are per request; None is what was not said."""

    position: int
    id: str
    provider: str
    model: str
    volume: Volume
    input: Spread
    output: Spread
    cached_input_tokens: Exact | None = None
    cache_write_tokens: Exact = 0
    cache_write_1h_tokens: Exact = 0
    max_output_tokens: Exact | None = None
    effort: str | None = None
    reasoning: Spread | None = None
    reasoning_included: bool = False
    use_case: str | None = None
    owner: str | None = None
    labels: dict[str, str] = {}  # noqa: RUF012
    region: str = "global"
    account: str | None = None
    endpoint: str | None = None
    latency_max_seconds: Exact | None = None
    user_facing: bool | None = None
    streaming: bool | None = None
    time_sensitive: bool | None = None
    iterative: bool | None = None
    background: bool | None = None
    cost_sensitive: bool | None = None
    separate_quota: bool | None = None
    batch: BatchPlan = BatchPlan()
    pin: Pin | None = None
    budget_usd: Decimal | None = None
    growth: Growth | None = None
    driver: str | None = None

    @property
    def visible_output_tokens(self) -> Exact:
        """Output that the caller sees: what was stated, less reasoning where that was included."""
        if self.reasoning is None or not self.reasoning_included:
            return self.output.mean
        return simple(self.output.mean - self.reasoning.mean)


class Account(NamedTuple):
    """What a team may use at a provider; `stated` overrides published limits by name."""

    name: str
    provider: str
    tier: str | None = None
    subscription: str | None = None
    stated: dict[str, Any] = {}  # noqa: RUF012


class Limit(NamedTuple):
    """A monthly limit for the workloads that meet the scope; an empty scope is the whole manifest."""

    name: str
    usd: Decimal
    path: Path
    scope: dict[str, Any]


class Uncertainty(NamedTuple):
    """How uncertain numbers hang together: correlation within a driver or owner, 0 to 1.

    `tokens_vary` says whether tokens differ from request to request, so that a month averages them out (by-request),
    or in all requests of a workload alike (alike).
    """

    correlation: Exact = 0
    tokens_vary: str = "by-request"
    stated: bool = False


class Manifest(NamedTuple):
    """A whole manifest. `document` knows where everything in it stands."""

    document: Document
    name: str | None
    prices: tuple[str, ...]
    month_days: Exact
    reasoning_policy: str
    accounts: dict[str, Account]
    limits: tuple[Limit, ...]
    workloads: tuple[Workload, ...]
    uncertainty: Uncertainty = Uncertainty()
    scenarios: dict[str, dict[str, Any]] = {}  # noqa: RUF012

    def account_of(self, workload: Workload) -> Account:
        """The account that the workload draws on; one without any statement where none was made."""
        name = workload.account or workload.provider
        stated = self.accounts.get(name) or self.accounts.get(canonical_provider(name))
        return stated or Account(name, workload.provider)


def canonical_provider(name: str) -> str:
    """The name under which the catalog knows a provider."""
    return PROVIDER_ALIASES.get(name.lower(), name.lower())


def spread_of(stated: Any) -> Spread:
    """A number as the manifest states it: alone, as mean and p95, or as low and high with their middle as the mean."""
    if not isinstance(stated, dict):
        return Spread(exact(stated))
    known = {name: exact(value) for name, value in stated.items()}
    ends = [known[name] for name in ("low", "high", "p95") if name in known][:2]
    mean = known.pop("mean") if "mean" in known else divided(sum(ends), len(ends))
    return Spread(mean, **known)
