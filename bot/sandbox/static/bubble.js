/* One message. It is made of parts, and an edit draws only the parts that have changed: a streaming answer
does not flicker, and what is playing goes on playing. */

import { attachment, kindOf, serviceWords, summary } from './attachments.js'
import { make } from './dom.js'
import { rich } from './entities.js'
import { inlineKeyboard } from './keyboards.js'
import { openMenu } from './menu.js'
import { colour } from './people.js'
import { gridClass, photo, pictureWidth } from './pictures.js'
import { clockTime, fullTime } from './times.js'
import { directionOf, word } from './words.js'
import { isBot, world } from './world.js'

/** Each part: what it is drawn from, and how. `null` from the first means that it is not there. */
const PARTS = {
  name: [
    senderName,
    (name, message) => make('div', { class: `sender ${colour(message.from.id)}`, dir: 'auto' }, name),
  ],
  forward: [
    forwardName,
    (name) => make('div', { class: 'forwarded', dir: 'auto' }, word('forwardedFrom', { name })),
  ],
  reply: [(message) => message.reply_to_message || null, quote],
  attachment: [attachmentKey, (_, message) => attachment(message)],
  text: [
    textKey,
    (_, message) => textBlock(message.text ?? message.caption, message.entities ?? message.caption_entities),
  ],
  time: [(message) => [message.date, message.edit_date], (_, message) => timeLine(message)],
}

export function bubble(message) {
  const service = serviceWords(message)
  if (service) return serviceRow(message, service)
  const row = make(
    'article',
    rowAttributes(message),
    make(
      'div',
      { class: 'bubble' },
      Object.keys(PARTS).map((name) => make('div', { 'data-part': name, 'class': `part part-${name}` })),
    ),
    make('div', { 'data-part': 'keyboard', 'class': 'part part-keyboard' }),
  )
  row.addEventListener('contextmenu', (event) => openMenu(event, row.message))
  row.addEventListener('keydown', (event) => {
    if (event.target === row && (event.key === 'Enter' || event.key === ' ' || event.key === 'ContextMenu'))
      openMenu(event, row.message)
  })
  update(row, message)
  return row
}

/** Bring a bubble up to date. */
export function update(row, message) {
  row.message = message
  for (const [name, [read, draw]] of Object.entries(PARTS)) {
    refresh(row.querySelector(`[data-part=${name}]`), read(message), (value) => draw(value, message))
  }
  refresh(row.querySelector('[data-part=keyboard]'), message.reply_markup?.inline_keyboard || null, () =>
    inlineKeyboard(message),
  )
  const text = message.text ?? message.caption ?? ''
  placeTime(row, text)
  row.classList.toggle('with-picture', Boolean(message.photo || message.video))
  row.style.setProperty('--picture-width', `${pictureWidth(message)}px`)
  row.classList.toggle('bare', ['sticker', 'dice', 'video_note'].includes(kindOf(message)))
  row.classList.toggle('no-text', !text)
  row.setAttribute(
    'aria-label',
    `${message.from?.first_name || ''}: ${summary(message)}. ${clockTime(message.date)}`,
  )
}

/** The time stands where the last line leaves room, which depends on the direction of its letters. */
function placeTime(row, text) {
  const otherwise = text ? 'ltr' : document.dir // as browsers do with signs and digits alone
  const side = directionOf(text.slice(text.lastIndexOf('\n') + 1)) || directionOf(text) || otherwise
  row.classList.toggle('time-aside', side !== document.dir)
}

function refresh(part, value, draw) {
  const key = JSON.stringify(value)
  if (part.drawnFrom === key) return
  part.drawnFrom = key
  part.hidden = value === null
  part.replaceChildren(...(value === null ? [] : [draw(value)]))
}

function rowAttributes(message) {
  const own = message.from?.id === world.person
  return {
    'class': `row ${own ? 'own' : 'other'}`,
    'tabindex': -1,
    'data-testid': 'message',
    'data-id': message.message_id,
    'data-from': isBot(message.from) ? 'bot' : 'person',
    'data-sender': message.from?.id,
  }
}

function senderName(message) {
  const inGroup = message.chat.id < 0 && message.from?.id !== world.person
  return inGroup ? message.from.first_name : null
}

function forwardName(message) {
  const origin = message.forward_origin
  return origin ? origin.sender_user?.first_name || origin.sender_user_name || origin.chat?.title || '…' : null
}

function quote(target) {
  const jump = () =>
    document
      .querySelector(`[data-testid=message][data-id="${target.message_id}"]`)
      ?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  return make(
    'button',
    { type: 'button', class: `quote ${colour(target.from?.id || 0)}`, onclick: jump },
    make('b', { dir: 'auto' }, target.from?.first_name || word('deleted')),
    make('span', { dir: 'auto' }, summary(target)),
  )
}

function attachmentKey(message) {
  const kind = kindOf(message)
  return kind && [kind, message[kind], message.has_media_spoiler]
}

function textKey(message) {
  const text = message.text ?? message.caption
  if (text === undefined) return kindOf(message) ? null : ['']
  return [text, message.entities ?? message.caption_entities]
}

function textBlock(text, entities) {
  if (text === undefined) return make('div', { class: 'text faint' }, word('unsupported'))
  const alone = /^(\p{Extended_Pictographic}[\u{fe0f}\u{1f3fb}-\u{1f3ff}]*){1,3}$/u.test(text)
  return make('div', { class: alone ? 'text only-emoji' : 'text', dir: 'auto' }, rich(text, entities))
}

function timeLine(message) {
  const shown = clockTime(message.date)
  return make(
    'span',
    { class: 'time', title: fullTime(message.edit_date || message.date) },
    message.edit_date && !isBot(message.from) ? `${word('edited')} ${shown}` : shown,
  )
}

function serviceRow(message, words) {
  const row = make(
    'article',
    {
      'class': 'row service',
      'data-testid': 'message',
      'data-service': true,
      'data-id': message.message_id,
      'data-from': isBot(message.from) ? 'bot' : 'person',
    },
    make('span', {}, words),
  )
  row.message = message
  return row
}

/* Albums: messages with one media_group_id share a row. */

export function albumRow(messages) {
  const first = messages[0]
  const row = make(
    'article',
    {
      'class': `row album with-picture ${first.from?.id === world.person ? 'own' : 'other'}`,
      'data-album': first.media_group_id,
      'data-sender': first.from?.id,
      'data-testid': 'album',
    },
    make('div', { class: 'bubble' }),
  )
  row.messages = messages
  drawAlbum(row)
  return row
}

export function drawAlbum(row) {
  const { messages } = row
  const caption = messages.find((message) => message.caption)
  const last = messages[messages.length - 1]
  const name = senderName(messages[0])
  row.firstChild.replaceChildren(
    ...[
      name ? make('div', { class: `sender ${colour(messages[0].from.id)}` }, name) : null,
      make('div', { class: gridClass(messages.length) }, messages.map(tile)),
      caption
        ? make('div', { class: 'part part-text' }, textBlock(caption.caption, caption.caption_entities))
        : null,
      make('div', { class: 'part part-time' }, timeLine(last)),
    ].filter(Boolean),
  )
  row.classList.toggle('no-text', !caption)
  placeTime(row, caption?.caption || '')
}

function tile(message) {
  const drawn = message.photo ? photo(message) : attachment(message)
  const own = make(
    'div',
    {
      'class': 'tile',
      'data-testid': 'message',
      'data-id': message.message_id,
      'data-from': isBot(message.from) ? 'bot' : 'person',
    },
    drawn,
  )
  own.addEventListener('contextmenu', (event) => openMenu(event, message))
  return own
}
