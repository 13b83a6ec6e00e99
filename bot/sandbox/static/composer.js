/* Where one writes: text, what it replies to or edits, and which of the buttons beside it are shown. */

import { act } from './act.js'
import { summary } from './attachments.js'
import { completeCommand, startCommands } from './commands.js'
import { byId, icon } from './dom.js'
import { word } from './words.js'
import { here, isBot, me, on, world } from './world.js'

const box = () => byId('composer')
const drafts = new Map()
let about = null
let shownIn = ''

/** What the next message replies to: a message_id, or undefined. */
export const replyTarget = () => (about?.kind === 'reply' ? about.message.message_id : undefined)

export const startReply = (message) => setAbout({ kind: 'reply', message })

export function startEdit(message) {
  setAbout({ kind: 'edit', message })
  write(message.text ?? message.caption ?? '')
}

function setAbout(value) {
  about = value
  byId('about').hidden = !about
  if (about) {
    byId('about-icon').replaceChildren(icon(about.kind))
    byId('about-title').textContent =
      about.kind === 'edit' ? word('editing') : word('replyTo', { name: about.message.from?.first_name || '' })
    byId('about-body').textContent = summary(about.message)
    box().focus()
  }
  showButtons()
}

export function cancelAbout() {
  const editing = about?.kind === 'edit'
  setAbout(null)
  if (editing) write('')
}

/** Put text into the box. */
export function write(text) {
  box().value = text
  changed()
  box().focus()
}

async function send() {
  const text = box().value
  if (!text.trim()) return
  const before = about
  const draft = { about, text }
  write('')
  setAbout(null)
  const sent =
    before?.kind === 'edit'
      ? await act('edit', { message: before.message.message_id, text })
      : await act('say', { text, reply_to: before?.message.message_id })
  if (!sent && !box().value) {
    setAbout(draft.about)
    write(draft.text)
  }
}

function changed() {
  const area = box()
  area.style.height = 'auto'
  area.style.height = `${Math.min(area.scrollHeight, 200)}px`
  showButtons()
  completeCommand(area.value)
}

function showButtons() {
  const writing = Boolean(box().value.trim()) || about?.kind === 'edit'
  byId('send-button').hidden = !writing
  byId('record-button').hidden = writing
}

/** Whoever has blocked the bot has one large button instead. */
function showBlocked() {
  const blocked = Boolean(here()?.id > 0 && me()?.blocked)
  byId('unblock-button').hidden = !blocked
  byId('composer-frame').classList.toggle('resting', blocked)
}

/** Each person keeps what they had begun to write in each chat. */
function changeChat() {
  const name = `${world.person} ${world.chat}`
  if (shownIn === name) return showBlocked()
  if (shownIn) drafts.set(shownIn, box().value)
  shownIn = name
  setAbout(null)
  box().value = drafts.get(name) || ''
  changed()
  return showBlocked()
}

function pressed(event) {
  if (event.isComposing || event.defaultPrevented) return
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault()
    send()
  } else if (event.key === 'Escape' && about) cancelAbout()
  else if (event.key === 'ArrowUp' && !box().value && !about) editLast(event)
}

function editLast(event) {
  const own = here()
    ?.messages.filter((message) => message.from?.id === world.person && message.text)
    .at(-1)
  if (!own) return
  event.preventDefault()
  startEdit(own)
}

export function startComposer() {
  startCommands(write)
  box().addEventListener('keydown', pressed)
  box().addEventListener('input', changed)
  byId('composer-form').addEventListener('submit', (event) => {
    event.preventDefault()
    send()
  })
  byId('about-cancel').addEventListener('click', cancelAbout)
  byId('unblock-button').addEventListener('click', () => act('unblock'))
  on('shown', changeChat)
  on('about', showBlocked)
  on('message', (message) => {
    if (isBot(message.from)) completeCommand(box().value)
  })
  on('delete', ({ message_id: id }) => {
    if (about?.message.message_id === id) cancelAbout()
  })
}
