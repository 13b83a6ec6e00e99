/* Times, numbers and sizes in the digits and the calendar of the language. */

import { language, word } from './words.js'

const LOCALES = { fa: 'fa-IR', en: 'en-GB' }
const locale = () => LOCALES[language()]

/** An amount in the currency's hundredths, as Telegram counts them. */
export const money = ({ total_amount: total, currency }) =>
  new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(total / 100)

export const number = (value) => new Intl.NumberFormat(locale()).format(value)

export const clockTime = (date) =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(new Date(date * 1000))

export const fullTime = (date) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(date * 1000))

export const sameDay = (one, other) =>
  new Date(one * 1000).toDateString() === new Date(other * 1000).toDateString()

export function day(date) {
  if (sameDay(date, Date.now() / 1000)) return word('today')
  const shape = { weekday: 'long', day: 'numeric', month: 'long' }
  return new Intl.DateTimeFormat(locale(), shape).format(new Date(date * 1000))
}

/** 65 → 1:05 */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  const padded = new Intl.NumberFormat(locale(), { minimumIntegerDigits: 2 })
  return `${number(Math.floor(whole / 60))}:${padded.format(whole % 60)}`
}

export function size(bytes) {
  const units = ['B', 'KB', 'MB', 'GB']
  let step = 0
  while (bytes >= 1000 && step < units.length - 1) {
    bytes /= 1000
    step += 1
  }
  return `${number(Math.round(bytes * 10) / 10)} ${units[step]}`
}
