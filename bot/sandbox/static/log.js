/* The chat itself: rows in order, days between them, what is being written, and where it is scrolled to. */

import { act } from './act.js'
import { announce } from './announcer.js'
import { serviceWords } from './attachments.js'
import { albumRow, bubble, drawAlbum, update } from './bubble.js'
import { byId, make } from './dom.js'
import { removeDraft, showDraft } from './draft.js'
import { openBot } from './links.js'
import { avatar } from './people.js'
import { day, number, sameDay } from './times.js'
import { word } from './words.js'
import { here, isBot, markRead, on, tell, world } from './world.js'

const NEAR_END = 120
const JOINED_SECONDS = 300

const log = () => byId('log')
let unseen = 0
let following = true

/** Draw the open chat from scratch. */
function showChat() {
  const chat = here()
  log().replaceChildren()
  unseen = 0
  if (!chat) return
  if (!chat.messages.length) log().append(emptyCard(chat))
  if (chat.earlier) log().append(earlierButton(chat))
  for (const message of chat.messages) append(message)
  if (chat.draft) showDraft(chat.draft)
  toEnd()
  seen()
}

/** As Telegram shows a bot that one has not begun with: who it is, what it says of itself, Start. */
function emptyCard(chat) {
  if (chat.id < 0) return make('div', { class: 'empty' }, word('nothing'))
  return make(
    'div',
    { class: 'empty' },
    avatar(world.bot.id, world.bot.first_name, 'bot'),
    make('b', { dir: 'auto' }, world.bot.first_name),
    make('p', { dir: 'auto' }, world.bot.description || word('startHint')),
    make(
      'button',
      { 'type': 'button', 'class': 'primary', 'data-testid': 'start-button', 'onclick': () => openBot('') },
      word('start'),
    ),
  )
}

function earlierButton(chat) {
  const fetchMore = async () => {
    const older = await act('earlier', { before: chat.messages[0].message_id })
    if (!older) return
    chat.messages.unshift(...older.messages)
    chat.earlier = older.earlier
    const fromEnd = log().scrollHeight - log().scrollTop
    showChat()
    log().scrollTop = log().scrollHeight - fromEnd
  }
  return make(
    'button',
    { 'type': 'button', 'class': 'earlier', 'data-testid': 'earlier', 'onclick': fetchMore },
    word('earlier'),
  )
}

const rowOf = (id) => log().querySelector(`[data-testid=message][data-id="${id}"]`)

function append(message) {
  const album = openAlbum(message)
  if (album) {
    album.messages.push(message)
    drawAlbum(album)
    return
  }
  const before = lastRow()
  const previous = before && firstOf(before)
  log().querySelector('.empty')?.remove()
  if (!previous || !sameDay(previous.date, message.date))
    log().append(make('p', { class: 'day' }, make('span', {}, day(message.date))))
  const row = message.media_group_id ? albumRow([message]) : bubble(message)
  log().append(row)
  join(before, row)
}

function openAlbum(message) {
  const before = lastRow()
  return message.media_group_id && before?.dataset.album === message.media_group_id ? before : null
}

function lastRow() {
  const rows = log().querySelectorAll('.row:not(.draft)')
  return rows[rows.length - 1]
}

/** Messages of one sender in a short time stand close together, with one tail. */
function join(before, row) {
  const together = Boolean(before && row) && belongsTogether(firstOf(before), firstOf(row))
  before?.classList.toggle('continued', together)
  row?.classList.toggle('joined', together)
}

const belongsTogether = (one, other) =>
  one.from?.id === other.from?.id &&
  other.date - one.date < JOINED_SECONDS &&
  !serviceWords(one) &&
  !serviceWords(other)

const firstOf = (row) => row.message || row.messages[0]

function remove(row) {
  if (!row) return
  const rows = [...log().querySelectorAll('.row:not(.draft)')]
  const at = rows.indexOf(row)
  row.remove()
  join(rows[at - 1], rows[at + 1])
}

function added(message) {
  if (message.chat.id !== world.chat) return
  const stay = !isNearEnd() && message.from?.id !== world.person
  if (isBot(message.from)) removeDraft()
  append(message)
  if (stay) {
    unseen += 1
    showUnseen()
  } else toEnd()
  seen()
  if (message.from?.id !== world.person) announce(message)
}

function drafted(draft) {
  if (draft.chat.id !== world.chat) return
  const follow = isNearEnd()
  showDraft(draft)
  if (follow) toEnd()
}

function edited(message) {
  if (message.chat.id !== world.chat) return
  const follow = isNearEnd()
  const row = rowOf(message.message_id)
  const album = row?.closest('[data-album]')
  if (album) {
    album.messages = album.messages.map((one) => (one.message_id === message.message_id ? message : one))
    drawAlbum(album)
  } else if (row && !row.dataset.service) update(row, message)
  if (follow) toEnd()
  announce(message)
}

function deleted({ chat, message_id: id }) {
  if (chat.id !== world.chat) return
  const row = rowOf(id)
  const album = row?.closest('[data-album]')
  if (!album) remove(row)
  else {
    album.messages = album.messages.filter((one) => one.message_id !== id)
    if (album.messages.length) drawAlbum(album)
    else remove(album)
  }
}

/* Where it is scrolled to */

const isNearEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < NEAR_END

function toEnd() {
  log().scrollTop = log().scrollHeight
  following = true
  unseen = 0
  showUnseen()
}

function showUnseen() {
  byId('to-end').hidden = isNearEnd() && !unseen
  byId('to-end-badge').textContent = unseen ? number(unseen) : ''
}

function seen() {
  if (document.hidden || !here()) return
  markRead(world.person, here())
  tell('read')
}

/** Up and Down walk through the messages. */
function walk(event) {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  const inside = document.activeElement.closest('.row')
  if (document.activeElement !== log() && document.activeElement !== inside) return
  const rows = [...log().querySelectorAll('.row')]
  const at = inside ? rows.indexOf(inside) : rows.length
  const next = rows[at + (event.key === 'ArrowUp' ? -1 : 1)]
  if (!next) return
  event.preventDefault()
  next.focus()
}

export function startLog() {
  on('message', added)
  on('edit', edited)
  on('delete', deleted)
  on('draft', drafted)
  on('shown', showChat)
  byId('to-end').addEventListener('click', toEnd)
  log().addEventListener('keydown', walk)
  log().addEventListener(
    'scroll',
    () => {
      following = isNearEnd()
      if (following) unseen = 0
      showUnseen()
    },
    { passive: true },
  )
  // The composer and the keyboard below take room from the log as they grow.
  new ResizeObserver(() => following && toEnd()).observe(log())
  log().addEventListener(
    'load',
    (event) => {
      if (event.target.tagName === 'IMG' && isNearEnd()) toEnd()
    },
    true,
  )
  document.addEventListener('visibilitychange', seen)
}
