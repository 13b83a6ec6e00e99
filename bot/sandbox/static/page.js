/* The page: who and which chat the address names, and all parts started once. */

import { startAttach } from './attach.js'
import { startComposer } from './composer.js'
import { byId } from './dom.js'
import { startHead } from './head.js'
import { startReplyKeyboard } from './keyboards.js'
import { startLog } from './log.js'
import { closePanel, startPanel } from './panel.js'
import { closePeople, startPeople } from './people.js'
import { startRecorder } from './recorder.js'
import { connect, nameBot } from './stream.js'
import { direction, language, speak, translate } from './words.js'
import { chatsOf, me, on, tell, world } from './world.js'

/** #person=1001&chat=-100 → who is picked and what is open. */
function show() {
  const asked = new URLSearchParams(location.hash.slice(1))
  const person = Number(asked.get('person'))
  world.person = world.people.has(person) ? person : world.people.keys().next().value
  const chat = Number(asked.get('chat'))
  world.chat = chatsOf(world.person).some((one) => one.id === chat) ? chat : world.person
  speak(me()?.language_code)
  document.documentElement.lang = language()
  document.documentElement.dir = direction()
  nameBot()
  translate(document)
  tell('shown')
}

function pickPerson() {
  show()
  if (matchMedia('(pointer: fine)').matches) byId('composer').focus()
}

function closeWhatIsOpen(event) {
  if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open], .menu')) return
  closePeople()
  if (matchMedia('(max-width: 1099px)').matches) closePanel()
}

translate(document)
startPeople()
startHead()
startLog()
startComposer()
startReplyKeyboard()
startAttach()
startRecorder()
startPanel()
byId('veil').addEventListener('click', () => {
  closePeople()
  closePanel()
})
document.addEventListener('keydown', closeWhatIsOpen)
on('state', show)
addEventListener('hashchange', pickPerson)
connect()
