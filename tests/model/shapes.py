"""Requests that the binary sent, checked against the vendors' own types: standard input is a list of [kind, body]."""

import json
import sys
from collections.abc import Iterator

from anthropic.types import message_create_params
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params
from pydantic import TypeAdapter

KINDS = {
    "messages": message_create_params.MessageCreateParamsStreaming,
    "chat": completion_create_params.CompletionCreateParamsStreaming,
    "responses": response_create_params.ResponseCreateParamsStreaming,
}


def consume(value):
    """Lists in these types are checked as they are read."""
    if isinstance(value, dict):
        return {name: consume(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, Iterator)) or type(value).__name__ == "ValidatorIterator":
        return [consume(inner) for inner in value]
    return value


def check(kind, body):
    adapter = TypeAdapter(KINDS[kind])
    read = consume(adapter.validate_python(body))
    # What the types do not know is not in what was read.
    if read != body:
        raise ValueError(f"sent {json.dumps(body)[:2000]}, read {json.dumps(read)[:2000]}")


if __name__ == "__main__":
    for kind, body in json.load(sys.stdin):
        try:
            check(kind, body)
        except Exception as error:  # whatever the types say
            sys.exit(f"{kind}: {error}")
    print("fits")
