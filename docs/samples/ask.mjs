// Asks, then waits for the answer. CODE=tb_live_… node ask.mjs "What is 2 + 2?"
const api = process.env.API ?? "http://127.0.0.1:8080";
const code = process.env.CODE;

async function call(path, fields) {
  const answer = await fetch(api + path, {
    method: fields ? "POST" : "GET",
    headers: { Authorization: `Bearer ${code}` },
    body: fields && new URLSearchParams(fields),
    signal: AbortSignal.timeout(30_000),
  });
  return answer.json();
}

const reply = await call("/api/v1/jobs", { api: code, which: "text", text: process.argv[2] });
if (!reply.status) {
  console.error(reply.detail);
  process.exit(1);
}
let seen;
while ((seen = await call(`/api/v1/jobs/${reply.id}`)).answer === null) {
  await new Promise((resolve) => setTimeout(resolve, 500));
}
console.log(seen.answer.text || seen.answer.detail);
