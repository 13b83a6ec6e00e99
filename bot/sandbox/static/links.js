/* Where an address leads: into this sandbox if it is Telegram's for this bot, else to a new tab. */

import { act } from './act.js'
import { payLink } from './payment.js'
import { world } from './world.js'

const TELEGRAM = new Set(['t.me', 'telegram.me', 'telegram.dog'])

export function follow(address) {
  let url
  try {
    url = new URL(address)
  } catch {
    return
  }
  const invoice = invoiceOf(url)
  if (invoice) payLink(address)
  else if (isOwn(url)) openBot(startOf(url))
  else if (url.protocol === 'tg:') return
  else window.open(address, '_blank', 'noopener,noreferrer')
}

function invoiceOf(url) {
  if (url.protocol === 'tg:') return url.host === 'invoice' || url.pathname.includes('invoice')
  return (
    (TELEGRAM.has(url.host) && /^\/(\$|invoice\/)/.test(url.pathname)) || url.pathname.startsWith('/invoice/')
  )
}

function isOwn(url) {
  const name =
    url.protocol === 'tg:' ? url.searchParams.get('domain') : TELEGRAM.has(url.host) && url.pathname.slice(1)
  return Boolean(name) && name.toLowerCase() === world.bot.username.toLowerCase()
}

const startOf = (url) => url.searchParams.get('start') || ''

/** As Telegram does for t.me/<bot>?start=<parameter>: the private chat, and /start with it. */
export function openBot(parameter) {
  location.hash = `person=${world.person}`
  return act('say', { chat: world.person, text: parameter ? `/start ${parameter}` : '/start' })
}
