/* Small menus that open at a place: what can be done with a message, what can be attached. */

import { act } from './act.js'
import { startEdit, startReply } from './composer.js'
import { icon, make } from './dom.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { world } from './world.js'

/** `items`: [symbol, words, what it does, dangerous]. Arrow keys move, Escape closes. */
export function showMenu(anchor, items, label) {
  document.querySelector('.menu')?.remove()
  const before = document.activeElement
  const close = (focus = true) => {
    menu.remove()
    document.removeEventListener('pointerdown', outside, true)
    if (focus) before?.focus?.()
  }
  const outside = (event) => {
    if (!menu.contains(event.target)) close(false)
  }
  const menu = make(
    'div',
    {
      'class': 'menu',
      'role': 'menu',
      'aria-label': label,
      'data-testid': 'menu',
      'onkeydown': (event) => move(event, menu, close),
    },
    items.map(([symbol, words, run, dangerous]) =>
      make(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          class: dangerous ? 'danger' : '',
          onclick: () => {
            close()
            run()
          },
        },
        icon(symbol),
        words,
      ),
    ),
  )
  document.body.append(menu)
  place(menu, anchor)
  document.addEventListener('pointerdown', outside, true)
  menu.firstChild.focus()
}

function place(menu, { x, y }) {
  const box = menu.getBoundingClientRect()
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - box.width - 8))}px`
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - box.height - 8))}px`
}

function move(event, menu, close) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault()
    close()
  } else if (step) {
    event.preventDefault()
    const items = [...menu.children]
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus()
  }
}

/** The menu of a message, at the pointer or (from the keyboard) at the message. */
export function openMenu(event, message) {
  if (event.target.closest?.('a, input, audio, video') || String(getSelection())) return
  event.preventDefault()
  const box = event.currentTarget.getBoundingClientRect()
  const at = event.clientX ? { x: event.clientX, y: event.clientY } : { x: box.x + 24, y: box.y + 24 }
  showMenu(at, itemsFor(message), word('actions'))
}

function itemsFor(message) {
  const text = message.text ?? message.caption
  const own = message.from?.id === world.person
  const remove = () => act('delete', { message: message.message_id })
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(word('copied'))
  }
  return [
    ['reply', word('reply'), () => startReply(message)],
    text && ['copy', word('copy'), copy],
    own && text && ['edit', word('edit'), () => startEdit(message)],
    ['delete', word('delete'), remove, true],
  ].filter(Boolean)
}
