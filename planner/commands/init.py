"""planner init: a commented manifest to start from."""

from __future__ import annotations

from pathlib import Path

import click

from planner.disk import write_atomically
from planner.problems import Refused

START = """\
# yaml-language-server: $schema=./manifest.schema.json
# The schema for your editor: planner schema manifest -o manifest.schema.json
version: 1
name: my-llm-workloads
budget: {monthly_usd: 2000}            # the whole file; budgets: [...] limits parts of it

accounts:                              # what you may use; every published number can be overridden
  openai: {tier: tier-3}

defaults: {provider: openai, model: gpt-6-luna}

workloads:
  - id: support-chat                   # a person waits, so this stays in real time
    use_case: chatbot
    volume: {requests: 20000, per: day}
    tokens: {input: 1200, output: 250, cached_input: 800}   # per request; input is the total, cached included
    reasoning: {effort: low}           # hidden reasoning is billed as output; measure it when you can
    latency: {max: 2s}
    user_facing: true
    streaming: true

  - id: product-descriptions           # nobody waits and the volume is high, so this goes to batch
    use_case: content-generation
    owner: catalog-team
    volume: {requests: 10000, per: day}
    tokens: {input: 500, output: 1000, max_output: 4000}
    reasoning: {effort: none}
    latency: {max: 48h}
    batch: {expires_after: 14d, fallback: real-time, on_limit: exponential-backoff, partial_results: process}
    budget: {monthly_usd: 500}
"""


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("workloads.yaml"))
def command(path: Path) -> None:
    """Write a commented manifest to PATH (workloads.yaml); an existing file is left alone."""
    if path.exists():
        raise Refused([f"{path}: is there already: name another file"])
    write_atomically(path, START)
    click.echo(f"{path}: written; now run: planner plan {path}")
