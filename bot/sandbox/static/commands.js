/* The bot's commands: a list under the / button, and while one types a command. */

import { act } from './act.js'
import { byId, make } from './dom.js'
import { word } from './words.js'
import { me, world } from './world.js'

const list = () => byId('command-list')
const box = () => byId('composer')
let picked = 0
let write = () => {}

const isOpen = () => !list().hidden

/** Show the commands that begin with what has been typed. */
export function completeCommand(text) {
  const typed = /^\/(\w*)$/.exec(text)
  if (!typed) return close()
  const found = (me()?.commands || []).filter(({ command }) => command.startsWith(typed[1].toLowerCase()))
  return found.length ? open(found) : close()
}

function open(commands) {
  picked = 0
  list().hidden = false
  list().replaceChildren(
    ...(commands.length ? commands.map(option) : [make('p', { class: 'faint' }, word('noCommands'))]),
  )
  byId('commands-button').setAttribute('aria-expanded', 'true')
  pick(0)
}

export function close() {
  list().hidden = true
  byId('commands-button').setAttribute('aria-expanded', 'false')
  box().removeAttribute('aria-activedescendant')
}

function option({ command, description }, index) {
  return make(
    'button',
    {
      'type': 'button',
      'role': 'option',
      'id': `command-${index}`,
      'tabindex': -1,
      'aria-selected': 'false',
      'data-testid': `command-${command}`,
      'onclick': () => run(command),
    },
    make('b', { dir: 'ltr' }, `/${command}`),
    make('span', { dir: 'auto' }, description),
  )
}

function run(command) {
  close()
  write('')
  act('say', { text: world.chat < 0 ? `/${command}@${world.bot.username}` : `/${command}` })
}

function pick(index) {
  const options = [...list().querySelectorAll('[role=option]')]
  if (!options.length) return
  picked = (index + options.length) % options.length
  options.forEach((one, at) => one.setAttribute('aria-selected', String(at === picked)))
  options[picked].scrollIntoView({ block: 'nearest' })
  box().setAttribute('aria-activedescendant', options[picked].id)
}

function pressed(event) {
  if (!isOpen()) return
  if (event.key === 'ArrowDown') pick(picked + 1)
  else if (event.key === 'ArrowUp') pick(picked - 1)
  else if (event.key === 'Escape') close()
  else if (event.key === 'Tab' && box().value.startsWith('/'))
    write(
      `/${me().commands.filter(({ command }) => command.startsWith(box().value.slice(1)))[picked]?.command} `,
    )
  else if (event.key === 'Enter' && !event.shiftKey && list().querySelector('[aria-selected=true]'))
    list().querySelector('[aria-selected=true]').click()
  else return
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** `writer` puts text into the composer. */
export function startCommands(writer) {
  write = writer
  box().setAttribute('aria-controls', 'command-list')
  box().addEventListener('keydown', pressed)
  byId('commands-button').addEventListener('click', () => {
    if (isOpen()) close()
    else open(me()?.commands || [])
    box().focus()
  })
  document.addEventListener('pointerdown', (event) => {
    if (isOpen() && !list().contains(event.target) && !byId('commands-button').contains(event.target)) close()
  })
}
