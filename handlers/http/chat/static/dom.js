/* Elements. Whatever people or models wrote goes in as text, never as markup. */

const SVG = 'http://www.w3.org/2000/svg'

/** make('button', {class: 'send', onclick}, 'Send'): an element with attributes, listeners and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** One of the symbols at the top of page.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  const use = document.createElementNS(SVG, 'use')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  use.setAttribute('href', `#icon-${name}`)
  svg.append(use)
  return svg
}

export function iconButton(name, label, onclick, attributes = {}) {
  return make('button', { 'type': 'button', 'class': 'icon-button small', 'aria-label': label, 'title': label, onclick, ...attributes }, icon(name))
}

export const byId = (id) => document.getElementById(id)

/** A button that copies; it says for a moment that it has. */
export function copyButton(label, done, text) {
  const button = iconButton('copy', label, async () => {
    await navigator.clipboard.writeText(text())
    button.replaceChildren(icon('check'))
    button.title = done
    setTimeout(() => { button.replaceChildren(icon('copy')); button.title = label }, 1500)
  }, { 'data-testid': 'copy' })
  return button
}
