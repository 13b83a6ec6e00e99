/* The messages of the conversation, as they are seen. */

import { thumbnail } from './attach.js'
import { copyButton, iconButton } from './buttons.js'
import { byId, make } from './dom.js'
import { show } from './markdown.js'
import { figures, word } from './words.js'

const NEAR = 80
/* Pixels from the end: who is so near wants to see what comes. */

let atEnd = true
const toEnd = () => { byId('log').scrollTop = byId('log').scrollHeight }

/** Who reads the end goes on to do so when the composer grows or a keyboard comes up. */
export function watchLog() {
  const log = byId('log')
  log.addEventListener('scroll', () => { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR })
  new ResizeObserver(() => { if (atEnd) toEnd() }).observe(log)
}

function add(element) {
  byId('empty').hidden = true
  byId('log').append(element)
  toEnd()
  return element
}

export function clear() {
  for (const message of byId('log').querySelectorAll('.message')) message.remove()
  byId('empty').hidden = false
}

export function addOwn(text, things) {
  return add(make('article', { 'class': 'message own', 'data-testid': 'own', 'aria-label': word('you') },
    things.length ? make('div', { class: 'things' }, things.map(thumbnail)) : null,
    text ? make('div', { class: 'bubble', dir: 'auto' }, text) : null))
}

/** An answer that grows. */
export class Answer {
  constructor() {
    this.text = ''
    this.body = make('div', { class: 'body' })
    this.note = make('p', { class: 'note', dir: 'auto' })
    this.tools = make('div', { class: 'message-tools' })
    this.element = add(make('article', { 'class': 'message answer waiting', 'data-testid': 'answer', 'aria-label': word('answer') }, this.body, this.note, this.tools))
  }

  /** At most once a frame, however fast the pieces come. */
  grow(piece) {
    this.text += piece
    this.element.classList.remove('waiting')
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw() })
  }

  draw() {
    const follow = atEnd
    show(this.body, this.text)
    if (follow) toEnd()
  }

  pictures(addresses) {
    for (const address of addresses) {
      const ours = address.startsWith('data:image/') || new URL(address, location.href).origin === location.origin
      const image = make('img', { class: 'picture', src: ours && address, alt: word('picture') })
      image.addEventListener('load', toEnd)
      if (ours) this.body.append(image)
      else if (/^https?:/.test(address)) this.body.append(make('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, word('openPicture')))
    }
  }

  say(note, kind = '') {
    this.note.textContent = note
    this.note.className = `note ${kind}`
  }

  cost(tokens) {
    if (tokens) this.say(word('cost', { n: figures(tokens) }))
  }

  /** `listen` is asked for a sound of the text; `again` tries once more. */
  end({ listen, again } = {}) {
    this.element.classList.remove('waiting')
    if (this.text) this.draw()
    if (this.text) this.tools.append(copyButton(word('copy'), word('copied'), () => this.text))
    if (this.text && listen) this.tools.append(this.listening(listen))
    if (again) this.tools.append(iconButton('again', word('again'), again, { 'data-testid': 'again' }))
    if (atEnd) toEnd()
  }

  listening(listen) {
    const button = iconButton('listen', word('listen'), async () => {
      button.disabled = true
      try {
        const sound = make('audio', { controls: true, src: URL.createObjectURL(await listen(this.body.innerText)), 'data-testid': 'sound' })
        this.tools.after(sound)
        button.remove()
        await sound.play().catch(() => {})
      } catch (error) {
        button.disabled = false
        this.say(error.told ?? error.message, 'wrong')
      }
    }, { 'data-testid': 'listen' })
    return button
  }
}
