/* Our own /v1, asked with the code that was typed in. The code is in this browser and in each request's header,
   nowhere else. */

const BASE = new URL('../../', import.meta.url)
const KEY = 'api-code'

export const code = () => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY)

export function keepCode(value, long) {
  forgetCode()
  ;(long ? localStorage : sessionStorage).setItem(KEY, value)
}

export function forgetCode() {
  sessionStorage.removeItem(KEY)
  localStorage.removeItem(KEY)
}

export class Refused extends Error {
  constructor(status, kind, message) {
    super(message)
    this.status = status
    this.kind = kind
  }
}

async function ask(path, { body, signal, secret = code() } = {}) {
  const headers = { Authorization: `Bearer ${secret}` }
  if (body) headers['Content-Type'] = 'application/json'
  const answer = await fetch(new URL(path, BASE), {
    method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), signal, credentials: 'omit', cache: 'no-store',
  })
  if (answer.ok) return answer
  const { error = {} } = await answer.json().catch(() => ({}))
  throw new Refused(answer.status, error.code, error.message ?? String(answer.status))
}

/** How many tokens may be spent, of the balance or of the code's budgets; and how many are still held. */
export async function account(secret) {
  const { available, held, budget } = await (await ask('api/v1/account', { secret })).json()
  const left = [available, budget.left_today, budget.left_in_all].filter((one) => one !== null)
  return { available: Math.min(...left), held }
}

export async function models() {
  return (await (await ask('v1/models')).json()).data
}

/** Calls `grow` with each piece of the answer. Ends when it is whole, or throws. */
export async function talk(messages, model, signal, grow) {
  const body = { messages, stream: true, ...(model && { model }) }
  const answer = await ask('v1/chat/completions', { body, signal })
  for await (const event of events(answer.body)) {
    if (event === '[DONE]') return
    const { choices = [], error } = JSON.parse(event)
    if (error) throw new Refused(502, error.code, error.message)
    const piece = choices[0]?.delta?.content
    if (piece) grow(piece)
  }
}

/** The data of server-sent events. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    rest += value
    const whole = rest.split(/\r?\n\r?\n/)
    rest = whole.pop()
    for (const event of whole) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      if (data.length) yield data.join('\n')
    }
  }
}

/** The addresses of the pictures, and what they cost. */
export async function draw(prompt, signal) {
  const answer = await ask('v1/images/generations', { body: { prompt, n: 1 }, signal })
  const { data } = await answer.json()
  return { pictures: data.map(picture), cost: answer.headers.get('x-tokens-charged') }
}

function picture({ b64_json: base64, url }) {
  if (!base64) return url
  const kinds = { iVBOR: 'image/png', '/9j/': 'image/jpeg', UklGR: 'image/webp' }
  const kind = Object.keys(kinds).find((begin) => base64.startsWith(begin))
  return `data:${kinds[kind] ?? 'image/png'};base64,${base64}`
}

export async function speak(input, signal) {
  const answer = await ask('v1/audio/speech', { body: { input: input.slice(0, 4000), voice: 'alloy', response_format: 'mp3' }, signal })
  return { sound: await answer.blob(), cost: answer.headers.get('x-tokens-charged') }
}
