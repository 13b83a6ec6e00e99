/* What a bubble shows besides text: pictures, sounds, files, stickers, places. */

import { icon, make } from './dom.js'
import { invoiceCard } from './payment.js'
import { fileAddress, photo } from './pictures.js'
import { audio, voice } from './sound.js'
import { money, number, size } from './times.js'
import { word } from './words.js'

function file(message) {
  const { document: found } = message
  const name = found.file_name || word('document')
  return make(
    'a',
    {
      'class': 'file',
      'href': fileAddress(found.file_id),
      'download': name,
      'data-testid': 'document',
      'aria-label': word('download', { name }),
    },
    make('span', { class: 'file-icon' }, icon('file'), make('i', {}, ending(name))),
    make(
      'span',
      { class: 'file-body' },
      make('b', { dir: 'auto' }, name),
      make('span', {}, size(found.file_size || 0)),
    ),
  )
}

const ending = (name) => (name.includes('.') ? name.split('.').pop().slice(0, 4) : '')

const video = (kind) => (message) =>
  make('video', {
    'class': kind,
    'src': fileAddress(message[kind].file_id),
    'controls': kind !== 'animation',
    'loop': kind !== 'video',
    'muted': kind === 'animation',
    'aria-label': word('video'),
    'playsinline': true,
  })

const sticker = (message) =>
  make(
    'span',
    { 'class': 'sticker', 'role': 'img', 'aria-label': word('stickerWord') },
    message.sticker.emoji || '🙂',
  )

const dice = (message) =>
  make('span', { class: 'sticker' }, `${message.dice.emoji} ${number(message.dice.value)}`)

const location = ({ location: { latitude, longitude } }) =>
  make(
    'div',
    { class: 'place' },
    icon('location'),
    make('span', { dir: 'ltr' }, `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`),
  )

const contact = ({ contact: found }) =>
  make(
    'div',
    { class: 'place' },
    icon('contact'),
    make('span', {}, `${found.first_name} `, make('span', { dir: 'ltr' }, found.phone_number)),
  )

const poll = ({ poll: found }) =>
  make(
    'div',
    { class: 'poll', dir: 'auto' },
    make('b', {}, found.question),
    make(
      'ul',
      {},
      (found.options || []).map((option) => make('li', {}, option.text)),
    ),
  )

const invoice = (message) => invoiceCard(message.invoice)

/** In the order in which they are looked for: an animation has a document too. */
const DRAWN = {
  photo,
  voice,
  audio,
  animation: video('animation'),
  video: video('video'),
  video_note: video('video_note'),
  document: file,
  sticker,
  dice,
  location,
  contact,
  poll,
  invoice,
}

export const kindOf = (message) => Object.keys(DRAWN).find((kind) => message[kind]) || null

export const attachment = (message) => DRAWN[kindOf(message)](message)

const NAMES = {
  video_note: 'videoNote',
  sticker: 'stickerWord',
  location: 'locationWord',
  contact: 'contactWord',
}

/** One line about a message: for lists, quotes and screen readers. */
export function summary(message) {
  if (!message) return ''
  const written = message.text || message.caption
  const kind = kindOf(message)
  if (kind === 'sticker') return message.sticker.emoji || word('stickerWord')
  const name = kind ? word(NAMES[kind] || kind) : ''
  if (kind === 'invoice') return `${name}: ${message.invoice.title}`
  if (written) return kind ? word('named', { name, text: written }) : written
  return name || serviceWords(message) || word('unsupported')
}

/** The words of a service message, or '' for what is none. */
export function serviceWords(message) {
  const { successful_payment: paid, refunded_payment: refunded } = message
  if (paid && paid.currency !== 'XTR') return word('paidMoney', { n: money(paid) })
  if (paid) return word('paidStars', { n: number(paid.total_amount) })
  if (refunded) return word('refunded', { n: number(refunded.total_amount) })
  if (message.pinned_message) return word('pinned', { name: message.from?.first_name })
  if (message.new_chat_members)
    return word('joined', { name: message.new_chat_members.map((one) => one.first_name).join(', ') })
  if (message.left_chat_member) return word('wentAway', { name: message.left_chat_member.first_name })
  if (message.forum_topic_created) return word('newTopic', { title: message.forum_topic_created.name })
  return ''
}
