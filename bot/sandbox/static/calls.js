/* The calls that the bot makes, as they happen. Waiting for updates is left out: it never ends. */

import { byId, make } from './dom.js'
import { fullTime } from './times.js'
import { word } from './words.js'
import { CALLS_MAX, on, world } from './world.js'

const QUIET = new Set(['getUpdates'])
const IDS = ['chat_id', 'message_id', 'user_id']
const WORDS = ['text', 'caption', 'action', 'title', 'emoji', 'language_code', 'callback_query_id']
const WORDS_MAX = 120
let filter = ''
let held = false
let shownLanguage = ''

const isShown = (call) => !QUIET.has(call.method) && call.method.toLowerCase().includes(filter)

function frame() {
  const search = make('input', {
    'type': 'search',
    'placeholder': word('filter'),
    'aria-label': word('filter'),
    'value': filter,
    'dir': 'ltr',
    'data-testid': 'calls-filter',
  })
  search.addEventListener('input', () => {
    filter = search.value.trim().toLowerCase()
    drawList()
  })
  const hold = make(
    'button',
    { 'type': 'button', 'class': 'small', 'aria-pressed': String(held) },
    word(held ? 'resume' : 'hold'),
  )
  hold.addEventListener('click', () => {
    held = !held
    hold.textContent = word(held ? 'resume' : 'hold')
    hold.setAttribute('aria-pressed', String(held))
    if (!held) drawList()
  })
  const clear = make('button', { type: 'button', class: 'small' }, word('clear'))
  clear.addEventListener('click', () => {
    world.calls.length = 0
    drawList()
  })
  byId('calls').replaceChildren(
    make('div', { class: 'calls-tools' }, search, hold, clear),
    make('ol', { class: 'calls', id: 'calls-list', dir: 'ltr' }),
  )
  drawList()
}

function drawList() {
  const shown = world.calls.filter(isShown).slice(-CALLS_MAX).reverse()
  byId('calls-list').replaceChildren(
    ...(shown.length ? shown.map(item) : [make('li', { class: 'faint pad', dir: 'auto' }, word('noCalls'))]),
  )
}

function added(call) {
  if (held || !isShown(call)) return
  byId('calls-list').querySelector('.pad')?.remove()
  byId('calls-list').prepend(item(call))
  while (byId('calls-list').children.length > CALLS_MAX) byId('calls-list').lastChild.remove()
}

function item(call) {
  const good = call.code === 200
  const details = make(
    'details',
    {},
    make(
      'summary',
      {},
      make('span', { class: good ? 'code good' : 'code bad' }, call.code || '—'),
      make('b', {}, call.method),
      good ? short(call.params) : make('span', { class: 'short' }, call.description),
    ),
  )
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(expanded(call))
  })
  return make('li', { 'data-testid': 'call', 'data-method': call.method, 'data-code': call.code }, details)
}

/** The ids and, in its own direction so that it is cut at its end, what is said. */
function short(params) {
  const given = (names) =>
    names.filter((name) => params[name] !== undefined).map((name) => String(params[name]))
  return [
    make('span', { class: 'short ids' }, given(IDS).join(' · ')),
    make('span', { class: 'short', dir: 'auto' }, given(WORDS).join(' · ').slice(0, WORDS_MAX)),
  ]
}

function expanded(call) {
  return make(
    'div',
    { class: 'call-body' },
    make(
      'p',
      { class: 'faint' },
      fullTime(call.at),
      call.description ? ` · ${call.code} ${call.description}` : '',
    ),
    make('pre', { tabindex: 0 }, JSON.stringify(readable(call.params), null, 2)),
  )
}

/** A form carries structures as JSON in text. */
function readable(params) {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (typeof value !== 'string' || !/^[[{]/.test(value)) return [name, value]
      try {
        return [name, JSON.parse(value)]
      } catch {
        return [name, value]
      }
    }),
  )
}

export function startCalls() {
  on('call', added)
  on('state', drawAgain)
  on('shown', () => {
    if (shownLanguage !== document.documentElement.lang) drawAgain()
  })
}

function drawAgain() {
  shownLanguage = document.documentElement.lang
  frame()
}
