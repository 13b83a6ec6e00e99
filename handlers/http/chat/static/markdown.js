/* Markdown as models write it, made into elements of a short list: nothing in it can be anything but text, a
   link to http(s), or one of those elements. Blocks that have not changed stay as they are while an answer grows. */

import { copyButton } from './buttons.js'
import { make } from './dom.js'
import { word } from './words.js'

const FENCE = /^ {0,3}(```+|~~~+)\s*([\w+#.-]{0,30})[^`]*$/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/
const QUOTE = /^ {0,3}> ?(.*)$/
const DIVIDER = /^ {0,3}\|?( *:?-+:? *\|)+( *:?-+:? *)?$/
const INLINE = /(`{1,8})([^`]+)\1(?!`)|\*\*([^*]+(?:\*[^*]+)*)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\s][^*]*)\*|(?<![\p{L}\p{N}])_([^_\s][^_]*)_(?![\p{L}\p{N}])|!?\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})\)|(https?:\/\/[^\s<>"'`)\]]{1,2000})/u
const DEEPEST = 6

/** Show `text` in `element`; called again with a longer text it changes only what is new. */
export function show(element, text) {
  const fresh = blocks(text.split('\n'))
  const known = element.shown ?? []
  let same = 0
  while (same < known.length && same < fresh.length && known[same].key === fresh[same].key) same += 1
  for (const old of known.slice(same)) old.element.remove()
  for (const block of fresh.slice(same)) {
    block.element = block.make()
    element.append(block.element)
  }
  element.shown = [...known.slice(0, same), ...fresh.slice(same)]
}

/** The blocks of some lines: what each is known by, and how it is made. */
function blocks(lines, depth = 0) {
  const found = []
  let at = 0
  const add = (from, made) => found.push({ key: lines.slice(from, at).join('\n'), make: made })
  while (at < lines.length) {
    const from = at
    const line = lines[at]
    const fence = FENCE.exec(line)
    if (!line.trim()) at += 1
    else if (fence) {
      at += 1
      while (at < lines.length && !closes(lines[at], fence[1])) at += 1
      const code = lines.slice(from + 1, at).join('\n')
      at += 1
      add(from, () => codeBlock(code, fence[2]))
    } else if (HEADING.test(line)) {
      at += 1
      const [, marks, title] = HEADING.exec(line)
      add(from, () => make(`h${Math.min(6, marks.length + 2)}`, { dir: 'auto' }, inline(title)))
    } else if (RULE.test(line)) {
      at += 1
      add(from, () => make('hr'))
    } else if (QUOTE.test(line) && depth < DEEPEST) {
      while (at < lines.length && QUOTE.test(lines[at])) at += 1
      const inside = lines.slice(from, at).map((one) => QUOTE.exec(one)[1])
      add(from, () => make('blockquote', { dir: directionOf(inside) }, blocks(inside, depth + 1).map((block) => block.make())))
    } else if (ITEM.test(line) && depth < DEEPEST) {
      while (at < lines.length && (ITEM.test(lines[at]) || (lines[at].trim() && /^\s/.test(lines[at])) || goesOn(lines, at))) at += 1
      const inside = lines.slice(from, at)
      add(from, () => list(inside, depth))
    } else if (line.includes('|') && DIVIDER.test(lines[at + 1] ?? '')) {
      at += 2
      while (at < lines.length && lines[at].includes('|')) at += 1
      const rows = lines.slice(from, at)
      add(from, () => table(rows))
    } else {
      at += 1
      while (at < lines.length && lines[at].trim() && !begins(lines[at])) at += 1
      const words = lines.slice(from, at).join('\n')
      add(from, () => make('p', { dir: 'auto' }, inline(words)))
    }
  }
  return found
}

/** Of what holds other blocks: `auto` would not look into those. */
function directionOf(lines) {
  const letter = /\p{L}/u.exec(lines.join('\n'))?.[0]
  if (!letter) return null
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(letter) ? 'rtl' : 'ltr'
}

const begins = (line) => FENCE.test(line) || HEADING.test(line) || RULE.test(line) || ITEM.test(line) || QUOTE.test(line)

const closes = (line, fence) => line.trim().startsWith(fence) && !line.trim().replaceAll(fence[0], '')

/** An empty line within a list, with another item or more of one after it. */
const goesOn = (lines, at) => !lines[at].trim() && at + 1 < lines.length && (ITEM.test(lines[at + 1]) || /^\s{2,}\S/.test(lines[at + 1]))

function codeBlock(code, language) {
  const text = make('code', {}, code)
  return make('figure', { 'class': 'code', 'data-testid': 'code-block', 'dir': 'ltr' },
    make('figcaption', {}, make('span', {}, language), copyButton(word('copy'), word('copied'), () => text.textContent)),
    make('pre', {}, text))
}

function list(lines, depth) {
  const margin = ITEM.exec(lines[0])[1].length
  const items = []
  for (const line of lines) {
    const item = ITEM.exec(line)
    if (item && item[1].length <= margin + 1) items.push([item[3]])
    else items.at(-1).push(line.slice(Math.min(margin + 2, /^\s*/.exec(line)[0].length)))
  }
  const first = ITEM.exec(lines[0])[2]
  const ordered = /\d/.test(first)
  return make(ordered ? 'ol' : 'ul', { dir: directionOf(lines), start: ordered && Number.parseInt(first, 10) !== 1 ? Number.parseInt(first, 10) : null },
    items.map((inside) => make('li', { dir: 'auto' }, itemOf(inside, depth))))
}

function itemOf(inside, depth) {
  const [first, ...more] = blocks(inside, depth + 1).map((block) => block.make())
  return [...(first?.tagName === 'P' ? first.childNodes : [first]), ...more]
}

function table(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim())
  const [head, , ...body] = rows
  const line = (row, tag) => make('tr', {}, cells(row).map((cell) => make(tag, { dir: 'auto' }, inline(cell))))
  return make('div', { class: 'table', dir: directionOf(rows) }, make('table', {}, make('thead', {}, line(head, 'th')), make('tbody', {}, body.map((row) => line(row, 'td')))))
}

/** Text with its marks, as nodes. */
function inline(text, depth = 0) {
  const nodes = []
  let rest = text
  while (rest) {
    const found = depth < DEEPEST ? INLINE.exec(rest) : null
    if (!found) {
      nodes.push(...plain(rest))
      break
    }
    nodes.push(...plain(rest.slice(0, found.index)), marked(found, depth))
    rest = rest.slice(found.index + found[0].length)
  }
  return nodes
}

const plain = (text) => text.split('\n').flatMap((line, index) => (index ? [make('br'), line] : [line])).filter((node) => node !== '')

function marked(found, depth) {
  const [whole, , code, strong, strongToo, struck, soft, softToo, label, address, bare] = found
  if (code !== undefined) return make('code', { dir: 'ltr' }, code)
  if (strong ?? strongToo) return make('strong', {}, inline(strong ?? strongToo, depth + 1))
  if (struck) return make('s', {}, inline(struck, depth + 1))
  if (soft ?? softToo) return make('em', {}, inline(soft ?? softToo, depth + 1))
  if (address !== undefined) return isWeb(address) ? link(address, inline(label || address, depth + 1)) : document.createTextNode(whole)
  return isWeb(bare) ? link(bare, [bare]) : document.createTextNode(whole)
}

const isWeb = (address) => /^https?:\/\/[^\s]+$/i.test(address) && URL.canParse(address)

const link = (address, children) => make('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, children)
