/* Recording a voice message with the microphone. */

import { upload } from './act.js'
import { byId } from './dom.js'
import { duration } from './times.js'
import { toast } from './toast.js'
import { word } from './words.js'

const LONGEST_SECONDS = 600
const TYPES = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']
let running = null

async function begin() {
  let stream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  } catch (error) {
    toast(word('micRefused', { why: error.message || error.name }))
    return
  }
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {})
  const chunks = []
  recorder.addEventListener('dataavailable', (event) => chunks.push(event.data))
  recorder.start()
  running = { recorder, stream, chunks, since: Date.now(), ticking: setInterval(tick, 200) }
  show(true)
  tick()
  byId('recording-send').focus()
}

function tick() {
  const seconds = (Date.now() - running.since) / 1000
  byId('recording-time').textContent = duration(seconds)
  if (seconds > LONGEST_SECONDS) end(true)
}

function end(send) {
  if (!running) return
  const { recorder, stream, chunks, since, ticking } = running
  running = null
  clearInterval(ticking)
  show(false)
  recorder.addEventListener('stop', () => {
    for (const track of stream.getTracks()) track.stop()
    if (!send) return
    const type = recorder.mimeType || 'audio/webm'
    const ending = type.includes('ogg') ? 'ogg' : type.includes('mp4') ? 'm4a' : 'webm'
    upload('voice', [new File(chunks, `voice.${ending}`, { type })], {
      seconds: Math.max(1, Math.round((Date.now() - since) / 1000)),
    })
  })
  recorder.stop()
}

function show(recording) {
  byId('recording').hidden = !recording
  byId('composer-form').hidden = recording
  if (!recording) byId('composer').focus()
}

export function startRecorder() {
  byId('record-button').addEventListener('click', begin)
  byId('recording-send').addEventListener('click', () => end(true))
  byId('recording-discard').addEventListener('click', () => end(false))
  byId('recording').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') end(false)
  })
}
