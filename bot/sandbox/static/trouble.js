/* Trouble on demand: faults of the network and of Telegram's servers, and the clock. */

import { act } from './act.js'
import { byId, make } from './dom.js'
import { plays, startPlays } from './plays.js'
import { number } from './times.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { on, tell, world } from './world.js'

const KINDS = [
  'flood',
  'error',
  'html',
  'restart',
  'lost',
  'refused',
  'slow',
  'dropped',
  'duplicated',
  'reordered',
]
const OF_UPDATES = new Set(['dropped', 'duplicated', 'reordered'])
const METHODS = [
  '*',
  'sendMessage',
  'editMessageText',
  'sendPhoto',
  'sendMediaGroup',
  'sendVoice',
  'sendInvoice',
  'sendChatAction',
  'answerCallbackQuery',
  'answerPreCheckoutQuery',
  'getUpdates',
  'getFile',
  'deleteMessage',
  'refundStarPayment',
  'getStarTransactions',
]
const LEAPS = [
  ['tenSeconds', 10],
  ['oneHour', 3600],
  ['oneDay', 86_400],
  ['month', 2_592_000],
]
const DEFAULT_SECONDS = { flood: 5, slow: 5 }

function draw() {
  byId('trouble').replaceChildren(
    plays(),
    make('h3', {}, word('faultPlan')),
    faultForm(),
    make('h3', {}, word('faults')),
    make('ul', { class: 'faults', id: 'faults' }),
    clock(),
  )
  drawFaults()
}

function faultForm() {
  const kind = make(
    'select',
    { 'name': 'kind', 'data-testid': 'fault-kind' },
    KINDS.map((name) => make('option', { value: name }, word(`fault_${name}`))),
  )
  const method = make('input', {
    'name': 'method',
    'value': '*',
    'list': 'methods',
    'dir': 'ltr',
    'spellcheck': 'false',
    'data-testid': 'fault-method',
  })
  const times = make('input', {
    'name': 'times',
    'type': 'number',
    'min': 1,
    'max': 1000,
    'value': 1,
    'data-testid': 'fault-times',
  })
  const seconds = make('input', {
    'name': 'seconds',
    'type': 'number',
    'min': 0,
    'max': 3600,
    'value': 5,
    'data-testid': 'fault-seconds',
  })
  const code = make('input', {
    'name': 'code',
    'type': 'number',
    'min': 400,
    'max': 599,
    'value': 400,
    'data-testid': 'fault-code',
  })
  const description = make('input', {
    'name': 'description',
    'value': 'Bad Request: chat not found',
    'dir': 'ltr',
    'data-testid': 'fault-description',
  })
  const here = make('input', { name: 'only_here', type: 'checkbox' })
  const form = make(
    'form',
    { 'class': 'fields', 'data-testid': 'fault-form' },
    field('kind', kind, 'wide'),
    field('method', method, 'wide'),
    field('times', times),
    field('seconds', seconds),
    field('code', code),
    field('description', description, 'wide'),
    make('label', { class: 'check wide' }, here, word('onlyHere')),
    make(
      'datalist',
      { id: 'methods' },
      METHODS.map((name) => make('option', { value: name })),
    ),
    make('button', { 'type': 'submit', 'class': 'primary wide', 'data-testid': 'fault-add' }, word('addFault')),
  )
  const fit = () => {
    seconds.closest('label').hidden = !(kind.value in DEFAULT_SECONDS)
    method.closest('label').hidden = OF_UPDATES.has(kind.value)
    for (const one of [code, description]) one.closest('label').hidden = kind.value !== 'error'
  }
  kind.addEventListener('change', fit)
  fit()
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const isError = kind.value === 'error'
    take(
      await act('fault', {
        kind: kind.value,
        method: OF_UPDATES.has(kind.value) ? 'getUpdates' : method.value.trim() || '*',
        times: Number(times.value) || 1,
        seconds: kind.value in DEFAULT_SECONDS ? Number(seconds.value) || 0 : 0,
        only_here: here.checked,
        code: isError ? Number(code.value) : null,
        description: isError ? description.value : null,
      }),
    )
  })
  return form
}

const field = (name, input, size = '') =>
  make('label', { class: `field ${size}` }, make('span', {}, word(name)), input)

function take(answer) {
  if (!answer) return
  world.faults = answer.faults
  tell('faults')
}

function drawFaults() {
  const list = byId('faults')
  if (!list) return
  if (!world.faults.length) list.replaceChildren(make('li', { class: 'faint' }, word('noFaults')))
  else list.replaceChildren(...world.faults.map(faultItem))
}

function faultItem(fault) {
  const remove = async () => take(await act('unfault', { id: fault.id }))
  return make(
    'li',
    { 'data-testid': 'fault' },
    make(
      'span',
      { class: 'grow' },
      make('b', {}, word(`fault_${fault.kind}`)),
      ' ',
      make('code', { dir: 'ltr' }, fault.method),
      ' ',
      make('span', { class: 'faint' }, word('timesLeft', { n: number(fault.times) })),
    ),
    make(
      'button',
      { 'type': 'button', 'class': 'small', 'data-testid': 'fault-remove', 'onclick': remove },
      word('remove'),
    ),
  )
}

function clock() {
  const leap = async (seconds) => {
    if (await act('forward', { seconds })) toast(word('forwarded'))
  }
  return make(
    'section',
    {},
    make('h3', {}, word('clock')),
    make('p', { class: 'hint' }, word('clockHint')),
    make(
      'div',
      { class: 'row-of-buttons' },
      LEAPS.map(([name, seconds]) =>
        make(
          'button',
          {
            'type': 'button',
            'class': 'small',
            'data-testid': `forward-${seconds}`,
            'onclick': () => leap(seconds),
          },
          `+ ${word(name)}`,
        ),
      ),
    ),
  )
}

let shownLanguage = ''

export function startTrouble() {
  on('faults', drawFaults)
  on('shown', () => {
    if (shownLanguage === document.documentElement.lang) return drawFaults()
    shownLanguage = document.documentElement.lang
    return draw()
  })
  startPlays()
}
