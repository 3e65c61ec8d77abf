"""planner batch prepare: a table and a template in, a request file out that the check has nothing against."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.console import Ran, run

CHAT = """\
model: gpt-4.1
max_completion_tokens: 50
messages:
  - role: system
    content: You sort tickets.
  - role: user
    content: "{title}: {text}"
"""
BODIES: dict[str, dict[str, Any]] = {
    "openai": {"model": "gpt-4.1", "max_completion_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
    "azure-openai": {"model": "gpt-4.1", "max_completion_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
    "groq": {"model": "openai/gpt-oss-120b", "max_completion_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
    "together": {"model": "openai/gpt-oss-120b", "max_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
    "mistral": {"model": "mistral-large-2512", "max_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
    "anthropic": {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "x{text}"}]},
    "google-gemini": {"contents": [{"parts": [{"text": "{text}"}]}], "generationConfig": {"maxOutputTokens": 9}},
    "google-vertex": {"contents": [{"role": "user", "parts": [{"text": "{text}"}]}], "generationConfig": {"maxOutputTokens": 9}},
    "aws-bedrock": {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "{text}"}]},
}  # fmt: skip


def prepare(capsys: pytest.CaptureFixture[str], source: Path, template: str, *more: str, to: str = "openai") -> Ran:
    """planner batch prepare into out.jsonl beside the source, on a fixed day."""
    path = source.parent / "template.yaml"
    path.write_text(template, encoding="utf-8")
    out = str(source.parent / "out.jsonl")
    return run(capsys, "batch", "prepare", str(source), "--template", str(path), "--to", to, "--out", out, "--on", "2026-11-24", *more)  # fmt: skip


def table(folder: Path, text: str | bytes, name: str = "in.csv") -> Path:
    """A file of inputs."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def made(folder: Path) -> list[dict[str, Any]]:
    """The lines that were written."""
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def contents(folder: Path) -> list[Any]:
    """What the last message of each line says."""
    return [line["body"]["messages"][-1]["content"] for line in made(folder)]


def test_a_csv_file_with_everything_that_a_csv_file_may_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '\ufeffid,title,text\r\na-1,"Say ""hi""","two\nlines, and a {brace}"\r\n\r\na-2,ü,\\"}\r\n'
    ran = prepare(capsys, table(tmp_path, text), CHAT, "--id", "id")
    assert (ran.code, ran.err) == (0, "")
    assert contents(tmp_path) == ['Say "hi": two\nlines, and a {brace}', 'ü: \\"}']
    assert made(tmp_path)[0] == {
        "custom_id": "a-1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "gpt-4.1",
            "max_completion_tokens": 50,
            "messages": [{"role": "system", "content": "You sort tickets."}, {"role": "user", "content": contents(tmp_path)[0]}],
        },
    }  # fmt: skip
    assert "2 requests to /v1/chat/completions for OpenAI Batch API" in ran.out


def test_a_value_that_is_one_placeholder_keeps_its_type_and_its_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = '{"t": 0.10, "n": 7, "meta": {"a": [1, null]}, "text": "say {n}"}\n\n{"t": 1, "n": 8, "meta": null, "text": "x"}\n'
    template = """\
model: gpt-4.1
max_completion_tokens: "{n}"
temperature: "{t}"
top_p: 0.5
metadata: "{meta}"
messages: [{role: user, content: "{{{n}}} {text}"}]
"""
    source = table(tmp_path, rows, "in.jsonl")
    assert prepare(capsys, source, template).code == 0
    assert contents(tmp_path) == ["{7} say {n}", "{8} x"]
    assert made(tmp_path)[0]["body"]["metadata"] == {"a": [1, None]}
    raw = (tmp_path / "out.jsonl").read_text()
    assert '"temperature":0.10,"top_p":0.5' in raw
    assert [line["custom_id"] for line in made(tmp_path)] == ["00000001", "00000002"]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_the_result_passes_the_check_at_every_service(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path, "id,text\n" + "".join(f"r{n},hello {n}\n" for n in range(120)))
    assert prepare(capsys, source, json.dumps(BODIES[name]), "--id", "id", to=name).code == 0
    ran = run(
        capsys, "batch", "check", str(tmp_path / "out.jsonl"), "--dialect", name, "--on", "2026-11-24", "--no-price"
    )
    assert ran.code == 0, ran.out
    assert "0 errors, 0 warnings" in ran.out


@pytest.mark.parametrize(
    ("template", "place", "says"),
    [
        (CHAT.replace("{text}", "{txt}"), "template.yaml:7:14", "no column 'txt', did you mean 'text'?; there are: 'id', 'title', 'text'"),
        (CHAT.replace("{text}", '{\\"a\\": 1}'), "template.yaml:7:14", "no column '\"a\": 1'"),
        (CHAT.replace("{text}", "a } b"), "template.yaml:7:14", "a lone }: write }} for the brace itself"),
        (CHAT.replace('"{title}: {text}"', "{text}"), "template.yaml:7:14", 'write "{text}" in quotes'),
        ("- 1\n", "template.yaml:1:1", "the template is no mapping"),
        ("model: x\n", "template.yaml:1:1", "the body has nothing to read: openai takes input or instructions"),
        ("model: text-embedding-3-small\ninput: '{text}'\n", "template.yaml:1:1", "the body fits /v1/responses, /v1/embeddings, /v1/moderations: say which with --endpoint"),
        (CHAT + "stream: true\n", "template.yaml:8:9", "body.stream is true: take stream out"),
        (CHAT.replace("model: gpt-4.1\n", ""), "template.yaml:1:1", "body.model is missing: add model"),
        (CHAT.replace("50", "50000000"), "template.yaml:2:24", "a cap of 50,000,000 tokens; 'gpt-4.1' writes at most"),
        (CHAT.replace("role: user", "role: usr"), "template.yaml:6:11", "use system, developer, user"),
    ],
)  # fmt: skip
def test_a_fault_of_the_template_is_told_at_its_place_and_nothing_is_written(
    tmp_path: Path, template: str, place: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = prepare(capsys, table(tmp_path, "id,title,text\n1,a,b\n"), template)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert f"{tmp_path}/{place}: " in ran.err
    assert says in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "template.yaml"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("in.csv", "title,text\na,b\nc\n", ":3: 1 fields, and the first line names 2 columns"),
        ("in.csv", 'title,text\n"a\nb",b\nc,"d\n', ":4: no CSV: unexpected end of data"),
        ("in.csv", "title,text\na,b\xff\n".encode("latin-1"), ":2: is no UTF-8"),
        ("in.csv", "title,title\n", ":1: column 'title' is there twice"),
        ("in.csv", "title,,text\n", ":1: column 2 has no name"),
        ("in.csv", "", ":1: no line with the names of the columns"),
        ("in.csv", "title,text\n", ": has no row"),
        ("in.jsonl", "", ": has no row"),
        ("in.jsonl", '{"title": "a", "text": "b"}\n{"title": "a"}\n', ":2: column 'text' is missing"),
        ("in.jsonl", '{"title": "a", "text": null}\n', ":1: column 'text' is null, and stands within a text"),
        ("in.jsonl", '{"title": "a", "text": "\\ud800"}\n', ":1: the line is no JSON object: Input data was truncated"),
        ("in.jsonl", '{"title": "a", "text": NaN}\n', ":1: the line is no JSON object"),
        ("in.jsonl", "[]\n", ":1: the line is no JSON object"),
        ("in.txt", "x", ": of which format?"),
        ("in.parquet", "x", ": is no Parquet file"),
    ],
)
def test_a_fault_of_the_source_is_told_at_its_line_and_nothing_is_written(
    tmp_path: Path, name: str, text: str | bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    ran = prepare(capsys, table(tmp_path, text, name), CHAT)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert f"{tmp_path / name}{says}" in ran.err
    assert (tmp_path / "out.jsonl").read_text() == "old"


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, template = table(tmp_path, "text\nx\n"), json.dumps(BODIES["openai"])
    for out, says in (
        (tmp_path, "is no file that can be replaced"),
        (tmp_path / "no" / "out", "cannot be written: No such"),
    ):
        ran = prepare(capsys, source, template, "--out", str(out))
        assert (ran.code, ran.err.startswith(f"{out}: {says}"), ran.err.count("\n")) == (2, True, 1)


def test_ids_must_differ_and_fit_the_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = table(tmp_path, "id,text\na b,x\nc,y\na b,z\n")
    template = json.dumps(BODIES["openai"])
    assert ":4: 'id' is 'a b', as on line 2: ids must differ" in prepare(capsys, source, template, "--id", "id").err
    ran = prepare(capsys, source, json.dumps(BODIES["anthropic"]), "--id", "id", to="anthropic")
    assert ":2: custom_id is 'a b', which does not match" in ran.err
    ran = prepare(capsys, source, template, "--id", "ids")
    assert (ran.code, ran.err) == (2, f"{source}:1: no column 'ids' for --id, did you mean 'id'?\n")


def test_an_output_cap_is_demanded_where_the_service_does_and_else_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path, "text\nx\ny\n")
    for name, code, says in (
        ("openai", 0, "warning: no output cap (max_completion_tokens), in 2 requests\n"),
        ("anthropic", 2, "params.max_tokens is missing: add max_tokens"),
    ):
        body = {key: value for key, value in BODIES[name].items() if not key.startswith("max_")}
        ran = prepare(capsys, source, json.dumps(body), to=name)
        assert (ran.code, says in ran.err) == (code, True), ran.err


def test_an_address_is_chosen_by_the_body_or_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = table(tmp_path, gzip.compress(b"text\tn\nx\t1\n"), "in.tsv.gz")
    template = "model: text-embedding-3-small\ninput: '{text}'\n"
    assert prepare(capsys, source, template, "--endpoint", "/v1/embeddings").code == 0
    assert made(tmp_path)[0]["url"] == "/v1/embeddings"
    ran = prepare(capsys, source, template, "--endpoint", "/v1/embedding")
    assert (ran.code, "did you mean '/v1/embeddings'?" in ran.err) == (2, True)
    assert prepare(capsys, source, json.dumps(BODIES["azure-openai"]), to="azure").code == 0
    assert made(tmp_path)[0]["url"] == "/chat/completions"


def test_parquet_keeps_types_and_says_when_its_library_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow
    from pyarrow import parquet

    source = tmp_path / "in.parquet"
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "n": [5, 6], "t": [0.5, float("nan")]}), source)
    template = json.dumps({**BODIES["openai"], "max_completion_tokens": "{n}"})
    ran = prepare(capsys, source, template)
    assert (ran.code, ran.err) == (
        2,
        f"{source}: row 2: column 't' has a value that JSON has not, such as NaN or bytes\n",
    )
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "n": [5, 6]}), source)
    assert prepare(capsys, source, template).code == 0
    assert [line["body"]["max_completion_tokens"] for line in made(tmp_path)] == [5, 6]
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    ran = prepare(capsys, source, template)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "Parquet needs the extra `parquet`: pip install" in ran.err
