/* The buttons under a message, and the keyboard that a bot puts in place of the person's own. */

import { act } from './act.js'
import { alertBox } from './dialog.js'
import { byId, icon, make } from './dom.js'
import { follow } from './links.js'
import { payInvoice, star } from './payment.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { here, on, world } from './world.js'

export function inlineKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard
  if (!rows) return null
  return make(
    'div',
    { class: 'inline-keyboard', role: 'group' },
    rows.map((row) =>
      make(
        'div',
        { class: 'buttons' },
        row.map((button) => inlineButton(message, button)),
      ),
    ),
  )
}

function inlineButton(message, button) {
  const drawn = make(
    'button',
    {
      'type': 'button',
      'class': `inline ${button.style || ''}`,
      'data-testid': 'button',
      'dir': 'auto',
    },
    make('span', {}, ...label(button)),
    corner(button),
  )
  drawn.addEventListener('click', () => press(message, button, drawn))
  return drawn
}

/** In the words of a pay button, XTR and ⭐️ become the sign of Stars. */
function label(button) {
  if (!button.pay) return [button.text]
  return button.text.split(/(?:⭐️?|XTR)/u).flatMap((part, index) => (index ? [star(), part] : [part]))
}

function corner(button) {
  if (button.url || button.web_app) return icon('link')
  return button.copy_text ? icon('copy') : null
}

async function press(message, button, drawn) {
  if (button.pay) return payInvoice(message)
  if (button.url) return follow(button.url)
  if (button.copy_text) {
    await navigator.clipboard.writeText(button.copy_text.text)
    return toast(word('copied'))
  }
  if (button.callback_data === undefined) return toast(word('unsupportedButton'))
  drawn.classList.add('waiting')
  drawn.setAttribute('aria-busy', 'true')
  const tapped = await act('tap', { message: message.message_id, button: button.callback_data })
  drawn.classList.remove('waiting')
  drawn.removeAttribute('aria-busy')
  return showAnswer(tapped?.answer)
}

function showAnswer(answer) {
  if (!answer) return
  if (answer.url) follow(answer.url)
  else if (answer.show_alert) alertBox(world.bot.first_name, answer.text || '')
  else toast(answer.text)
}

/* The reply keyboard */

let folded = false

function showReplyKeyboard() {
  const keyboard = here()?.keyboard
  const frame = byId('reply-keyboard')
  const toggle = byId('keyboard-toggle')
  toggle.hidden = !keyboard?.keyboard
  frame.hidden = !keyboard?.keyboard || folded
  toggle.setAttribute('aria-pressed', String(!folded))
  byId('composer').placeholder = keyboard?.input_field_placeholder || word('message')
  if (frame.hidden) return
  frame.replaceChildren(
    ...keyboard.keyboard.map((row) =>
      make(
        'div',
        { class: 'buttons' },
        row.map((button) => replyButton(keyboard, button)),
      ),
    ),
  )
}

function replyButton(keyboard, button) {
  const text = typeof button === 'string' ? button : button.text
  const tap = () => {
    act(button.request_contact ? 'contact' : button.request_location ? 'location' : 'say', { text })
    if (keyboard.one_time_keyboard) fold(true)
    byId('composer').focus()
  }
  return make(
    'button',
    {
      'type': 'button',
      'class': `key ${button.style || ''}`,
      'dir': 'auto',
      'data-testid': 'reply-button',
      'onclick': tap,
    },
    text,
  )
}

function fold(value) {
  folded = value
  showReplyKeyboard()
}

export function startReplyKeyboard() {
  byId('keyboard-toggle').addEventListener('click', () => fold(!folded))
  on('keyboard', (chat) => {
    if (chat.id === world.chat) fold(false)
  })
  on('shown', showReplyKeyboard)
}
