"""One file of a known dialect: every request against its shape, its model and the lines before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from datetime import date
from typing import Any, NamedTuple

from planner.batchfiles import accounts
from planner.batchfiles.bills import Bill, Weight
from planner.batchfiles.crosslines import Endpoints, Ids, fault_of_id, fault_of_model, faults_of_url
from planner.batchfiles.dialects import Dialect, at, is_result
from planner.batchfiles.findings import Fault, Findings
from planner.batchfiles.lanes import Lane
from planner.batchfiles.learning import Rehearsal
from planner.batchfiles.market import Market, Offer
from planner.batchfiles.prompts import ask_of
from planner.batchfiles.reading import Parsed, Tally
from planner.batchfiles.shapes import misshapen
from planner.batchfiles.tokens import Count, Counter
from planner.batchfiles.weighing import counter_for, faults_of_ask, faults_of_window, room_of, weight_of

LONGEST_NAME = 256


class Options(NamedTuple):
    """What was asked for. `most` findings of each kind are kept; `expected_output` is tokens per request.

    `endpoint`, `window` and `metadata` are those of the call that creates the job, as far as they were stated.
    """

    on: date
    most: int = 1000
    priced: bool = True
    expected_output: int | None = None
    endpoint: str | None = None
    window: str | None = None
    metadata: Mapping[str, str] = {}


class _Notes(Bill):
    """Remembers what would be put on the bill last."""

    offer: Offer | None = None
    weight: Weight | None = None
    counted_by = ""

    def add(self, market: Market, offer: Offer, weight: Weight, counted_by: str) -> None:
        self.offer, self.weight, self.counted_by = offer, weight, counted_by


class Examiner:
    """Holds what is known of one file while its lines pass."""

    def __init__(
        self,
        dialect: Dialect,
        market: Market,
        vocabulary: Callable[[str], Count | None],
        findings: Findings,
        options: Options,
        ids: Ids,
        bill: Bill,
    ) -> None:
        self._dialect, self._market, self._vocabulary = dialect, market, vocabulary
        self._findings, self._options, self._ids, self._bill = findings, options, ids, bill
        offered = market.limit("batch_endpoints")
        self._endpoints = Endpoints(tuple(offered) if isinstance(offered, list) else None, options.endpoint)
        self._first_url: tuple[str, int] | None = None
        self._first_model: tuple[str, int] | None = None
        self._one_model = bool(market.limit("batch_one_model_per_file"))
        self._offers: dict[str, Offer] = {}
        self._counters: dict[str, Counter] = {}
        self._inputs = 0
        self.lane = Lane(dialect, market, findings, ids, bill, self._rehearsed)

    def run(self, lines: Iterable[Parsed], tally: Tally, job: bool) -> None:
        """Examines every line, then the file as a whole; with `job`, also the call that creates the job."""
        for parsed in lines:
            if self._line(parsed):
                self.lane.saw(parsed)
        self._inputs += self.lane.inputs
        for fault in self._whole(tally, job):
            self._findings.add(fault)

    def _line(self, parsed: Parsed) -> bool:
        """Examines a line; whether it is a request."""
        value = parsed.value
        if is_result(value, (self._dialect,)):
            self._findings.add(Fault("result-file", "the line is an answer of a batch, not a request"), parsed.line)
            return False
        self._bill.requests += 1
        found = at(value, self._dialect.id_at) if self._dialect.id_at else None
        custom_id = found if isinstance(found, str) else None
        for fault in self._faults(parsed, custom_id):
            self._findings.add(fault, parsed.line, custom_id and custom_id[:LONGEST_NAME])
        return True

    def _rehearsed(self, parsed: Parsed) -> Rehearsal:
        """What the line is found to be, its id apart, as if it came once more; nothing is put on record."""
        twin, notes = copy(self), _Notes()
        twin._bill, twin._inputs = notes, 0
        faults = tuple(twin._faults(parsed, None))
        if notes.offer is None or notes.weight is None:
            return Rehearsal(faults, inputs=twin._inputs)
        counter = self._counters.get(notes.offer.model)
        return Rehearsal(faults, notes.offer, notes.weight, counter, notes.counted_by, notes.room, twin._inputs)

    def _faults(self, parsed: Parsed, custom_id: str | None) -> Iterator[Fault]:
        dialect, value = self._dialect, parsed.value
        yield from misshapen(dialect.validator, dialect.line, value, len(parsed.line.text))
        if custom_id is not None:
            yield from fault_of_id(dialect, custom_id, self._ids.repeated(custom_id, parsed.line.number))
        url = at(value, dialect.url_at) if dialect.url_at else None
        if isinstance(url, str):
            self._first_url = self._first_url or (url, parsed.line.number)
            yield from faults_of_url(dialect, url, self._first_url, self._endpoints)
        body = at(value, dialect.body_at)
        if isinstance(body, dict):
            yield from self._body(parsed, url, body)

    def _body(self, parsed: Parsed, url: object, body: Mapping[str, Any]) -> Iterator[Fault]:
        dialect = self._dialect
        offer, news = self._model(parsed)
        yield from news
        operation = dialect.operation(url, body)
        if operation is None:
            yield from self._unread(offer, url)
            return
        if operation.body is not None:
            yield from misshapen(operation.validator, operation.body, body, len(parsed.line.text), dialect.body_at)
        ask = ask_of(operation, body)
        self._inputs += ask.inputs
        yield from faults_of_ask(dialect, operation, ask, offer, body)
        if self._options.priced:
            counter = self._counter(offer)
            weight = weight_of(operation, body, ask, offer, counter, self._options.expected_output)
            self._bill.add(self._market, offer, weight, counter.how)
            self._bill.room = room_of(dialect, ask, offer)
            yield from faults_of_window(dialect, ask, offer, weight.input)
            if weight.input is None:
                says = "images, audio, files or references are not counted here"
                yield Fault("input-uncounted", says, "", dialect.body_at)

    def _unread(self, offer: Offer, url: object) -> Iterator[Fault]:
        """A request whose body no rule speaks of, such as one for images: it is counted, and not priced."""
        if self._options.priced and isinstance(url, str) and url in (self._endpoints.offered or ()):
            self._bill.add(self._market, offer, Weight(None, None, None, uncapped=False), "not counted")
            yield Fault("input-uncounted", f"requests to {url} are not counted here", "url", self._dialect.url_at or ())

    def _model(self, parsed: Parsed) -> tuple[Offer, Iterable[Fault]]:
        """What is known of the line's model; with the faults of a model that is new or another."""
        stated = at(parsed.value, self._dialect.model_at) if self._dialect.model_at else None
        name = stated[:LONGEST_NAME] if isinstance(stated, str) else ""
        news: list[Fault] = []
        if name and self._one_model:
            self._first_model = self._first_model or (name, parsed.line.number)
            news += fault_of_model(self._dialect, name, self._first_model)
        offer = self._offers.get(name)
        if offer is None:
            offer = self._market.offer(name)
            self._offers[offer.asked] = offer
            if offer.model:
                news += accounts.faults_of_model(self._dialect, self._market, offer)
            elif not name and self._job_names_model():
                news.append(Fault("model-unstated", "the file names no model: it is set on the job", "", ()))
        return offer, news

    def _job_names_model(self) -> bool:
        """Whether a line may go without a model."""
        dialect = self._dialect
        return dialect.model_at is None or not any(
            "model" in (op.body or {}).get("required", ()) for op in dialect.operations
        )

    def _counter(self, offer: Offer) -> Counter:
        if offer.model not in self._counters:
            self._counters[offer.model] = counter_for(self._dialect, offer.model, self._vocabulary)
        return self._counters[offer.model]

    def _whole(self, tally: Tally, job: bool) -> Iterator[Fault]:
        """Faults of the file as a whole."""
        market, options = self._market, self._options
        model = next((offer.model for offer in self._offers.values()), "")
        if tally.objects or tally.broken:
            yield from accounts.faults_of_size(market, model, tally.objects, self._inputs, tally.bytes)
        if job:
            yield from accounts.faults_of_job(self._dialect, market, options.endpoint, options.window, options.metadata)
        if options.priced:
            for offer in self._offers.values():
                yield from accounts.faults_of_queue(market, offer, self._bill.input_of(market, offer))
            yield from accounts.faults_of_spending(market, self._bill.most_in_batch(market))
        yield from accounts.faults_of_requests_queue(market, model, self._bill.requests)
        if self._ids.full:
            yield Fault("ids-unchecked", "more ids than are remembered: the last ones were not compared")
