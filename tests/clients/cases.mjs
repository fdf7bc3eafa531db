// What the official Node SDK must see: answers as its own types, refusals as its own exceptions.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const world = JSON.parse(process.env.WORLD);
const ask = [{ role: 'user', content: 'How is the weather in Paris and in Rome?' }];
const tool = {
  type: 'function',
  function: {
    name: 'get_weather', description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

function counted(key = 'good', options = {}) {
  const count = { requests: 0 };
  const client = new OpenAI({
    baseURL: `${world.base_url}/v1`, apiKey: world.keys[key] ?? key,
    fetch: (...call) => { count.requests += 1; return fetch(...call); }, ...options,
  });
  return { client, count };
}

const chat = (client, model, more = {}) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }], ...more });

const cases = [];
const test = (name, body) => cases.push([name, body]);

for (const side of ['openai', 'anthropic']) {
  const models = world.models[side];

  test(`${side}: chat`, async () => {
    const answer = await chat(counted().client, models.small);
    assert.match(answer.choices[0].message.content, /^The gateway passed/);
    assert.equal(answer.model, models.small);
    assert.equal(answer.usage.prompt_tokens, 25);
  });

  test(`${side}: stream`, async () => {
    let text = '', usage;
    for await (const chunk of await chat(counted().client, models.stream, { stream: true, stream_options: { include_usage: true } })) {
      text += chunk.choices[0]?.delta?.content ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.equal(text.split('token').length - 1, 10);
    assert.equal(usage.completion_tokens, 10);
  });

  test(`${side}: a stream that the caller leaves`, async () => {
    const stream = await chat(counted().client, models.stream, { stream: true });
    for await (const _ of stream) break;
    stream.controller.abort();
  });

  test(`${side}: tools, a full round`, async () => {
    const { client } = counted();
    const first = await chat(client, models.tool, { messages: ask, tools: [tool] });
    const { message } = first.choices[0];
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(message.tool_calls.map((c) => JSON.parse(c.function.arguments).city), ['Paris', 'Rome']);
    const results = message.tool_calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: 'sunny' }));
    const last = await chat(client, models.tool, { messages: [...ask, message, ...results], tools: [tool] });
    assert.equal(last.choices[0].finish_reason, 'stop');

    const runner = client.chat.completions.stream({ model: models.tool, messages: ask, tools: [tool] });
    const streamed = (await runner.finalChatCompletion()).choices[0].message;
    assert.deepEqual(streamed.tool_calls.map((c) => JSON.parse(c.function.arguments).city), ['Paris', 'Rome']);
  });

  test(`${side}: a stream that the vendor cuts`, async () => {
    let seen = '';
    await assert.rejects(async () => {
      for await (const chunk of await chat(counted().client, models.drop, { stream: true })) {
        seen += chunk.choices[0]?.delta?.content ?? '';
      }
    }, (error) => error instanceof OpenAI.APIError && error.code === 'stream_interrupted');
    assert.ok(seen.length > 0);
  });
}

test('embeddings', async () => {
  const answer = await counted().client.embeddings.create({ model: world.models.openai.embed, input: 'one', encoding_format: 'float' });
  assert.ok(answer.data[0].embedding.length > 1);
});

test('embeddings of a vendor without base64', async () => {
  // The SDK asks for base64 by itself; the vendor answers with numbers all the same.
  const ask = { model: world.models.openai.embed, input: 'one' };
  const { client } = counted();
  const plain = (await client.embeddings.create({ ...ask, encoding_format: 'float' })).data[0].embedding;
  const usual = (await client.embeddings.create(ask)).data[0].embedding;
  assert.equal(usual.length, plain.length);
  usual.forEach((number, rank) => assert.ok(Math.abs(number - plain[rank]) < 1e-6, `${rank}: ${number}`));
});

test('models', async () => {
  const names = [];
  for await (const model of counted().client.models.list()) names.push(model.id);
  for (const side of Object.values(world.models)) for (const name of Object.values(side)) assert.ok(names.includes(name), name);
  assert.ok(!names.includes(world.outside));
});

const own = world.models.openai;
const rows = [
  ['mistyped', own.small, OpenAI.AuthenticationError, 'key_malformed'],
  ['unknown', own.small, OpenAI.AuthenticationError, 'key_unknown'],
  ['expired', own.small, OpenAI.AuthenticationError, 'key_expired'],
  ['revoked', own.small, OpenAI.AuthenticationError, 'key_revoked'],
  ['paused', own.small, OpenAI.PermissionDeniedError, 'key_paused'],
  ['models-only', own.small, OpenAI.PermissionDeniedError, 'scope_missing'],
  ['unsubscribed', own.small, OpenAI.PermissionDeniedError, 'subscription_missing'],
  ['good', world.outside, OpenAI.PermissionDeniedError, 'model_not_allowed'],
  ['good', 'no-such-model', OpenAI.NotFoundError, 'model_not_found'],
  ['good', own.small, OpenAI.BadRequestError, 'field_invalid', { messages: [] }],
  ['good', own['400'], OpenAI.BadRequestError, 'vendor_rejected'],
  ['good', own['500'], OpenAI.InternalServerError, 'vendor_error'],
  ['broke', own.small, OpenAI.RateLimitError, 'insufficient_quota'],
];
for (const [key, model, kind, code, more] of rows) {
  test(`${code} is ${kind.name}`, async () => {
    const { client, count } = counted(key);
    await assert.rejects(chat(client, model, more), (error) => {
      assert.ok(error instanceof kind, error.constructor.name);
      assert.equal(error.code, code);
      assert.ok(error.requestID);
      return true;
    });
    assert.equal(count.requests, 1, 'nothing is tried again');
  });
}

let passed = 0;
for (const [name, body] of cases) {
  try {
    await body();
    passed += 1;
  } catch (error) {
    console.log(`node: ${name}: ${error.stack}`);
  }
}
console.log(JSON.stringify({ passed, failed: cases.length - passed }));
