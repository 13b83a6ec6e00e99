/* The person behind the account: Stars, blocking, voice notes, and what becomes of payments. */

import { act } from './act.js'
import { byId, make } from './dom.js'
import { getMoreStars, paymentButtons, paymentsOf, price, star } from './payment.js'
import { clockTime, day, number } from './times.js'
import { word } from './words.js'
import { me, on, world } from './world.js'

function draw() {
  const person = me()
  if (!person) return
  byId('account').replaceChildren(
    make(
      'section',
      { class: 'card' },
      make('p', { class: 'big-balance' }, star(), make('b', {}, number(person.stars))),
      make(
        'button',
        {
          'type': 'button',
          'class': 'primary wide',
          'data-testid': 'get-stars',
          'onclick': () => getMoreStars(),
        },
        word('moreStars'),
      ),
    ),
    toggle('block', word('block'), person.blocked, () => act(person.blocked ? 'unblock' : 'block')),
    toggle(
      'forbid-voice',
      word('forbidVoice'),
      person.forbids_voice,
      () => act('forbid_voice', { forbidden: !person.forbids_voice }),
      word('forbidVoiceHint'),
    ),
    make('h3', {}, word('payments')),
    make('ul', { class: 'payments' }, payments()),
  )
}

function toggle(name, words, value, change, hint = '') {
  const box = make('input', { 'type': 'checkbox', 'role': 'switch', 'checked': value, 'data-testid': name })
  box.addEventListener('change', change)
  return make(
    'label',
    { class: 'switch' },
    make('span', {}, words, hint ? make('small', { class: 'hint' }, hint) : null),
    box,
  )
}

function payments() {
  const paid = paymentsOf(world.person)
  if (!paid.length) return [make('li', { class: 'faint' }, word('noPayments'))]
  return paid.map(paymentItem)
}

function paymentItem(message) {
  const payment = message.successful_payment
  return make(
    'li',
    { 'data-testid': 'payment' },
    make(
      'p',
      {},
      make('b', {}, ...price(payment)),
      ' · ',
      day(message.date),
      ' ',
      clockTime(message.date),
      payment.is_recurring ? ` · ${word('everyMonth')}` : '',
    ),
    make('code', { dir: 'ltr', title: payment.telegram_payment_charge_id }, payment.invoice_payload),
    make('div', { class: 'row-of-buttons' }, paymentButtons(payment)),
  )
}

export function startAccount() {
  on('shown', draw)
  on('about', () => {
    const focused = document.activeElement?.dataset.testid
    draw()
    if (focused) byId('account').querySelector(`[data-testid=${focused}]`)?.focus()
  })
  on('message', (message) => {
    if (message.successful_payment) draw()
  })
}
