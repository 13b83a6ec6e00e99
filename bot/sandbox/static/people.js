/* The left column: who one is, and that person's chats. */

import { summary } from './attachments.js'
import { byId, icon, make } from './dom.js'
import { openBot } from './links.js'
import { star } from './payment.js'
import { clockTime, number } from './times.js'
import { word } from './words.js'
import { chatTitle, chatsOf, isBot, lastMessage, on, unread, unreadOf, world } from './world.js'

const COLOURS = 7

/** A colour that stays with an id; the bot's is its own. */
export function colour(id) {
  if (id === world.bot.id) return 'colour-0'
  const digits = [...String(Math.abs(id))].reduce((sum, digit) => sum + Number(digit), 0)
  return `colour-${1 + (digits % (COLOURS - 1))}`
}

const initials = (name) => [...name.trim()].slice(0, 1).join('').toUpperCase()

export function avatar(id, name, symbol) {
  return make(
    'span',
    { 'class': `avatar ${colour(id)}`, 'aria-hidden': 'true' },
    symbol ? icon(symbol) : initials(name),
  )
}

function drawPeople() {
  byId('people-list').replaceChildren(...[...world.people.values()].map(personItem))
  byId('chat-list').replaceChildren(...chatsOf(world.person).map(chatItem))
  byId('bot-name').textContent = world.bot.first_name
  byId('start-prefix').textContent = `t.me/${world.bot.username}?start=`
  const elsewhere = [...world.people.keys()]
    .filter((id) => id !== world.person)
    .reduce((sum, id) => sum + unreadOf(id), 0)
  const here = chatsOf(world.person)
    .filter((chat) => chat.id !== world.chat)
    .reduce((sum, chat) => sum + unread(world.person, chat), 0)
  badge(byId('people-badge'), elsewhere + here)
}

function badge(element, count) {
  element.textContent = count ? number(count) : ''
}

function counter(count) {
  return count ? make('span', { 'class': 'badge', 'data-testid': 'unread' }, number(count)) : null
}

function personItem(person) {
  const picked = person.id === world.person
  const role = word(person.admin ? 'admin' : 'customer')
  return make(
    'li',
    {},
    make(
      'button',
      {
        'type': 'button',
        'class': 'entry',
        'data-testid': `person-${person.id}`,
        'aria-pressed': String(picked),
        'onclick': () => goTo(person.id, person.id),
      },
      avatar(person.id, person.first_name),
      make(
        'span',
        { class: 'entry-body' },
        make(
          'span',
          { class: 'entry-line' },
          make('b', { dir: 'auto' }, person.first_name),
          make('span', { class: 'tag' }, person.blocked ? word('blocked') : role),
        ),
        make(
          'span',
          { class: 'entry-line' },
          make(
            'span',
            { class: 'faint' },
            star(),
            number(person.stars),
            ' · ',
            (person.language_code || '').toUpperCase(),
          ),
          counter(picked ? 0 : unreadOf(person.id)),
        ),
      ),
    ),
  )
}

function chatItem(chat) {
  const last = lastMessage(chat)
  const isPrivate = chat.id > 0
  return make(
    'li',
    {},
    make(
      'button',
      {
        'type': 'button',
        'class': 'entry',
        'data-testid': `chat-${chat.id}`,
        'aria-current': chat.id === world.chat ? 'true' : null,
        'onclick': () => goTo(world.person, chat.id),
      },
      isPrivate ? avatar(world.bot.id, world.bot.first_name, 'bot') : avatar(chat.id, chat.title, 'group'),
      make(
        'span',
        { class: 'entry-body' },
        make(
          'span',
          { class: 'entry-line' },
          make('b', { dir: 'auto' }, chatTitle(chat)),
          make('span', { class: 'entry-time' }, last ? clockTime(last.date) : ''),
        ),
        make(
          'span',
          { class: 'entry-line' },
          make('span', { class: 'faint preview', dir: 'auto' }, last ? preview(chat, last) : word('nothing')),
          counter(chat.id === world.chat ? 0 : unread(world.person, chat)),
        ),
      ),
    ),
  )
}

function preview(chat, message) {
  const words = summary(message).slice(0, 90)
  return chat.id < 0 && !isBot(message.from) ? `${message.from?.first_name}: ${words}` : words
}

function goTo(person, chat) {
  const wanted = chat === person ? `person=${person}` : `person=${person}&chat=${chat}`
  document.body.classList.remove('people-open')
  if (location.hash === `#${wanted}`) byId('composer').focus()
  location.hash = wanted
}

export function startPeople() {
  for (const kind of ['shown', 'about', 'message', 'edit', 'delete', 'read']) on(kind, soon)
  byId('people-open').addEventListener('click', () => {
    document.body.classList.add('people-open')
    byId('people-list').querySelector('[aria-pressed=true]')?.focus()
  })
  byId('people-close').addEventListener('click', closePeople)
  byId('start-form').addEventListener('submit', (event) => {
    event.preventDefault()
    openBot(byId('start-parameter').value.trim())
    byId('start-parameter').value = ''
    document.body.classList.remove('people-open')
  })
}

export function closePeople() {
  if (!document.body.classList.contains('people-open')) return
  document.body.classList.remove('people-open')
  byId('people-open').focus()
}

/* A streaming answer changes often; the column is drawn at most once a frame, and keeps the focus. */
let waiting = false

function soon() {
  if (waiting) return
  waiting = true
  requestAnimationFrame(() => {
    waiting = false
    const focused = document.activeElement?.closest('.people [data-testid]')?.dataset.testid
    drawPeople()
    if (focused) document.querySelector(`.people [data-testid="${focused}"]`)?.focus()
  })
}
