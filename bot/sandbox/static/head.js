/* The line above the chat: with whom, what they are doing, how many play Stars one has. */

import { byId, icon, make } from './dom.js'
import { getMoreStars, star } from './payment.js'
import { colour } from './people.js'
import { number } from './times.js'
import { word } from './words.js'
import { chatTitle, here, isBot, me, on, world } from './world.js'

const ACTION_SECONDS = 5
const ACTIONS = {
  typing: 'typing',
  record_voice: 'recording',
  upload_voice: 'uploadingVoice',
  upload_photo: 'uploadingPhoto',
  upload_document: 'uploadingFile',
  upload_video: 'uploadingVideo',
  record_video: 'uploadingVideo',
  choose_sticker: 'choosingSticker',
}

let ending = 0

function drawHead() {
  const chat = here()
  if (!chat) return
  const isPrivate = chat.id > 0
  byId('chat-name').textContent = chatTitle(chat)
  const picture = byId('chat-avatar')
  picture.className = `avatar ${colour(isPrivate ? world.bot.id : chat.id)}`
  picture.replaceChildren(icon(isPrivate ? 'bot' : 'group'))
  byId('stars').replaceChildren(star(), make('span', { 'data-testid': 'stars-count' }, number(me().stars)))
  const label = `${word('balance')}: ${word('stars', { n: number(me().stars) })}. ${word('moreStars')}`
  byId('stars').setAttribute('aria-label', label)
  byId('stars').title = label
  document.title = `${chatTitle(chat)} · Sandbox`
  drawStatus()
}

function drawStatus() {
  const chat = here()
  const status = byId('chat-status')
  const doing = chat?.action && ACTIONS[chat.action]
  status.classList.toggle('active', Boolean(doing))
  if (doing) {
    const dots = make('span', { 'class': 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i'))
    status.replaceChildren(word(doing), dots)
  } else
    status.textContent =
      chat?.id > 0 ? word('bot') : word('members', { n: number((chat?.members.length || 0) + 1) })
}

function acting(chat) {
  if (chat.id !== world.chat) return
  clearTimeout(ending)
  drawStatus()
  ending = setTimeout(() => {
    chat.action = null
    drawStatus()
  }, ACTION_SECONDS * 1000)
}

export function startHead() {
  on('shown', drawHead)
  on('about', drawHead)
  on('action', acting)
  on('message', (message) => {
    if (isBot(message.from) && message.chat.id === world.chat) drawStatus()
  })
  byId('stars').addEventListener('click', () => getMoreStars())
}
