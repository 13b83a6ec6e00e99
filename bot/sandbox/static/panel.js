/* Behind the scenes: the right column and its tabs. */

import { startAccount } from './account.js'
import { startCalls } from './calls.js'
import { byId } from './dom.js'
import { startTrouble } from './trouble.js'

const TABS = ['calls', 'trouble', 'account']
const WIDE = matchMedia('(min-width: 1100px)')
const CLOSED = 'sandbox.panel-closed'

function pick(name) {
  for (const tab of TABS) {
    const chosen = tab === name
    byId(`tab-${tab}`).setAttribute('aria-selected', String(chosen))
    byId(`tab-${tab}`).tabIndex = chosen ? 0 : -1
    byId(tab).hidden = !chosen
  }
}

function walk(event) {
  const forward = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
  const step = event.key === forward ? 1 : event.key === 'ArrowRight' || event.key === 'ArrowLeft' ? -1 : 0
  if (!step) return
  const at = TABS.findIndex((tab) => byId(`tab-${tab}`) === event.target)
  const next = TABS[(at + step + TABS.length) % TABS.length]
  pick(next)
  byId(`tab-${next}`).focus()
}

const isOpen = () => document.body.classList.contains('panel-open')

function open(value) {
  document.body.classList.toggle('panel-open', value)
  byId('panel-toggle').setAttribute('aria-expanded', String(value))
  if (WIDE.matches) sessionStorage.setItem(CLOSED, value ? '' : 'yes')
}

export function closePanel() {
  if (!isOpen()) return
  open(false)
  byId('panel-toggle').focus()
}

export function startPanel() {
  for (const tab of TABS) byId(`tab-${tab}`).addEventListener('click', () => pick(tab))
  byId('tabs').addEventListener('keydown', walk)
  byId('panel-toggle').addEventListener('click', () => {
    open(!isOpen())
    if (isOpen() && !WIDE.matches) byId('panel').querySelector('[aria-selected=true]').focus()
  })
  byId('panel-close').addEventListener('click', closePanel)
  open(WIDE.matches && !sessionStorage.getItem(CLOSED))
  startCalls()
  startTrouble()
  startAccount()
}
