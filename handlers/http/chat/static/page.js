/* The page, put together: in with a code, then questions and answers. */

import * as api from './api.js'
import { attach, clear as clearAttached, contentOf, taken } from './attach.js'
import { byId, make } from './dom.js'
import { addOwn, Answer, clear as clearMessages, watchLog } from './messages.js'
import { figures, translate, word } from './words.js'

const REMEMBERED = 40
/* Messages of the conversation that go with a question. */

let conversation = []
let drawing = false
let underWay = null

translate(document.documentElement)
document.title = word('title')
watchLog()

function told(error) {
  if (error.name === 'TypeError') return word('offline')
  if (error.status === 401) return word('badCode')
  if (error.kind === 'insufficient_quota') return word('noTokens')
  if (error.status === 429 || error.status === 503) return word('busy')
  return error instanceof SyntaxError ? word('unread') : error.message
}

// In and out

async function comeIn() {
  byId('door').hidden = true
  byId('chat').hidden = false
  byId('text').focus()
  const list = await api.models().catch(() => [])
  byId('model').replaceChildren(make('option', { value: '' }, word('usual')), ...list.map(({ id }) => make('option', { value: id }, id)))
}

function goOut(why = '') {
  api.forgetCode()
  underWay?.abort()
  begin()
  byId('chat').hidden = true
  byId('door').hidden = false
  byId('code').value = ''
  byId('door-wrong').textContent = why
  byId('door-wrong').hidden = !why
  byId('code').focus()
}

byId('door-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const secret = byId('code').value.trim()
  byId('enter').disabled = true
  try {
    showBalance(await api.account(secret))
    api.keepCode(secret, byId('keep').checked)
    byId('code').value = ''
    byId('door-wrong').hidden = true
    await comeIn()
  } catch (error) {
    byId('door-wrong').textContent = told(error)
    byId('door-wrong').hidden = false
  } finally {
    byId('enter').disabled = false
  }
})

const showBalance = ({ available }) => { byId('balance').textContent = word('balance', { n: figures(available) }) }

/** What was held for an answer is free again a moment after its end. */
async function refreshBalance(tries = 6) {
  try {
    const account = await api.account()
    showBalance(account)
    if (account.held && tries && !underWay) setTimeout(refreshBalance, 400, tries - 1)
  } catch (error) {
    if (error.status === 401) goOut(word('badCode'))
  }
}

// Asking

function begin() {
  conversation = []
  clearMessages()
  clearAttached()
}

async function send() {
  const text = byId('text').value.trim()
  const things = drawing ? [] : [...taken()]
  if (underWay || (!text && !things.length)) return
  byId('text').value = ''
  fit()
  if (!drawing) clearAttached()
  addOwn(text, things)
  if (drawing) return answered((answer, signal) => drawn(answer, signal, text))
  conversation.push({ role: 'user', content: contentOf(text, things) })
  return answered(talked)
}

/** One answer at a time; whatever happens, the composer is free again afterwards. */
async function answered(act) {
  const answer = new Answer()
  underWay = new AbortController()
  busy(true)
  let again = null
  try {
    await act(answer, underWay.signal)
  } catch (error) {
    const stopped = error.name === 'AbortError'
    answer.say(stopped ? word('stopped') : told(error), stopped ? '' : 'wrong')
    if (!stopped) again = () => { answer.element.remove(); if (!underWay) answered(act) }
  } finally {
    underWay = null
    busy(false)
    answer.end({ listen, again })
  }
  await refreshBalance()
}

async function talked(answer, signal) {
  try {
    await api.talk(conversation.slice(-REMEMBERED), byId('model').value, signal, (piece) => answer.grow(piece))
  } finally {
    if (answer.text) conversation.push({ role: 'assistant', content: answer.text })
  }
}

async function drawn(answer, signal, prompt) {
  const { pictures, cost } = await api.draw(prompt, signal)
  answer.pictures(pictures)
  answer.cost(cost)
}

async function listen(text) {
  try {
    const { sound } = await api.speak(text)
    refreshBalance()
    return sound
  } catch (error) {
    error.told = told(error)
    throw error
  }
}

// The composer

function busy(is) {
  byId('send').hidden = is
  byId('stop').hidden = !is
  if (!is) byId('text').focus()
}

/** As high as what is written, up to a third of the window. */
function fit() {
  const field = byId('text')
  field.style.height = 'auto'
  field.style.height = `${Math.min(field.scrollHeight, innerHeight / 3)}px`
}

function notice(text) {
  const answer = new Answer()
  answer.say(text, 'wrong')
  answer.end()
}

byId('composer').addEventListener('submit', (event) => { event.preventDefault(); send() })
byId('text').addEventListener('input', fit)
byId('text').addEventListener('keydown', (event) => {
  const phone = matchMedia('(pointer: coarse)').matches
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || phone) return
  event.preventDefault()
  send()
})
byId('text').addEventListener('paste', (event) => {
  if (event.clipboardData.files.length) attach(event.clipboardData.files, notice)
})
byId('file').addEventListener('change', async (event) => {
  await attach([...event.target.files], notice)
  event.target.value = ''
})
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  if (!byId('chat').hidden) attach([...event.dataTransfer.files], notice)
})
byId('stop').addEventListener('click', () => underWay?.abort())
byId('new').addEventListener('click', () => { underWay?.abort(); begin(); byId('text').focus() })
byId('leave').addEventListener('click', () => goOut())
byId('draw').addEventListener('click', () => {
  drawing = !drawing
  byId('draw').setAttribute('aria-pressed', String(drawing))
  byId('text').placeholder = word(drawing ? 'drawHint' : 'message')
  byId('text').focus()
})

if (api.code()) {
  comeIn()
  refreshBalance()
} else {
  byId('door').hidden = false
  byId('code').focus()
}
