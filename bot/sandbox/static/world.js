/* What the page knows of the sandbox, and who wants to hear when it changes. */

export const CALLS_MAX = 200

export const world = {
  bot: { first_name: '', username: '' },
  people: new Map(),
  chats: new Map(),
  calls: [],
  faults: [],
  down: false,
  person: 0,
  chat: 0,
}

const listeners = new Map()

export function on(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) || []), listener])
}

export function tell(kind, thing) {
  for (const listener of listeners.get(kind) || []) listener(thing)
}

export const me = () => world.people.get(world.person)
export const here = () => world.chats.get(world.chat)
export const isBot = (user) => user?.id === world.bot.id

/** The chats that a person has: with the bot (its id is the person's), and groups. */
export const chatsOf = (person) =>
  [...world.chats.values()].filter((chat) => chat.id === person || chat.members.includes(person))

export const chatTitle = (chat) => (chat.id > 0 ? world.bot.first_name : chat.title)

export const lastMessage = (chat) => chat.messages[chat.messages.length - 1]

/* What each person has seen of each chat, kept in this browser. */
const READ = 'sandbox.read'
const read = JSON.parse(localStorage.getItem(READ) || '{}')

export function markRead(person, chat) {
  const last = lastMessage(chat)?.message_id || 0
  if (read[`${person} ${chat.id}`] === last) return
  read[`${person} ${chat.id}`] = last
  localStorage.setItem(READ, JSON.stringify(read))
}

export function unread(person, chat) {
  const marked = read[`${person} ${chat.id}`] || 0
  // A mark beyond the last message is from another sandbox, which began anew.
  const seen = marked > (lastMessage(chat)?.message_id || 0) ? 0 : marked
  return chat.messages.filter((message) => message.message_id > seen && message.from?.id !== person).length
}

export const unreadOf = (person) => chatsOf(person).reduce((sum, chat) => sum + unread(person, chat), 0)
