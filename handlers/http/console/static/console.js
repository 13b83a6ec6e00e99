/* What pages do by themselves: ask before what can't be undone, keep live parts fresh, draw the charts. */

import { drawAll } from './charts.js'

const FRESH_SECONDS = 3

addEventListener('submit', (event) => {
  const question = event.target.dataset.sure
  if (question && !confirm(question)) event.preventDefault()
  else for (const button of event.target.querySelectorAll('button:not([name])')) setTimeout(() => { button.disabled = true })
})

/** Whatever the server would show now, instead of what is shown; its templates have escaped it. */
async function refresh(part) {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (answer.status === 401 || answer.redirected) location.reload()
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.querySelector('[data-live]')
  if (fresh) part.replaceChildren(...fresh.childNodes)
}

async function figures(charts) {
  const answer = await fetch(charts.dataset.figures)
  if (answer.status === 401) location.reload()
  if (answer.ok) drawAll(charts, await answer.json())
}

/** Again and again while somebody looks; a server that is away for a moment is asked again. */
async function keep(act) {
  for (;;) {
    if (!document.hidden) await act().catch(() => {})
    await new Promise((done) => setTimeout(done, FRESH_SECONDS * 1000))
  }
}

const live = document.querySelector('[data-live]')
const charts = document.querySelector('[data-figures]')
if (live) keep(() => refresh(live))
if (charts) keep(() => figures(charts))
