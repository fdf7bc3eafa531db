// data-send: asks for a playground token, calls /v1/chat/completions with it, prints the stream as text.
async function token(form) {
  const body = new URLSearchParams({ csrf: form.dataset.csrf });
  const answer = await fetch(form.dataset.tokenUrl, { method: 'POST', body, headers: { accept: 'application/json' } });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok || !json.token) throw { code: json.code, message: json.detail ?? json.title ?? 'No token was given.', doc_url: json.type };
  return json.token;
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split(/\r?\n\r?\n/);
    rest = parts.pop();
    for (const part of parts) {
      const data = part.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (data && data !== '[DONE]') yield JSON.parse(data);
    }
  }
}

async function send(form, out, facts) {
  const bearer = await token(form);
  const started = performance.now();
  const body = JSON.stringify({ model: form.model.value, stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: form.prompt.value }] });
  const answer = await fetch('/v1/chat/completions', { method: 'POST', body, headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' } });
  if (!answer.ok) throw (await answer.json().catch(() => ({}))).error ?? { message: `HTTP ${answer.status}` };
  let first = 0;
  let usage = null;
  for await (const event of events(answer.body)) {
    if (event.error) throw event.error;
    const text = event.choices?.[0]?.delta?.content;
    if (text) { first ||= performance.now(); out.append(text); }
    usage = event.usage ?? usage;
  }
  const tokens = usage ? `${usage.prompt_tokens} tokens in, ${usage.completion_tokens} out` : 'tokens not reported';
  const took = (until) => (until - started < 1000 ? `${Math.round(until - started)} ms` : `${((until - started) / 1000).toFixed(2)} s`);
  facts.textContent = `${tokens} · first text ${took(first || performance.now())} · ${took(performance.now())} in all`;
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-send]');
  if (!form) return;
  event.preventDefault();
  const [out, facts, button] = ['[data-out]', '[data-facts]', '[type="submit"]'].map((what) => form.querySelector(what));
  out.textContent = facts.textContent = '';
  out.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try { await send(form, out, facts); } catch (error) {
    facts.replaceChildren(`${error.code ?? 'failed'}: ${error.message ?? error} `);
    for (const [url, words] of [[error.diagnose_url, 'See why'], [error.doc_url, 'About this code']]) {
      if (url?.startsWith('http') || url?.startsWith('/')) facts.append(Object.assign(document.createElement('a'), { href: url, textContent: words }), ' ');
    }
  } finally { out.removeAttribute('aria-busy'); button.disabled = false; }
});
