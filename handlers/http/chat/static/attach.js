/* Pictures and files that go with the next message, read in the browser. */

import { iconButton } from './buttons.js'
import { byId, icon, make } from './dom.js'
import { word } from './words.js'

const MOST = 8
const BYTES = 15 * 1024 * 1024
const TEXT_BYTES = 300 * 1024
const TEXTS = /^(text\/|application\/(json|xml|javascript|x-sh|yaml|toml|sql))|\+(json|xml)$/
const TEXT_NAMES = /\.(md|txt|csv|tsv|json|ya?ml|toml|ini|cfg|log|sql|py|js|ts|jsx|tsx|css|html?|xml|c|h|cpp|rs|go|java|kt|rb|php|sh|srt|ftl)$/i

let attached = []

export const taken = () => attached

export function clear() {
  attached = []
  draw()
}

/** Read these files; `tell` says what could not be taken. */
export async function attach(files, tell) {
  for (const file of files) {
    if (attached.length >= MOST) return tell(word('tooMany', { n: MOST }))
    const isText = !file.type.startsWith('image/') && (TEXTS.test(file.type) || TEXT_NAMES.test(file.name))
    if (file.size > (isText ? TEXT_BYTES : BYTES)) tell(word('tooLarge', { name: file.name }))
    else attached.push(isText ? { kind: 'text', name: file.name, text: await file.text() } : await binary(file))
    draw()
  }
}

async function binary(file) {
  const data = await new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result)
    reader.onerror = () => failed(reader.error)
    reader.readAsDataURL(file)
  })
  const shown = /^image\/(png|jpeg|gif|webp)$/.test(file.type)
  return { kind: shown ? 'picture' : 'file', name: file.name, data }
}

/** What the API takes: words, then pictures and files. */
export function contentOf(text, things) {
  if (!things.length) return text
  const words = things.filter((one) => one.kind === 'text').map((one) => `${one.name}:\n\`\`\`\n${one.text}\n\`\`\``)
  const parts = [{ type: 'text', text: [...words, text].filter(Boolean).join('\n\n') }]
  for (const one of things) {
    if (one.kind === 'picture') parts.push({ type: 'image_url', image_url: { url: one.data } })
    if (one.kind === 'file') parts.push({ type: 'file', file: { filename: one.name, file_data: one.data } })
  }
  return parts.filter((part) => part.type !== 'text' || part.text)
}

/** How a thing looks in a message and above the composer. */
export function thumbnail(one) {
  if (one.kind === 'picture') return make('img', { src: one.data, alt: one.name, title: one.name })
  return make('span', { class: 'file', dir: 'auto' }, icon('file'), make('bdi', {}, one.name))
}

function draw() {
  const list = byId('attached')
  list.hidden = !attached.length
  list.replaceChildren(...attached.map((one) => make('li', {}, thumbnail(one),
    iconButton('close', word('remove', { name: one.name }), () => {
      attached = attached.filter((other) => other !== one)
      draw()
    }))))
}
