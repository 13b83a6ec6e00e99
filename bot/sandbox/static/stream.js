/* The stream of events: everything at first (and after each lost connection), then what changes. */

import { toast } from './toast.js'
import { word } from './words.js'
import { CALLS_MAX, tell, world } from './world.js'

/* What a chat keeps here; older messages come back with the next full state. */
const MESSAGES_MAX = 1000

const TAKES = {
  state({ bot, people, down, chats, calls, faults }) {
    TAKES.about({ bot, people, down })
    world.chats = new Map(chats.map((chat) => [chat.id, chat]))
    Object.assign(world, { calls, faults })
    tell('state')
  },
  about({ bot, people, down }) {
    world.bot = { ...bot }
    world.down = down
    world.people = new Map(people.map((person) => [person.id, person]))
    nameBot()
    tell('about')
  },
  message(message) {
    const chat = world.chats.get(message.chat.id)
    if (!chat || chat.messages.some((one) => one.message_id === message.message_id)) return
    chat.messages.push(message)
    if (chat.messages.length > MESSAGES_MAX) chat.messages.shift()
    if (message.from?.is_bot) Object.assign(chat, { action: null, draft: null })
    tell('message', message)
  },
  edit(message) {
    const chat = world.chats.get(message.chat.id)
    const at = chat?.messages.findIndex((one) => one.message_id === message.message_id) ?? -1
    if (at < 0) return
    chat.messages[at] = message
    tell('edit', message)
  },
  delete(gone) {
    const chat = world.chats.get(gone.chat.id)
    if (!chat) return
    chat.messages = chat.messages.filter((one) => one.message_id !== gone.message_id)
    tell('delete', gone)
  },
  action({ chat: { id }, action }) {
    const chat = world.chats.get(id)
    if (!chat) return
    chat.action = action
    tell('action', chat)
  },
  keyboard({ chat: { id }, keyboard }) {
    const chat = world.chats.get(id)
    if (!chat) return
    chat.keyboard = keyboard
    tell('keyboard', chat)
  },
  draft(draft) {
    const chat = world.chats.get(draft.chat.id)
    if (!chat) return
    chat.draft = draft
    tell('draft', draft)
  },
  call(call) {
    world.calls.push(call)
    if (world.calls.length > CALLS_MAX * 2) world.calls.splice(0, CALLS_MAX)
    tell('call', call)
  },
  faults({ faults }) {
    world.faults = faults
    tell('faults')
  },
}

/** The bot's name is in the language of the person, as setMyName says. */
export function nameBot() {
  const presented = world.people.get(world.person)?.bot
  if (presented?.name) world.bot.first_name = presented.name
  world.bot.description = presented?.description || ''
}

export function connect() {
  const source = new EventSource(new URL('../events', import.meta.url))
  let lost = false
  source.addEventListener('message', (event) => {
    const [kind, thing] = JSON.parse(event.data)
    TAKES[kind]?.(thing)
  })
  source.addEventListener('open', () => {
    if (lost) toast(word('online'))
    lost = false
    document.body.classList.remove('offline')
  })
  source.addEventListener('error', () => {
    if (!lost) toast(word('offline'))
    lost = true
    document.body.classList.add('offline')
    // The browser tries again by itself, but not after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(connect, 2000)
    }
  })
}
