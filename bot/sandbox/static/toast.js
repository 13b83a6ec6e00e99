/* Short words at the bottom that go by themselves. */

import { byId, make } from './dom.js'

const SECONDS = 3.5

export function toast(text) {
  if (!text) return
  const shown = make('div', { 'class': 'toast', 'data-testid': 'toast', 'dir': 'auto' }, text)
  byId('toasts').replaceChildren(shown)
  setTimeout(() => shown.remove(), SECONDS * 1000 + 30 * text.length)
}
