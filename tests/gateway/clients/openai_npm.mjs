// The openai npm package of today; OPENAI is where it is installed.
const { default: OpenAI, toFile } = await import(process.env.OPENAI);

const made = (apiKey) => new OpenAI({ baseURL: process.env.API, apiKey, maxRetries: 0, timeout: 20000 });
const client = made(process.env.CODE);
const TOOL = { type: "function", function: { name: "add", parameters: { type: "object" } } };

const ask = ({ content = "Hi", model = "gpt-a", of = client, ...more } = {}) =>
  of.chat.completions.create({ model, messages: [{ role: "user", content }], ...more });

const hello = (answer) => ({
  id: answer.id, text: answer.choices[0].message.content, completion_tokens: answer.usage.completion_tokens,
});

async function streamed(more) {
  let text = "", finish = null, usage = null;
  for await (const chunk of await ask({ stream: true, ...more })) {
    for (const choice of chunk.choices) {
      text += choice.delta.content ?? "";
      finish = choice.finish_reason;
    }
    usage = chunk.usage?.completion_tokens ?? usage;
  }
  return { text, finish, usage };
}

async function tools() {
  const { message, finish_reason } = (await ask({ content: "2 + 2", tools: [TOOL] })).choices[0];
  const { name, arguments: given } = message.tool_calls[0].function;
  return { name, arguments: given, finish: finish_reason };
}

const seen = async (url) =>
  hello(await ask({ content: [{ type: "text", text: "What?" }, { type: "image_url", image_url: { url } }] }));

async function responsesStreamed() {
  const types = [];
  let text = "";
  for await (const event of await client.responses.create({ model: "gpt-a", input: "Hi", stream: true })) {
    types.push(event.type);
    text += event.type === "response.output_text.delta" ? event.delta : "";
  }
  return { types, text };
}

async function speech() {
  const sound = await client.audio.speech.create({ model: "s", voice: "alloy", input: "x".repeat(100) });
  return { sound: Buffer.from(await sound.arrayBuffer()).toString() };
}

async function transcription() {
  const file = await toFile(Buffer.alloc(200000, "R"), "a.wav");
  return { text: (await client.audio.transcriptions.create({ model: "w", file })).text };
}

async function models() {
  const listed = [];
  for await (const model of client.models.list()) listed.push(model.id);
  return { listed, one: (await client.models.retrieve("org/b")).id };
}

async function refusal(more) {
  try {
    await ask(more);
  } catch (error) {
    if (error instanceof OpenAI.APIError) return [error.status, error.code];
    throw error;
  }
  throw new Error("no error");
}

const CASES = {
  chat: async () => hello(await ask()),
  stream: () => streamed({}),
  "stream with usage": () => streamed({ stream_options: { include_usage: true } }),
  tools,
  "vision by url": () => seen(process.env.PICTURE),
  "vision by base64": () => seen(process.env.PIXEL),
  completions: async () => ({
    text: (await client.completions.create({ model: "gpt-a", prompt: "Once" })).choices[0].text,
  }),
  responses: async () => {
    const answer = await client.responses.create({ model: "gpt-a", input: "Hi" });
    return { id: answer.id, text: answer.output_text };
  },
  "responses streamed": responsesStreamed,
  images: async () => ({
    pictures: (await client.images.generate({ model: "p", prompt: "A cat", n: 2 })).data.map((one) => one.b64_json),
  }),
  embeddings: async () => ({
    numbers: (await client.embeddings.create({ model: "e", input: "one" })).data[0].embedding,
  }),
  speech,
  transcription,
  models,
  errors: async () => ({
    "a wrong code": await refusal({ of: made("tb_live_wrong") }),
    "no such model": await refusal({ model: "gone" }),
    odd: await refusal({ temperature: 9 }),
    "no tokens": await refusal({ of: made(process.env.POOR) }),
    busy: await refusal({ model: "busy" }),
  }),
};
console.log(JSON.stringify(await CASES[process.argv[2]]()));
