/* What a person does: each act is one POST. A refusal is shown and comes back as null. */

import { toast } from './toast.js'
import { word } from './words.js'
import { world } from './world.js'

async function post(what, body, headers) {
  try {
    const answer = await fetch(new URL(`../act/${what}`, import.meta.url), { method: 'POST', body, headers })
    const result = await answer.json()
    if (answer.ok) return result
    toast(word('failed', { why: result.error }))
  } catch {
    toast(word('offline'))
  }
  return null
}

/** In the open chat, as the person who is picked. */
export const act = (what, body = {}) =>
  post(what, JSON.stringify({ person: world.person, chat: world.chat, ...body }), {
    'Content-Type': 'application/json',
  })

/** `kind`: photo, document or voice. Several photos become an album. */
export function upload(kind, files, fields = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ person: world.person, chat: world.chat, kind, ...fields })) {
    if (value !== undefined && value !== null) form.append(name, value)
  }
  for (const file of files) form.append('file', file, file.name)
  return post('upload', form)
}
