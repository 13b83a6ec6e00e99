/* Text with entities → elements. Offsets are UTF-16 units, which is how JavaScript counts too. */

import { act } from './act.js'
import { make, icon } from './dom.js'
import { follow } from './links.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { world } from './world.js'

const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote'])
const PLAIN = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code' }

export function rich(text, entities = []) {
  const sorted = entities
    .filter((entity) => entity.length > 0)
    .sort((one, other) => one.offset - other.offset || other.length - one.length)
  return nodes(text, 0, text.length, sorted)
}

/** The nodes of text[from:to]. An entity that reaches over its parent's end goes on after it. */
function nodes(text, from, to, entities) {
  const made = []
  let at = from
  while (entities.length) {
    const entity = entities.shift()
    const start = Math.max(entity.offset, at)
    const end = Math.min(entity.offset + entity.length, to)
    if (end <= start) continue
    if (start > at) made.push(text.slice(at, start))
    const inside = takeInside(entities, end)
    made.push(wrap(entity, text.slice(start, end), nodes(text, start, end, inside)))
    // A block ends its line by itself; the line break after it would show as an empty line.
    at = BLOCKS.has(entity.type) && text[end] === '\n' ? end + 1 : end
  }
  if (at < to) made.push(text.slice(at, to))
  return made
}

function takeInside(entities, end) {
  const inside = []
  const beyond = []
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift()
    const over = entity.offset + entity.length - end
    inside.push(entity)
    if (over > 0) beyond.push({ ...entity, offset: end, length: over })
  }
  entities.unshift(...beyond)
  return inside
}

function wrap(entity, text, children) {
  if (PLAIN[entity.type]) return make(PLAIN[entity.type], {}, children)
  const draw = WRAPS[entity.type]
  return draw ? draw(entity, text, children) : make('span', {}, children)
}

const WRAPS = {
  pre: (entity, text, children) => codeBlock(entity.language, text, children),
  blockquote: (entity, text, children) => make('blockquote', { dir: 'auto' }, children),
  expandable_blockquote: (entity, text, children) => expandable(text, children),
  spoiler: (entity, text, children) => spoiler(children),
  url: (entity, text, children) => link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, children),
  email: (entity, text, children) => link(`mailto:${text}`, children),
  text_link: (entity, text, children) => link(entity.url, children),
  mention: (entity, text, children) => link(`https://t.me/${text.slice(1)}`, children),
  text_mention: (entity, text, children) => make('span', { class: 'mention' }, children),
  bot_command: (entity, text, children) => command(text, children),
  hashtag: (entity, text, children) => make('span', { class: 'mention' }, children),
  cashtag: (entity, text, children) => make('span', { class: 'mention' }, children),
  custom_emoji: (entity, text, children) => make('span', { class: 'custom-emoji' }, children),
}

function link(address, children) {
  const safe = /^(https?|tg|mailto):/i.test(address)
  if (!safe) return make('span', {}, children)
  const open = (event) => {
    event.preventDefault()
    follow(address)
  }
  return make(
    'a',
    { href: address, target: '_blank', rel: 'noopener noreferrer', title: address, onclick: open },
    children,
  )
}

function command(text, children) {
  const own = `@${world.bot.username}`
  const said = text.endsWith(own) && world.chat > 0 ? text.slice(0, -own.length) : text
  const say = (event) => {
    event.preventDefault()
    act('say', { text: said })
  }
  // Not a button: that would be a box of its own, and no part of the line's direction.
  return make('a', { href: '#', role: 'button', class: 'command', onclick: say }, children)
}

function codeBlock(name, text, children) {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(word('copied'))
  }
  return make(
    'div',
    { class: 'code-block', dir: 'ltr' },
    make(
      'div',
      { class: 'code-head' },
      make('span', {}, name || ''),
      make(
        'button',
        { 'type': 'button', 'aria-label': word('copyCode'), 'title': word('copyCode'), 'onclick': copy },
        icon('copy'),
      ),
    ),
    make('pre', { tabindex: 0 }, make('code', {}, children)),
  )
}

function expandable(text, children) {
  const quote = make(
    'blockquote',
    { class: 'expandable', dir: 'auto' },
    make('div', { class: 'quoted' }, children),
  )
  if (text.split('\n').length <= 3 && text.length <= 180) return quote
  const toggle = make('button', { 'type': 'button', 'class': 'expand', 'aria-expanded': 'false' }, word('more'))
  toggle.addEventListener('click', () => {
    const open = quote.classList.toggle('open')
    toggle.setAttribute('aria-expanded', String(open))
    toggle.textContent = word(open ? 'less' : 'more')
  })
  quote.classList.add('long')
  quote.append(toggle)
  return quote
}

function spoiler(children) {
  const hidden = make(
    'span',
    { 'class': 'spoiler', 'role': 'button', 'tabindex': 0, 'aria-label': word('spoiler') },
    make('span', { 'class': 'spoiler-text', 'aria-hidden': 'true' }, children),
  )
  const show = (event) => {
    if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    hidden.classList.add('shown')
    hidden.firstChild.removeAttribute('aria-hidden')
    for (const name of ['role', 'tabindex', 'aria-label']) hidden.removeAttribute(name)
  }
  hidden.addEventListener('click', show, { once: true })
  hidden.addEventListener('keydown', show)
  return hidden
}
