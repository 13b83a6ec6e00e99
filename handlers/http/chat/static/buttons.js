/* Buttons that show only a symbol; their labels are for screen readers and the tooltip. */

import { icon, make } from './dom.js'

export function iconButton(name, label, onclick, attributes = {}) {
  return make('button', { 'type': 'button', 'class': 'icon-button small', 'aria-label': label, 'title': label, onclick, ...attributes }, icon(name))
}

/** A button that copies; it says for a moment that it has. */
export function copyButton(label, done, text) {
  const button = iconButton('copy', label, async () => {
    await navigator.clipboard.writeText(text())
    button.replaceChildren(icon('check'))
    button.title = done
    setTimeout(() => { button.replaceChildren(icon('copy')); button.title = label }, 1500)
  }, { 'data-testid': 'copy' })
  return button
}
