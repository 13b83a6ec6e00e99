/* A partial answer that is not a message yet: it stands at the end of the log for a while. */

import { act } from './act.js'
import { byId, make } from './dom.js'
import { rich } from './entities.js'
import { word } from './words.js'
import { here } from './world.js'

const SECONDS = 30
let ending = 0

const shown = () => byId('log').querySelector('.draft')

export function showDraft(draft) {
  const row = shown() || begin()
  row.querySelector('.stop-draft')?.remove()
  if (draft.can_stop) row.append(stopButton())
  row.querySelector('.text').replaceChildren(...(draft.text ? rich(draft.text, draft.entities) : ['…']))
  clearTimeout(ending)
  ending = setTimeout(removeDraft, SECONDS * 1000)
}

export function removeDraft() {
  clearTimeout(ending)
  if (here()) here().draft = null
  shown()?.remove()
}

function begin() {
  const text = make('div', { class: 'text', dir: 'auto' })
  const attributes = { 'class': 'row other draft', 'data-testid': 'draft', 'aria-label': word('draft') }
  const row = make('article', attributes, make('div', { class: 'bubble' }, text))
  byId('log').append(row)
  return row
}

function stopButton() {
  const attributes = { 'type': 'button', 'class': 'inline', 'data-testid': 'stop-draft', 'onclick': stop }
  return make('div', { class: 'part-keyboard stop-draft' }, make('button', attributes, word('stop')))
}

async function stop() {
  if ((await act('stop_draft')) && !here().draft?.keep_on_stop) removeDraft()
}
