"""One request against its model: tokens, caps, the context window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from planner.batchfiles.bills import Weight
from planner.batchfiles.dialects import Dialect, Operation
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Offer
from planner.batchfiles.prompts import Ask, prompt_of
from planner.batchfiles.tokens import BY_BYTES, Count, Counter, Tokens
from planner.problems import quoted


def counter_for(dialect: Dialect, model: str, vocabulary: Callable[[str], Count | None]) -> Counter:
    """How the model's input is counted: exactly, where its vocabulary is known and at hand."""
    encoding = dialect.encoding(model)
    exact = None if encoding is None else vocabulary(encoding)
    how = BY_BYTES if exact is None else f"counted with {encoding}"
    if exact is None and dialect.margin_percent:
        how += f"; safe side {dialect.margin_percent} % higher, for newer tokenizers"
    margin = 0 if exact is not None else dialect.margin_percent
    return Counter(how, exact, dialect.per_request, dialect.per_message, margin)


def weight_of(
    operation: Operation, body: Mapping[str, Any], ask: Ask, offer: Offer, counter: Counter, expected: int | None
) -> Weight:
    """The tokens of a request. `expected` is the output that a request is said to have, if anybody said so."""
    prompt = prompt_of(operation, body)
    tokens = None if prompt.uncounted else counter.tokens(prompt)
    if operation.inputs is not None:
        return Weight(tokens, 0, 0, uncapped=False)
    most = offer.facts.max_output if offer.facts is not None else None
    cap = ask.cap if ask.cap is not None else most
    capped = None if cap is None else cap * ask.answers
    if expected is not None:
        expected *= ask.answers
        expected = expected if capped is None else min(expected, capped)
    return Weight(tokens, capped, expected, uncapped=ask.cap is None)


def faults_of_ask(
    dialect: Dialect, operation: Operation, ask: Ask, offer: Offer, body: Mapping[str, Any]
) -> Iterator[Fault]:
    """What is wrong with the caps of a request."""
    where = dialect.body_at
    if ask.cap is None and operation.caps and not _demands(operation):
        shown = ".".join(operation.caps[0])
        yield Fault("output-uncapped", f"no output cap ({shown})", "", where, remedy=f"state {shown}")
    if ask.thinking is not None and ask.cap is not None and ask.thinking >= ask.cap:
        says = f"{ask.thinking:,} tokens for thinking, and a cap of {ask.cap:,}"
        yield Fault("thinking-over-cap", says, "", (*where, *(operation.thinking or ())))
    facts = offer.facts
    if facts is None:
        return
    if ask.cap is not None and ask.cap_at is not None and facts.max_output is not None and ask.cap > facts.max_output:
        says = f"a cap of {ask.cap:,} tokens; {quoted(offer.model)} writes at most {facts.max_output:,}"
        yield Fault("cap-over-model", says, offer.model, (*where, *ask.cap_at))
    for field, remedy in dialect.reasoning_refuses.get(operation.name, {}).items():
        if facts.reasons and body.get(field) is not None:
            says = f"{quoted(offer.model)} reasons, and does not take {field}"
            yield Fault("parameter-unsupported", says, field, (*where, field), True, remedy=remedy)


def faults_of_window(dialect: Dialect, ask: Ask, offer: Offer, tokens: Tokens | None) -> Iterator[Fault]:
    """Input and cap against the context window, on the safe side; an error where even the expected does not fit."""
    room = room_of(dialect, ask, offer)
    if tokens is None or room is None or offer.facts is None or tokens.high <= room:
        return
    window, sure = offer.facts.context_window or 0, tokens.expected > room
    cap = window - room
    amount = f"{tokens.expected if sure else tokens.high:,} input tokens" + (f" and a cap of {cap:,}" if cap else "")
    verb = "are more than" if sure else "may be more than"
    says = f"{amount} {verb} the context window of {quoted(offer.model)}, {window:,}"
    yield Fault("context-exceeded", says, "sure" if sure else "may", dialect.body_at, level=None if sure else "warning")


def room_of(dialect: Dialect, ask: Ask, offer: Offer) -> int | None:
    """Tokens that the context window leaves for the input; None where it is not known."""
    window = None if offer.facts is None else offer.facts.context_window
    return None if window is None else window - ((ask.cap or 0) if dialect.window_is_shared else 0)


def _demands(operation: Operation) -> bool:
    """Whether the schema asks for the cap already."""
    required = (operation.body or {}).get("required", ())
    return any(path[0] in required for path in operation.caps)
