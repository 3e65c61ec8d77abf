"""What is checked of a request file: each rule's level, what it says, and what to do.

A dialect may change a level, and adds the service's own code and words (catalog/dialects).
"""

from __future__ import annotations

from typing import NamedTuple

LEVELS = ("error", "warning", "note")


class Check(NamedTuple):
    """A rule: its usual level, what holds where it speaks, and what to do."""

    level: str
    summary: str
    remedy: str


CHECKS: dict[str, Check] = {
    # The file as bytes
    "byte-order-mark": Check("error", "The file begins with a UTF-8 byte-order mark.", "save it as UTF-8 without BOM (utf-8, not utf-8-sig)"),
    "not-utf-8": Check("error", "The file is UTF-16 or UTF-32.", "save it as UTF-8 without BOM"),
    "invalid-utf-8": Check("error", "A line has bytes that are no UTF-8.", "save the file as UTF-8; a line cut in the middle of a character does this too"),
    "empty-file": Check("error", "The file has no request.", "write at least one request"),
    "compressed-file": Check("note", "The file is compressed; what is in it was checked.", "unpack it before the upload"),
    "file-too-large": Check("error", "The file has more bytes than the service takes.", "split it by bytes"),
    # Lines
    "not-json-lines": Check("error", "The file is a JSON document over several lines, or a list, instead of one object a line.", "write one request a line, as jq -c does"),
    "line-too-long": Check("error", "A line is longer than any service takes as one request.", "check that lines end; put large images or documents behind an address"),
    "blank-line": Check("note", "A line is blank.", "take it out: some services count it as a broken line"),
    "invalid-json": Check("error", "A line is no JSON.", "write each line with a JSON library, not by hand"),
    "not-an-object": Check("error", "A line is JSON, but no object.", "write one object a line"),
    "duplicate-key": Check("error", "An object has a key twice: one reader takes the first, another the last.", "keep one of them"),
    "not-a-number": Check("error", "NaN or Infinity stands where JSON has no such number.", "write null, or leave the field out"),
    "lone-surrogate": Check("error", "A text has half of a surrogate pair, which no UTF-8 can hold.", "clean the text: it was cut inside a character"),
    "nested-too-deeply": Check("error", "A line is nested too deeply to be read.", "flatten it"),
    "result-file": Check("error", "The lines are results of a batch, not requests.", "upload the request file"),
    # Dialect
    "dialect-unknown": Check("error", "The lines are the requests of no known service.", "write them as the provider asks, or name it with --dialect"),
    "dialect-assumed": Check("note", "The lines fit several services alike.", "name the one that is meant with --dialect"),
    # Fields of a line
    "field-missing": Check("error", "A required field is missing.", "add it"),
    "field-type": Check("error", "A field has the wrong type.", "write the type that the service takes"),
    "field-value": Check("error", "A field has a value that the service does not take.", "write a value that it takes"),
    "field-refused": Check("error", "A field is refused in a batch.", "take it out"),
    "field-unknown": Check("error", "A field is not known.", "take it out, or mend its name"),
    "parameter-unsupported": Check("error", "The model or the endpoint does not take a parameter.", "take it out, or name it as this endpoint does"),
    "sdk-shaped-key": Check("error", "A key is the SDK's, not the API's.", "write the REST field"),
    "snake-case-key": Check("warning", "A key is in snake_case: the API reads it where it stands, but documents camelCase.", "write it in camelCase"),
    "role-refused": Check("error", "A message has a role that the service refuses.", "use a role that it takes"),
    "method-wrong": Check("error", "The method is not POST.", 'write "method": "POST"'),
    "id-malformed": Check("error", "An id has characters or a length that the service refuses.", "write an id that it takes"),
    "id-duplicate": Check("error", "An id is there twice, in one file or in two of one call.", "give every request its own id"),
    "ids-unchecked": Check("note", "There are more ids than are remembered; later ones were not compared.", "split the file: no service takes so many requests"),
    # Addresses
    "url-unknown": Check("error", "An address is not one that the service takes in a batch.", "write an address that it takes"),
    "url-differs": Check("error", "The lines of a file have different addresses.", "make a file for each address"),
    "url-mismatch": Check("error", "A line's address is not the job's endpoint.", "create the job with the endpoint that the lines name"),
    "endpoint-not-offered": Check("error", "The job's endpoint has no batch.", "use an endpoint that has one"),
    "window-not-offered": Check("error", "The completion window is not offered.", "use a window that is"),
    "metadata-too-large": Check("error", "The job's metadata is more than the service keeps.", "keep fewer or shorter keys and values"),
    # Models
    "model-differs": Check("error", "The lines of a file name different models or deployments.", "make a file for each of them"),
    "model-unknown": Check("warning", "No price book lists the model.", "check its spelling; a model of your own is named with --model"),
    "model-unstated": Check("note", "The model is set on the job, so the file does not name it.", "name it with --model"),
    "deployment-unmapped": Check("note", "A deployment's name does not say which model it runs.", "say it with --model DEPLOYMENT=MODEL"),
    "model-retired": Check("error", "The model is retired.", "move to its successor"),
    "model-retiring": Check("warning", "The model ends within days: requests that run late fail.", "move to its successor"),
    "model-not-in-batch": Check("error", "The provider offers no batch for the model.", "send it in real time, or use another model"),
    "price-unknown": Check("warning", "A rate is not published, so the file cannot be priced.", "add the rate to a price file and name it with --prices"),
    # Tokens
    "output-uncapped": Check("warning", "A request has no output cap: its cost has no bound but the model's.", "state the cap"),
    "cap-over-model": Check("error", "The output cap is above what the model can write.", "lower the cap"),
    "thinking-over-cap": Check("error", "The tokens for thinking are not below the output cap.", "raise the cap or lower the tokens for thinking"),
    "context-exceeded": Check("error", "Input and output cap do not fit the context window.", "shorten the input or lower the cap"),
    "input-uncounted": Check("warning", "A request has images, audio, files or references, whose tokens are not counted here.", "budget them apart: the sums below leave these requests out"),
    # Limits
    "too-many-requests": Check("error", "The file has more requests than the service takes.", "split it"),
    "too-few-requests": Check("error", "The file has fewer requests than the service takes.", "send them in real time, or join files"),
    "too-many-inputs": Check("error", "The file has more embedding inputs than the service takes.", "split it by inputs, not by lines"),
    "queue-exceeded": Check("error", "The input tokens are more than the account may have in the queue.", "split the file and send the parts in waves, each when the one before is done"),
    "queue-requests-exceeded": Check("error", "The requests are more than the account may have in the queue.", "split the file and send the parts in waves"),
    "queue-unchecked": Check("note", "The queue's quota was not checked.", "state the account with --tier, --subscription or --enqueued-tokens"),
    "spend-cap-exceeded": Check("warning", "The file may cost more than the account may spend in a month.", "raise the limit before the upload, or split the file over months"),
}  # fmt: skip
"""Every rule by its name. docs/batch-files.md holds the providers' error table against these."""
