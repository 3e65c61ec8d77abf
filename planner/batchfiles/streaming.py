"""A request file as a stream of blocks of lines: each is taken as a whole by somebody fast, or read line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from planner.batchfiles.findings import Fault, Findings, Line
from planner.batchfiles.probe import BOM
from planner.batchfiles.reading import LineReader, Parsed, Tally

SMALL = 1 << 14
"""Bytes of a block that is not halved."""
MOST_HOPE, PAUSE = 12, 64
"""Blocks that may be refused before a pause, and blocks of the pause."""
WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32 (little-endian)"),
    (b"\x00\x00\xfe\xff", "UTF-32 (big-endian)"),
    (b"\xff\xfe", "UTF-16 (little-endian)"),
    (b"\xfe\xff", "UTF-16 (big-endian)"),
)
"""Marks at the beginning of a file; the longer ones first."""
ZEROS: dict[tuple[int, ...], str] = {
    (1, 3): "UTF-16 (little-endian)",
    (0, 2): "UTF-16 (big-endian)",
    (1, 2, 3): "UTF-32 (little-endian)",
    (0, 1, 2): "UTF-32 (big-endian)",
}
"""Where the zero bytes stand in the first four of a text that begins with ASCII."""


class Reading:
    """The objects of a file, read once as a stream. What is wrong with other lines goes to the findings.

    `takes` is offered each block of whole lines with the number and the place of its first, and says how many lines it
    took care of: all of them, or 0 for none. `blocks` are of any number of lines; of a line beyond the bound, in pieces.
    """

    def __init__(self, blocks: Iterable[bytes], findings: Findings, tally: Tally) -> None:
        self._blocks, self._findings, self._tally = iter(blocks), findings, tally
        self._reader = LineReader(findings, tally)
        self.takes: Callable[[bytes, int, int], int] | None = None
        self._hope = 0

    def objects(self) -> Iterator[Parsed]:
        """Each object that was not taken care of."""
        tally, cut = self._tally, False
        for block in self._blocks:
            if tally.lines == 0 and self._is_wide(block):
                return
            if cut:
                tally.bytes += len(block)
            elif not block.endswith(b"\n"):
                yield from self._parsed(block)
            else:
                yield from self._taken(block)
            cut = not block.endswith(b"\n")

    def _taken(self, block: bytes) -> Iterator[Parsed]:
        """What is left of a block: halves are offered once more, as long as that seems worth it."""
        tally, waiting = self._tally, [block]
        while waiting:
            one = waiting.pop()
            number = self._offered(one)
            if number:
                tally.lines += number
                tally.objects += number
                tally.bytes += len(one)
                continue
            middle = one.find(b"\n", len(one) // 2) + 1
            if len(one) < SMALL or middle in (0, len(one)) or self._hope < 0:
                for line in lines_of(one):
                    yield from self._parsed(line)
            else:
                waiting += [one[middle:], one[:middle]]

    def _offered(self, block: bytes) -> int:
        """How many lines were taken. After some refusals there are pauses, in which nothing is offered."""
        tally = self._tally
        if self.takes is None or self._reader.inside is not None:
            return 0
        if self._hope < 0:
            self._hope += 1
            return 0
        number = self.takes(block, tally.lines + 1, tally.bytes)
        self._hope = min(MOST_HOPE, self._hope + 2) if number else self._hope - 1
        if self._hope < 0:
            self._hope = -PAUSE
        return number

    def _parsed(self, line: bytes) -> Iterator[Parsed]:
        tally = self._tally
        start = tally.bytes
        tally.bytes += len(line)
        tally.lines += 1
        if tally.lines == 1 and line.startswith(BOM):
            says = "the file begins with a byte-order mark (EF BB BF)"
            self._findings.add(Fault("byte-order-mark", says), Line(1, 0, ""), column=0)
            start, line = start + len(BOM), line[len(BOM) :]
        parsed = self._reader.read(tally.lines, start, line)
        if parsed is not None:
            tally.objects += 1
            yield parsed

    def _is_wide(self, block: bytes) -> bool:
        """Whether the file is in a wider encoding, which ends the reading."""
        encoding, tally = _wide(block), self._tally
        if encoding is not None:
            self._findings.add(Fault("not-utf-8", f"the file is {encoding}"), Line(1, 0, ""), column=0)
            tally.lines = tally.broken = 1
            tally.bytes = len(block) + sum(map(len, self._blocks))
        return encoding is not None


def lines_of(block: bytes) -> Iterator[bytes]:
    """Each line with its end."""
    begin = 0
    while begin < len(block):
        end = block.find(b"\n", begin) + 1 or len(block)
        yield block[begin:end]
        begin = end


def _wide(head: bytes) -> str | None:
    """The name of a wider encoding, by its mark or by the zeros in ASCII text."""
    for mark, name in WIDE_MARKS:
        if head.startswith(mark):
            return name
    zeros = [index for index, byte in enumerate(head[:4]) if not byte]
    return ZEROS.get(tuple(zeros))
