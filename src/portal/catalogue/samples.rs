//! First calls, ready to copy: curl, Python and Node against an address of this gateway.

/// One block of code.
pub struct Sample {
    pub id: &'static str,
    pub label: &'static str,
    pub text: String,
}

/// A chat completion.
pub fn chat(base: &str, model: &str) -> Vec<Sample> {
    let curl = format!(
        "curl {base}/chat/completions \\\n  -H \"Authorization: Bearer $PORTICO_KEY\" \\\n  -H \"Content-Type: \
         application/json\" \\\n  -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\
         \"Hello\"}}]}}'"
    );
    let python = format!(
        "import os\nfrom openai import OpenAI\n\nclient = OpenAI(\n    base_url=\"{base}\",\n    \
         api_key=os.environ[\"PORTICO_KEY\"],\n)\nstream = client.chat.completions.create(\n    \
         model=\"{model}\",\n    messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n    \
         stream=True,\n)\nfor chunk in stream:\n    print(chunk.choices[0].delta.content or \"\", end=\"\")\n"
    );
    let node = format!(
        "import OpenAI from \"openai\";\n\nconst client = new OpenAI({{\n  baseURL: \"{base}\",\n  apiKey: \
         process.env.PORTICO_KEY,\n}});\nconst stream = await client.chat.completions.create({{\n  model: \
         \"{model}\",\n  messages: [{{ role: \"user\", content: \"Hello\" }}],\n  stream: true,\n}});\nfor await \
         (const chunk of stream) {{\n  process.stdout.write(chunk.choices[0]?.delta?.content ?? \"\");\n}}\n"
    );
    three("chat", curl, python, node)
}

/// An embedding.
pub fn embeddings(base: &str, model: &str) -> Vec<Sample> {
    let curl = format!(
        "curl {base}/embeddings \\\n  -H \"Authorization: Bearer $PORTICO_KEY\" \\\n  -H \"Content-Type: \
         application/json\" \\\n  -d '{{\"model\":\"{model}\",\"input\":\"Hello\"}}'"
    );
    let python = format!(
        "import os\nfrom openai import OpenAI\n\nclient = OpenAI(\n    base_url=\"{base}\",\n    \
         api_key=os.environ[\"PORTICO_KEY\"],\n)\nanswer = client.embeddings.create(model=\"{model}\", \
         input=\"Hello\")\nprint(len(answer.data[0].embedding))\n"
    );
    let node = format!(
        "import OpenAI from \"openai\";\n\nconst client = new OpenAI({{\n  baseURL: \"{base}\",\n  apiKey: \
         process.env.PORTICO_KEY,\n}});\nconst answer = await client.embeddings.create({{ model: \"{model}\", \
         input: \"Hello\" }});\nconsole.log(answer.data[0].embedding.length);\n"
    );
    three("embeddings", curl, python, node)
}

fn three(what: &str, curl: String, python: String, node: String) -> Vec<Sample> {
    let ids = if what == "chat" {
        ["chat-curl", "chat-python", "chat-node"]
    } else {
        ["embeddings-curl", "embeddings-python", "embeddings-node"]
    };
    ids.into_iter()
        .zip([("curl", curl), ("Python", python), ("Node", node)])
        .map(|(id, (label, text))| Sample { id, label, text })
        .collect()
}
