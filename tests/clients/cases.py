"""What the official Python SDK must see: answers as its own types, refusals as its own exceptions."""

import json

import httpx
import openai

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
ASK = [{"role": "user", "content": "How is the weather in Paris and in Rome?"}]


class Counted:
    """A client with the SDK's own retries that counts the requests it sends."""

    def __init__(self, world, key="good", **options):
        self.requests = 0
        http = httpx.Client(event_hooks={"request": [self.count]}, trust_env=False)
        self.client = openai.OpenAI(
            base_url=world["base_url"] + "/v1", api_key=world["keys"].get(key, key), http_client=http, **options
        )

    def count(self, _):
        self.requests += 1

    def chat(self, model, **options):
        options.setdefault("messages", [{"role": "user", "content": "Hello"}])
        return self.client.chat.completions.create(model=model, **options)


def chat(world, side):
    answer = Counted(world).chat(world["models"][side]["small"])
    assert answer.choices[0].message.content.startswith("The gateway passed"), answer
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == world["models"][side]["small"], answer.model
    assert answer.usage.prompt_tokens == 25 and answer.usage.completion_tokens > 0, answer.usage


def stream(world, side):
    model = world["models"][side]["stream"]
    chunks = list(Counted(world).chat(model, stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text.count("token") == 10, text
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens == 10, chunks[-1]
    assert {c.model for c in chunks} == {model}
    without = list(Counted(world).chat(model, stream=True))
    assert not any(c.usage for c in without), "nobody asked for usage"


def tools(world, side):
    """A full round: the model calls twice in parallel, gets both results, answers; whole and streamed."""
    model, client = world["models"][side]["tool"], Counted(world)
    answer = client.chat(model, messages=ASK, tools=[TOOL])
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls", answer
    cities = [json.loads(call.function.arguments)["city"] for call in message.tool_calls]
    assert cities == ["Paris", "Rome"], cities
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]
    history = [*ASK, message.model_dump(exclude_none=True), *results]
    last = client.chat(model, messages=history, tools=[TOOL])
    assert last.choices[0].finish_reason == "stop" and last.choices[0].message.content

    calls, finish = {}, None
    for chunk in client.chat(model, messages=ASK, tools=[TOOL], stream=True):
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            for part in choice.delta.tool_calls or []:
                call = calls.setdefault(part.index, {"id": None, "arguments": ""})
                call["id"] = part.id or call["id"]
                call["arguments"] += part.function.arguments or ""
    assert finish == "tool_calls", finish
    assert [json.loads(c["arguments"])["city"] for c in calls.values()] == ["Paris", "Rome"], calls
    assert all(c["id"] for c in calls.values())


def broken_stream(world, side):
    """The vendor cuts after half: what came stays, then the SDK's own error."""
    seen = []
    try:
        for chunk in Counted(world).chat(world["models"][side]["drop"], stream=True):
            seen += [c.delta.content for c in chunk.choices if c.delta.content]
    except openai.APIError as error:
        assert error.code == "stream_interrupted", error.body
        assert seen, "content came before the cut"
        return
    raise AssertionError("the cut went unnoticed")


def embeddings(world):
    answer = Counted(world).client.embeddings.create(model=world["models"]["openai"]["embed"], input=["one"])
    assert len(answer.data[0].embedding) > 1 and answer.usage.prompt_tokens == 25, answer


def embeddings_of_a_vendor_without_base64(world):
    """The SDK asks for base64 by itself; the vendor answers with numbers all the same."""
    client, model = Counted(world).client, world["models"]["openai"]["embed"]
    plain = client.embeddings.create(model=model, input=["one"], encoding_format="float").data[0].embedding
    usual = client.embeddings.create(model=model, input=["one"]).data[0].embedding
    assert len(plain) == len(usual), (len(plain), len(usual))
    assert all(abs(one - other) < 1e-6 for one, other in zip(plain, usual)), (plain[:3], usual[:3])
    raw = client.embeddings.create(model=model, input=["one"], encoding_format="base64").data[0].embedding
    assert isinstance(raw, str), raw


def models(world):
    client = Counted(world).client
    names = {model.id for model in client.models.list()}
    expected = {name for side in world["models"].values() for name in side.values()}
    assert expected <= names, expected - names
    assert world["outside"] not in names, "a model outside the plan is not listed"
    one = sorted(expected)[0]
    assert client.models.retrieve(one).id == one


def bound_to_a_version(world):
    client = Counted(world).client.with_options(base_url=world["base_url"] + world["api_path"])
    answer = client.chat.completions.create(model=world["models"]["openai"]["small"], messages=ASK)
    assert answer.choices[0].message.content


def other_headers(world):
    """The key in the header of another vendor's SDK."""
    for header in ("x-api-key", "api-key", "x-goog-api-key"):
        answer = httpx.get(world["base_url"] + "/v1/models", headers={header: world["keys"]["good"]}, trust_env=False)
        assert answer.status_code == 200, (header, answer.text)


def refusal(world, key, model, kind, code, **options):
    """The SDK raises its own type at the first answer: nothing is tried again."""
    client = Counted(world, key)
    try:
        client.chat(model, **options)
    except kind as error:
        assert type(error) is kind, type(error)
        assert error.code == code, (error.code, error.body)
        assert error.request_id and error.body.get("doc_url"), error.body
        assert client.requests == 1, f"{client.requests} requests were sent"
        return
    raise AssertionError("it was answered")


def passing_refusal(world, key, model, kind, code):
    """Such a one may pass: the SDK tries again by itself when it may, and raises its own type when it may not."""
    client = Counted(world, key, max_retries=0)
    try:
        for _ in range(3):
            client.chat(model)
    except kind as error:
        assert error.code == code, (error.code, error.body)
        if error.status_code == 429:
            assert int(error.response.headers["retry-after"]) >= 1
        return
    raise AssertionError("it was answered")


def all_cases(world):
    own = world["models"]["openai"]
    for side in ("openai", "anthropic"):
        for case in (chat, stream, tools, broken_stream):
            yield f"{side}: {case.__name__}", lambda case=case, side=side: case(world, side)
    for case in (embeddings, embeddings_of_a_vendor_without_base64, models, bound_to_a_version, other_headers):
        yield case.__name__, lambda case=case: case(world)
    rows = [
        ("mistyped", own["small"], openai.AuthenticationError, "key_malformed", {}),
        ("unknown", own["small"], openai.AuthenticationError, "key_unknown", {}),
        ("sk-ant-fake-fake-fake-fake", own["small"], openai.AuthenticationError, "key_foreign", {}),
        ("expired", own["small"], openai.AuthenticationError, "key_expired", {}),
        ("revoked", own["small"], openai.AuthenticationError, "key_revoked", {}),
        ("paused", own["small"], openai.PermissionDeniedError, "key_paused", {}),
        ("models-only", own["small"], openai.PermissionDeniedError, "scope_missing", {}),
        ("unsubscribed", own["small"], openai.PermissionDeniedError, "subscription_missing", {}),
        ("pending", own["small"], openai.PermissionDeniedError, "subscription_pending", {}),
        ("good", world["outside"], openai.PermissionDeniedError, "model_not_allowed", {}),
        ("good", "no-such-model", openai.NotFoundError, "model_not_found", {}),
        ("good", own["small"], openai.BadRequestError, "field_invalid", {"messages": []}),
        ("good", own["400"], openai.BadRequestError, "vendor_rejected", {}),
        ("good", own["401"], openai.InternalServerError, "vendor_credential", {}),
        ("good", own["500"], openai.InternalServerError, "vendor_error", {}),
        ("broke", own["small"], openai.RateLimitError, "insufficient_quota", {}),
    ]
    for key, model, kind, code, options in rows:
        yield f"{code} is {kind.__name__}", lambda row=(key, model, kind, code), o=options: refusal(world, *row, **o)
    for side, names in world["models"].items():
        for word, kind, code in (
            ("429", openai.RateLimitError, "vendor_limit"),
            ("503", openai.InternalServerError, "vendor_overloaded"),
        ):
            row = ("good", names[word], kind, code)
            yield f"{side}: {code} is {kind.__name__}", lambda row=row: passing_refusal(world, *row)
    row = ("slow", own["small"], openai.RateLimitError, "rate_limit_exceeded")
    yield "rate_limit_exceeded is RateLimitError", lambda: passing_refusal(world, *row)
