/* Paying with play Stars: the invoice in a bubble, the dialog, what payments look like afterwards. */

import { act } from './act.js'
import { ask } from './dialog.js'
import { make } from './dom.js'
import { money, number } from './times.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { chatsOf, me, world } from './world.js'

/* As Telegram's apps put these refusals. Others are the bot's own words, shown as they are. */
const REFUSALS = { BOT_PRECHECKOUT_TIMEOUT: 'precheckoutTimeout' }

export function invoiceCard(invoice) {
  return make(
    'div',
    { 'class': 'invoice', 'data-testid': 'invoice' },
    make('b', { class: 'invoice-title', dir: 'auto' }, invoice.title),
    make('p', { dir: 'auto' }, invoice.description),
    make('span', { class: 'price' }, ...price(invoice)),
  )
}

export const inStars = (invoice) => invoice.currency === 'XTR'

/** A star and a number, or an amount in the currency's hundredths. */
export const price = (invoice) => (inStars(invoice) ? [star(), number(invoice.total_amount)] : [money(invoice)])

export const star = () => make('span', { 'class': 'star', 'aria-hidden': 'true' })

export const payInvoice = (message) =>
  checkout(message.invoice, () => act('pay', { message: message.message_id }))

/** A link of createInvoiceLink: what it sells is asked for first. */
export async function payLink(link) {
  const invoice = await act('look_at_link', { link })
  if (invoice) await checkout(invoice, () => act('pay_link', { link }))
}

async function checkout(invoice, pay) {
  await ask({ 'class': 'dialog pay', 'data-testid': 'pay-dialog', 'aria-labelledby': 'pay-title' }, (close) =>
    payDialog(invoice, pay, close),
  )
}

function payDialog(invoice, pay, close) {
  const lacking = invoice.total_amount
  const label = () =>
    inStars(invoice)
      ? priced(word('payConfirm', { n: '\u0000' }), invoice.total_amount)
      : [word('payMoney', { n: money(invoice) })]
  const problem = make('p', { 'class': 'problem', 'role': 'alert', 'dir': 'auto', 'data-testid': 'pay-error' })
  const balance = make('span', { 'data-testid': 'pay-balance' }, star(), number(me().stars))
  const confirm = make(
    'button',
    { 'type': 'button', 'class': 'wide primary', 'data-testid': 'pay-confirm' },
    ...label(),
  )
  confirm.addEventListener('click', async () => {
    confirm.disabled = true
    confirm.textContent = word('paying')
    const result = await pay()
    if (result?.ok) {
      close(result)
      celebrate()
      return
    }
    confirm.disabled = false
    confirm.replaceChildren(...label())
    problem.textContent = result ? refusal(result.error, lacking) : ''
    if (result?.error === 'BALANCE_TOO_LOW') offerStars(problem, balance, lacking)
  })
  return [
    inStars(invoice) ? make('p', { class: 'balance' }, make('small', {}, word('balance')), balance) : null,
    inStars(invoice) ? make('span', { 'class': 'big-star', 'aria-hidden': 'true' }) : null,
    make('h3', { id: 'pay-title' }, word('payTitle')),
    make('p', {}, asked(invoice)),
    invoice.subscription_period ? make('p', { class: 'hint' }, word('everyMonth')) : null,
    problem,
    confirm,
    make(
      'button',
      { 'type': 'button', 'class': 'wide flat', 'data-testid': 'pay-cancel', 'onclick': () => close(null) },
      word('cancel'),
    ),
    make('p', { class: 'hint' }, word('payTest')),
  ].filter(Boolean)
}

function asked(invoice) {
  const [what, amount] = inStars(invoice) ? ['payAsk', number(invoice.total_amount)] : ['payAskMoney', money(invoice)]
  return word(what, { title: invoice.title, bot: world.bot.first_name, n: amount })
}

/** The words with ★ and the price where the \0 stands. */
function priced(words, price) {
  const [before, after] = words.split('\u0000')
  return [before, star(), number(price), after || '']
}

function refusal(error, price) {
  if (error === 'BALANCE_TOO_LOW') return word('lacking', { n: number(price - me().stars) })
  return word(REFUSALS[error] || error)
}

/** Enough of them, for this is a sandbox. */
function offerStars(problem, balance, price) {
  const getThem = async () => {
    const got = await getMoreStars(price - me().stars)
    if (!got) return
    balance.replaceChildren(star(), number(got.stars))
    problem.replaceChildren()
  }
  problem.append(
    ' ',
    make(
      'button',
      { 'type': 'button', 'class': 'link', 'data-testid': 'more-stars', 'onclick': getThem },
      word('moreStars'),
    ),
  )
}

export const getMoreStars = (least = 0) => act('stars', { amount: Math.max(1000, least) })

function celebrate() {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const sky = make('div', { 'class': 'celebration', 'aria-hidden': 'true' })
  for (let index = 0; index < 24; index += 1) {
    const flake = star()
    flake.style.insetInlineStart = `${(index * 41) % 100}%`
    flake.style.animationDelay = `${(index * 67) % 600}ms`
    sky.append(flake)
  }
  document.body.append(sky)
  setTimeout(() => sky.remove(), 2600)
}

/** What a person has paid, the newest first. */
export const paymentsOf = (person) =>
  chatsOf(person)
    .flatMap((chat) => chat.messages)
    .filter((message) => message.successful_payment && message.from?.id === person)
    .reverse()

export async function playRenewal(charge) {
  const result = await act('renew', { charge })
  if (result) toast(word('renewed', { result: result.charge || '—' }))
}

export async function playChargeBack(charge) {
  if (await act('charge_back', { charge })) toast(word('chargedBack'))
}

/** Buttons that only a sandbox has: play what happens to a payment later. */
export function paymentButtons(payment) {
  const charge = payment.telegram_payment_charge_id
  const renew = () => playRenewal(charge)
  const chargeBack = () => playChargeBack(charge)
  const button = (name, onclick) =>
    make('button', { 'type': 'button', 'class': 'small', 'data-testid': name, onclick }, word(name))
  if (payment.currency !== 'XTR') return []
  return [payment.is_recurring ? button('renew', renew) : null, button('chargeBack', chargeBack)]
}
