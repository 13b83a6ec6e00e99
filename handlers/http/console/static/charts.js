/* Charts as SVG, from minutes: [minute since 1970, jobs, relays, millitokens, failures, queued]. */

const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 560
const HEIGHT = 170
const LEFT = 40
const BOTTOM = 20
const [MINUTE, JOBS, RELAYS, CAPTURED, FAILED, QUEUED] = [0, 1, 2, 3, 4, 5]

function make(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (text !== undefined) element.textContent = text
  return element
}

const said = (number) => number.toLocaleString('en', { maximumFractionDigits: number < 10 ? 2 : 0 })
const clock = (minute) => new Date(minute * 60000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** The next number above that is 1, 2 or 5 with noughts: where an axis ends. */
function roof(most) {
  const ten = 10 ** Math.floor(Math.log10(Math.max(most, 1)))
  return [1, 2, 5, 10].map((step) => step * ten).find((end) => end >= most)
}

/** The last `count` minutes, with noughts where nothing was counted. */
function minutes(figures, count, column) {
  const known = new Map(figures.minutes.map((row) => [row[MINUTE], row[column]]))
  return Array.from({ length: count }, (_, index) => {
    const at = figures.now - count + 1 + index
    return { at, values: [known.get(at) ?? 0] }
  })
}

function hours(figures) {
  const now = Math.floor(figures.now / 60)
  const sums = new Map()
  for (const row of figures.minutes) {
    const hour = Math.floor(row[MINUTE] / 60)
    sums.set(hour, (sums.get(hour) ?? 0) + row[CAPTURED] / 1000)
  }
  return Array.from({ length: 24 }, (_, index) => {
    const hour = now - 23 + index
    return { at: hour * 60, values: [sums.get(hour) ?? 0] }
  })
}

function frame(points, top) {
  const svg = make('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' })
  for (const part of [0, 0.5, 1]) {
    const y = place(part * top, top)
    svg.append(make('line', { x1: LEFT, x2: WIDTH, y1: y, y2: y }))
    svg.append(make('text', { 'x': LEFT - 8, 'y': y + 4, 'text-anchor': 'end' }, said(part * top)))
  }
  const step = Math.ceil(points.length / 6)
  points.forEach((point, index) => {
    if ((points.length - 1 - index) % step) return
    const x = LEFT + ((index + 0.5) * (WIDTH - LEFT)) / points.length
    svg.append(make('text', { 'x': x, 'y': HEIGHT - 4, 'text-anchor': index === points.length - 1 ? 'end' : 'middle' }, clock(point.at)))
  })
  return svg
}

const place = (value, top) => 8 + (HEIGHT - BOTTOM - 12) * (1 - value / top)

function bars(svg, points, top, classes) {
  const width = (WIDTH - LEFT) / points.length
  points.forEach((point, index) => {
    let below = 0
    point.values.forEach((value, series) => {
      if (!value) return
      const [low, high] = [place(below, top), place(below + value, top)]
      const x = LEFT + index * width + width * 0.12
      svg.append(make('rect', { class: classes[series], x, y: high, width: width * 0.76, height: Math.max(1, low - high), rx: Math.min(3, width / 4) }))
      below += value
    })
  })
}

function area(svg, points, top) {
  const width = (WIDTH - LEFT) / points.length
  const corners = points.map((point, index) => `${LEFT + (index + 0.5) * width},${place(point.values[0], top)}`)
  const floor = place(0, top)
  svg.append(make('polygon', { class: 'area', points: `${LEFT + width / 2},${floor} ${corners.join(' ')} ${WIDTH - width / 2},${floor}` }))
  svg.append(make('polyline', { class: 'line', points: corners.join(' ') }))
}

function tips(figure, svg, points, words) {
  const tip = document.createElement('output')
  tip.className = 'tip'
  tip.hidden = true
  const width = (WIDTH - LEFT) / points.length
  points.forEach((point, index) => {
    const hit = make('rect', { class: 'hit', x: LEFT + index * width, y: 0, width, height: HEIGHT - BOTTOM })
    hit.addEventListener('pointerenter', () => {
      tip.hidden = false
      tip.textContent = `${clock(point.at)} · ${words(point.values)}`
    })
    svg.append(hit)
  })
  svg.addEventListener('pointerleave', () => { tip.hidden = true })
  figure.append(tip)
}

function draw(figure, points, { classes, words, drawn = bars }) {
  const most = Math.max(...points.map((point) => point.values.reduce((sum, value) => sum + value, 0)))
  const top = roof(most)
  const svg = frame(points, top)
  svg.setAttribute('aria-label', `${figure.querySelector('figcaption').textContent}: ${words(points.at(-1).values)} now, ${said(most)} at most`)
  drawn(svg, points, top, classes)
  for (const old of figure.querySelectorAll('.chart, .tip')) old.remove()
  figure.append(svg)
  tips(figure, svg, points, words)
}

function tiles(figures) {
  const { waiting, credentials } = figures
  const numbers = { ...waiting, ...credentials, underWay: waiting.running + waiting.relays }
  for (const element of document.querySelectorAll('[data-figure]')) element.textContent = numbers[element.dataset.figure]
  const audit = document.getElementById('audit')
  const wrong = figures.audit.length > 0
  audit.className = `tile ${wrong ? 'bad' : 'good'}`
  audit.querySelector('b').textContent = wrong ? '✗' : '✓'
  audit.querySelector('span').textContent = wrong ? figures.audit.join('; ') : 'The books are right'
}

/** Draw whatever is not being pointed at. */
export function drawAll(charts, figures) {
  tiles(figures)
  const requests = minutes(figures, 60, RELAYS)
  minutes(figures, 60, JOBS).forEach((point, index) => requests[index].values.push(point.values[0]))
  const plans = {
    requests: [requests, { classes: ['s1', 's2'], words: ([relays, jobs]) => `${said(relays)} of /v1, ${said(jobs)} jobs` }],
    captured: [hours(figures), { classes: ['s2'], words: ([tokens]) => `${said(tokens)} tokens` }],
    failed: [minutes(figures, 60, FAILED), { classes: ['s3'], words: ([errors]) => `${said(errors)} errors` }],
    queued: [minutes(figures, 60, QUEUED), { drawn: area, words: ([jobs]) => `${said(jobs)} waiting` }],
  }
  for (const [name, [points, how]] of Object.entries(plans)) {
    const figure = charts.querySelector(`[data-chart="${name}"]`)
    if (!figure.matches(':hover')) draw(figure, points, how)
  }
}
