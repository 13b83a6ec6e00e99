/* Voice notes and audio: one player at a time, with the true shape of the sound where it can be read. */

import { icon, make } from './dom.js'
import { fileAddress } from './pictures.js'
import { duration } from './times.js'
import { word } from './words.js'

const BARS = 44
let playing = null

export const voice = (message) => player(message.voice, word('voice'), true)

export function audio(message) {
  const { title, performer, file_name: name } = message.audio
  const shown = make(
    'div',
    { class: 'audio-title', dir: 'auto' },
    make('b', {}, title || name || word('audio')),
    performer ? make('span', {}, performer) : null,
  )
  return player(message.audio, title || word('audio'), false, shown)
}

function player(file, name, waves, heading = null) {
  const sound = new Audio(fileAddress(file.file_id))
  sound.preload = 'metadata'
  const button = make(
    'button',
    { 'type': 'button', 'class': 'play', 'data-testid': 'play', 'aria-label': `${word('play')}: ${name}` },
    icon('play'),
  )
  const slider = make('input', {
    'type': 'range',
    'min': 0,
    'max': 1000,
    'value': 0,
    'aria-label': word('position'),
  })
  const time = make('span', { class: 'sound-time' }, duration(file.duration))
  const bars = waves ? make('span', { 'class': 'bars', 'aria-hidden': 'true' }) : null
  const track = make('span', { class: waves ? 'track' : 'track line' }, bars, slider)
  const length = () =>
    Number.isFinite(sound.duration) && sound.duration > 0 ? sound.duration : file.duration || 1
  const show = () => {
    const part = sound.currentTime / length()
    slider.value = String(Math.round(part * 1000))
    slider.setAttribute('aria-valuetext', duration(sound.currentTime))
    track.style.setProperty('--played', String(part))
    if (bars) [...bars.children].forEach((bar, at) => bar.classList.toggle('played', part > (at + 0.5) / BARS))
    time.textContent = duration(
      sound.paused && !sound.currentTime ? file.duration || length() : sound.currentTime,
    )
  }
  sound.addEventListener('timeupdate', show)
  sound.addEventListener('loadedmetadata', show)
  sound.addEventListener('play', () => setIcon(button, 'pause', name))
  sound.addEventListener('pause', () => setIcon(button, 'play', name))
  sound.addEventListener('ended', () => {
    sound.currentTime = 0
    show()
  })
  slider.addEventListener('input', () => {
    sound.currentTime = (Number(slider.value) / 1000) * length()
    show()
  })
  button.addEventListener('click', () => (sound.paused ? start(sound) : sound.pause()))
  if (bars) drawBars(bars, file)
  return make(
    'div',
    {
      'class': waves ? 'sound voice' : 'sound audio',
      'role': 'group',
      'aria-label': `${name}, ${duration(file.duration)}`,
      'data-testid': waves ? 'voice' : 'audio',
      'dir': 'ltr',
    },
    sound,
    button,
    make('div', { class: 'sound-body' }, heading, track, time),
  )
}

function start(sound) {
  if (playing && playing !== sound) playing.pause()
  playing = sound
  sound.play().catch(() => sound.dispatchEvent(new Event('pause')))
}

function setIcon(button, name, label) {
  button.replaceChildren(icon(name))
  button.setAttribute('aria-label', `${word(name)}: ${label}`)
}

/** Level bars until the sound has been read, then its loudness over time. */
function drawBars(bars, file) {
  const draw = (heights) =>
    bars.replaceChildren(
      ...heights.map((height) => {
        const bar = make('i')
        bar.style.height = `${Math.round(12 + height * 88)}%`
        return bar
      }),
    )
  draw(new Array(BARS).fill(0))
  loudness(file.file_id)
    .then(draw)
    .catch(() => {})
}

const known = new Map()

function loudness(fileId) {
  if (!known.has(fileId)) known.set(fileId, readLoudness(fileId))
  return known.get(fileId)
}

async function readLoudness(fileId) {
  const answer = await fetch(fileAddress(fileId))
  const context = new OfflineAudioContext(1, 1, 16000)
  const samples = (await context.decodeAudioData(await answer.arrayBuffer())).getChannelData(0)
  const step = Math.max(1, Math.floor(samples.length / BARS))
  const peaks = Array.from({ length: BARS }, (_, bar) => {
    let peak = 0
    for (let index = bar * step; index < (bar + 1) * step; index += 8)
      peak = Math.max(peak, Math.abs(samples[index] || 0))
    return peak
  })
  const highest = Math.max(...peaks, 0.01)
  return peaks.map((peak) => peak / highest)
}
