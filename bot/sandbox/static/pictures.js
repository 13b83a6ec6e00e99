/* Photos: in a bubble, as the grid of an album, and large. */

import { icon, make } from './dom.js'
import { word } from './words.js'

const LEAST_WIDE = 220
const MOST_WIDE = 400
const MOST_HIGH = 430

export const fileAddress = (fileId) => new URL(`../file/${encodeURIComponent(fileId)}`, import.meta.url).href

export function photo(message) {
  const sizes = message.photo
  const large = sizes[sizes.length - 1]
  const image = make('img', {
    src: fileAddress(large.file_id),
    width: large.width,
    height: large.height,
    alt: message.caption || word('photo'),
    loading: 'lazy',
    decoding: 'async',
  })
  const open = () => showLarge(message, large)
  const classes = message.has_media_spoiler ? 'photo covered' : 'photo'
  return make(
    'button',
    { 'type': 'button', 'class': classes, 'aria-label': word('openPhoto'), 'onclick': open },
    image,
  )
}

/** How wide a picture's bubble is: tall ones are shown whole too, and so are narrower. */
export function pictureWidth(message) {
  const { width, height } = message.photo?.at(-1) || {}
  return width ? Math.round(Math.max(LEAST_WIDE, Math.min(MOST_WIDE, (MOST_HIGH * width) / height))) : MOST_WIDE
}

function showLarge(message, size) {
  const dialog = make('dialog', { 'class': 'viewer', 'aria-label': message.caption || word('photo') })
  const close = () => dialog.close()
  dialog.append(
    make(
      'button',
      { 'type': 'button', 'class': 'icon-button', 'aria-label': word('close'), 'title': word('close'), 'onclick': close },
      icon('close'),
    ),
    make('img', { src: fileAddress(size.file_id), alt: message.caption || word('photo') }),
  )
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) close()
  })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

/** The shape of an album's grid, as a class: how many pictures stand in each line. */
export const gridClass = (count) => `grid grid-${Math.min(count, 10)}`
