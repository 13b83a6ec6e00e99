/* Dialogs: the browser's own, which keep the focus inside and close with Escape. */

import { make } from './dom.js'
import { word } from './words.js'

/** Shows children in a dialog. The promise holds what `close(value)` was given; null after Escape. */
export function ask(attributes, draw) {
  const dialog = make('dialog', { class: 'dialog', ...attributes })
  const before = document.activeElement
  return new Promise((resolve) => {
    let result = null
    const close = (value) => {
      result = value
      dialog.close()
    }
    dialog.append(...draw(close))
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) close(null)
    })
    dialog.addEventListener('close', () => {
      dialog.remove()
      before?.focus?.()
      resolve(result)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}

/** What answerCallbackQuery shows with show_alert. */
export const alertBox = (title, text) =>
  ask({ 'data-testid': 'alert', 'aria-label': title, 'role': 'alertdialog' }, (close) => [
    make('h3', {}, title),
    make('p', { dir: 'auto' }, text),
    make(
      'div',
      { class: 'dialog-buttons' },
      make(
        'button',
        { type: 'button', class: 'flat', onclick: () => close(true), autofocus: true },
        word('ok'),
      ),
    ),
  ])
