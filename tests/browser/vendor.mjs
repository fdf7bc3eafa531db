// A vendor of OpenAI's format over real HTTP, for the journey that pastes a key and an address.
import http from 'node:http';

const answer = ['Hello', ' from', ' the', ' vendor', '.'];

function stream(response, model) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
  const send = (event) => response.write(`data: ${JSON.stringify({ ...base, ...event })}\n\n`);
  send({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
  for (const content of answer) send({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  send({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 } });
  response.end('data: [DONE]\n\n');
}

function whole(response, model) {
  const message = { role: 'assistant', content: answer.join('') };
  reply(response, 200, {
    id: 'chatcmpl-1', object: 'chat.completion', created: 1, model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
  });
}

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Starts the vendor; `key` is the only bearer it takes. */
export async function vendor(key) {
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.headers.authorization !== `Bearer ${key}`) return reply(response, 401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } });
    if (request.url.endsWith('/models')) return reply(response, 200, { object: 'list', data: [{ id: 'small-1', object: 'model' }, { id: 'large-1', object: 'model' }] });
    const body = JSON.parse(text || '{}');
    return body.stream ? stream(response, body.model) : whole(response, body.model);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => new Promise((resolve) => server.close(resolve)) };
}
