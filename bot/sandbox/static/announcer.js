/* For screen readers: what arrived, once it has stopped changing. */

import { summary } from './attachments.js'
import { byId } from './dom.js'
import { here, lastMessage } from './world.js'

const QUIET_SECONDS = 1.2
let waiting = 0

export function announce(message) {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    if (lastMessage(here())?.message_id !== message.message_id) return
    byId('announcer').textContent = `${message.from?.first_name}: ${summary(message)}`
  }, QUIET_SECONDS * 1000)
}
