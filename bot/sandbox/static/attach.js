/* Attaching: chosen, pasted or dropped files, looked at once more and sent with a caption. */

import { act, upload } from './act.js'
import { cancelAbout, replyTarget, write } from './composer.js'
import { ask } from './dialog.js'
import { byId, icon, make } from './dom.js'
import { showMenu } from './menu.js'
import { gridClass } from './pictures.js'
import { number, size } from './times.js'
import { toast } from './toast.js'
import { word } from './words.js'
import { on } from './world.js'

const FILES_MAX = 10
const PHOTO = /^image\/(png|jpeg|gif|webp|bmp|tiff)$/

async function offer(files, asFiles = false) {
  if (!files.length) return
  if (files.length > FILES_MAX) toast(word('tooMany'))
  const chosen = [...files].slice(0, FILES_MAX)
  const pictures = !asFiles && chosen.every((file) => PHOTO.test(file.type))
  const decided = await ask(
    { 'class': 'dialog attach', 'data-testid': 'attach-dialog', 'aria-labelledby': 'attach-title' },
    (close) => offerDialog(chosen, pictures, close),
  )
  if (!decided) return
  const reply = replyTarget()
  write('')
  if (await upload(decided.kind, chosen, { caption: decided.caption, reply_to: reply })) cancelAbout()
}

function offerDialog(files, pictures, close) {
  const caption = make('input', {
    'type': 'text',
    'dir': 'auto',
    'placeholder': word('caption'),
    'aria-label': word('caption'),
    'value': byId('composer').value,
    'data-testid': 'caption',
    'maxlength': 1024,
    'autofocus': true,
  })
  const send = (kind) => close({ kind, caption: caption.value })
  const kind = pictures ? 'photo' : 'document'
  const title =
    pictures && files.length > 1
      ? word('sendPhotos', { n: number(files.length) })
      : word(pictures ? 'sendPhoto' : 'sendFile')
  return [
    make('h3', { id: 'attach-title' }, title),
    pictures
      ? make('div', { class: gridClass(files.length) }, files.map(thumbnail))
      : make('ul', { class: 'file-list' }, files.map(fileLine)),
    make(
      'form',
      {
        method: 'dialog',
        onsubmit: (event) => {
          event.preventDefault()
          send(kind)
        },
      },
      caption,
      make(
        'div',
        { class: 'dialog-buttons' },
        pictures
          ? make('button', { type: 'button', class: 'flat', onclick: () => send('document') }, word('asFiles'))
          : null,
        make('button', { type: 'button', class: 'flat', onclick: () => close(null) }, word('cancel')),
        make('button', { 'type': 'submit', 'class': 'primary', 'data-testid': 'attach-send' }, word('send')),
      ),
    ),
  ]
}

function thumbnail(file) {
  const image = make('img', { alt: file.name, src: URL.createObjectURL(file) })
  image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true })
  return make('div', { class: 'tile' }, image)
}

const fileLine = (file) =>
  make('li', {}, icon('file'), make('span', { dir: 'auto' }, file.name), make('small', {}, size(file.size)))

function openChoices() {
  const box = byId('attach-button').getBoundingClientRect()
  showMenu(
    { x: box.x, y: box.y - 250 },
    [
      ['photo', word('photos'), () => byId('photo-input').click()],
      ['file', word('asFile'), () => byId('file-input').click()],
      ['sticker', word('sticker'), () => act('sticker')],
      ['location', word('location'), () => act('location')],
      ['contact', word('contact'), () => act('contact')],
    ],
    word('attach'),
  )
}

const holdsFiles = (event) => event.dataTransfer?.types.includes('Files')

export function startAttach() {
  byId('attach-button').addEventListener('click', openChoices)
  for (const [id, asFiles] of [
    ['photo-input', false],
    ['file-input', true],
  ]) {
    byId(id).addEventListener('change', ({ target }) => {
      offer([...target.files], asFiles)
      target.value = ''
    })
  }
  byId('composer').addEventListener('paste', (event) => {
    if (!event.clipboardData.files.length) return
    event.preventDefault()
    offer([...event.clipboardData.files])
  })
  startDropping(byId('chat'), byId('drop'))
  on('shown', () => {
    byId('drop').hidden = true
  })
}

function startDropping(area, sign) {
  area.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    sign.hidden = false
  })
  area.addEventListener('dragleave', (event) => {
    if (!area.contains(event.relatedTarget)) sign.hidden = true
  })
  area.addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    sign.hidden = true
    offer([...event.dataTransfer.files])
  })
}
