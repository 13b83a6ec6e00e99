/* What may happen to a bot's money, at one press: renewals, chargebacks, lost updates, a day of being down. */

import { act } from './act.js'
import { byId, make } from './dom.js'
import { inStars, paymentsOf, playChargeBack, playRenewal } from './payment.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { on, tell, world } from './world.js'

const HOURS = 25

/** The section of the panel. */
export const plays = () =>
  make(
    'section',
    { 'data-testid': 'plays' },
    make('h3', {}, word('plays')),
    make('p', { class: 'hint' }, word('playsHint')),
    make('div', { class: 'row-of-buttons', id: 'plays' }),
  )

function draw() {
  const row = byId('plays')
  if (!row) return
  const paid = paymentsOf(world.person).map((message) => message.successful_payment)
  const subscription = paid.find((payment) => payment.is_recurring)
  const last = paid.find(inStars)
  row.replaceChildren(
    button('renew', Boolean(subscription), () => playRenewal(subscription.telegram_payment_charge_id)),
    button('chargeBack', Boolean(last), () => playChargeBack(last.telegram_payment_charge_id)),
    button('lose', true, lose),
    world.down ? button('comeBack', true, comeBack) : button('goDown', true, goDown),
  )
}

const button = (name, enabled, onclick) =>
  make(
    'button',
    { 'type': 'button', 'class': 'small', 'data-testid': `play-${name}`, 'disabled': !enabled, onclick },
    word(`play_${name}`),
  )

async function lose() {
  const planned = await act('fault', { kind: 'dropped', method: 'successful_payment', times: 1 })
  if (!planned) return
  world.faults = planned.faults
  tell('faults')
  toast(word('willBeLost'))
}

async function goDown() {
  if (await act('go_down')) toast(word('isDown'))
}

async function comeBack() {
  if (await act('come_back', { hours: HOURS })) toast(word('isBack'))
}

export function startPlays() {
  for (const news of ['about', 'shown', 'state']) on(news, draw)
  on('message', (message) => {
    if (message.successful_payment || message.refunded_payment) draw()
  })
}
