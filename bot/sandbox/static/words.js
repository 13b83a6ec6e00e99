/* The page's own words, in the language of the person who is picked. */

const WORDS = {
  en: {
    sandbox: 'Sandbox. Nothing leaves this machine; Stars are play money.',
    people: 'People', chats: 'Chats', you: 'You are', admin: 'admin', customer: 'customer', group: 'Group',
    members: '{n} members', bot: 'bot', blocked: 'blocked', today: 'Today', edited: 'edited',
    openPeople: 'Show people and chats', openPanel: 'Behind the scenes', close: 'Close',
    message: 'Message', send: 'Send', attach: 'Attach', record: 'Record a voice message', stopRecording: 'Send the recording',
    discard: 'Discard', menu: 'Menu', commands: 'Commands', noCommands: 'The bot has set no commands yet.',
    photos: 'Photos', asFile: 'A file', sticker: 'A sticker', location: 'A location', contact: 'My contact',
    start: 'Start', startHint: 'Press Start to open the conversation.', restart: 'Unblock',
    reply: 'Reply', edit: 'Edit', delete: 'Delete', copy: 'Copy', copied: 'Copied', copyCode: 'Copy code', actions: 'Message actions',
    replyTo: 'Reply to {name}', editing: 'Edit message', cancel: 'Cancel', caption: 'Caption', spoiler: 'Hidden text. Press to show.',
    photo: 'Photo', album: 'Album', video: 'Video', voice: 'Voice message', audio: 'Audio', document: 'File', stickerWord: 'Sticker',
    videoNote: 'Video message', animation: 'GIF', locationWord: 'Location', contactWord: 'Contact', invoice: 'Invoice', poll: 'Poll',
    unsupported: 'This kind of message is not shown here.', deleted: 'Deleted message',
    play: 'Play', pause: 'Pause', position: 'Position', download: 'Download {name}', openPhoto: 'Open the photo',
    typing: 'typing', recording: 'recording voice', uploadingVoice: 'sending voice', uploadingPhoto: 'sending photo',
    uploadingFile: 'sending file', uploadingVideo: 'sending video', choosingSticker: 'choosing a sticker',
    draft: 'is writing', more: 'Show more', less: 'Show less', newMessages: 'New messages', earlier: 'Earlier messages', stop: 'Stop',
    pay: 'Pay', payTitle: 'Confirm your purchase', payAsk: 'Buy “{title}” from {bot} for {n} Stars?',
    payConfirm: 'Pay {n}', balance: 'Your balance', stars: '{n} Stars', moreStars: 'Get more play Stars', lacking: 'You need {n} more Stars.',
    paying: 'Paying …', paidStars: 'Paid {n} Stars', forwardedFrom: 'Forwarded from {name}', unsupportedButton: 'This kind of button does nothing here.',
    precheckoutTimeout: 'The bot did not answer in time. Nothing was charged.', refunded: '{n} Stars were returned', payTest: 'Play money: nothing is charged.',
    everyMonth: 'every 30 days', renew: 'Renew', chargeBack: 'Charge back', renewed: 'Renewal: {result}', chargedBack: 'Charged back.',
    pinned: '{name} pinned a message', joined: '{name} joined the group', wentAway: '{name} left the group', newTopic: 'Topic “{title}”',
    ok: 'OK', failed: 'That did not work: {why}', offline: 'No connection to the sandbox. Trying again …', online: 'Connected again.',
    calls: 'Calls', trouble: 'Trouble', person: 'Person', noCalls: 'No calls yet. They appear here as the bot makes them.',
    filter: 'Filter by method', hold: 'Hold', resume: 'Go on', clear: 'Clear',
    method: 'Method', kind: 'What happens', times: 'Times', seconds: 'Seconds', onlyHere: 'Only in this chat', code: 'Code', description: 'Description',
    addFault: 'Add', faults: 'Waiting to happen', noFaults: 'All is well: no trouble is planned.', remove: 'Remove',
    timesLeft: '{n} left', clock: 'Clock', forward: 'Forward', clockHint: 'Moves Telegram’s time ahead: expiry of updates, the 10 s of a payment, subscriptions.',
    forwarded: 'Telegram’s clock moved ahead.', block: 'Block the bot', unblock: 'Unblock the bot', forbidVoice: 'Forbid voice messages',
    forbidVoiceHint: 'As Premium users can: the bot’s voice notes are refused.', openLink: 'Open the bot by a link',
    open: 'Open', payments: 'Payments', noPayments: 'No payments yet.', micRefused: 'The microphone cannot be used: {why}',
    tooMany: 'At most 10 files at once.', drop: 'Drop files here', sendPhotos: 'Send {n} photos', sendPhoto: 'Send a photo', sendFile: 'Send a file', asFiles: 'Send as files',
    fault_flood: 'Too many requests (429)', fault_error: 'An error of Telegram', fault_html: 'A page instead of JSON (502)', fault_restart: 'Server restarts (500)',
    fault_lost: 'Done, but the answer is lost', fault_refused: 'Cut before anything happens', fault_slow: 'Slow answer',
    fault_dropped: 'Update lost', fault_duplicated: 'Update twice', fault_reordered: 'Updates in wrong order', oneHour: '1 hour', oneDay: '1 day', month: '30 days', tenSeconds: '10 s',
    showKeyboard: 'Show the bot’s keyboard', nothing: 'No messages here yet …',
  },
  fa: {
    sandbox: 'محیط آزمایشی: چیزی از این دستگاه بیرون نمی‌رود؛ ستاره‌ها پول بازی‌اند.',
    people: 'افراد', chats: 'گفتگوها', you: 'شما هستید', admin: 'مدیر', customer: 'مشتری', group: 'گروه',
    members: '{n} عضو', bot: 'ربات', blocked: 'مسدود', today: 'امروز', edited: 'ویرایش‌شده',
    openPeople: 'نمایش افراد و گفتگوها', openPanel: 'پشت صحنه', close: 'بستن',
    message: 'پیام', send: 'ارسال', attach: 'پیوست', record: 'ضبط پیام صوتی', stopRecording: 'ارسال صدای ضبط‌شده',
    discard: 'دور انداختن', menu: 'منو', commands: 'دستورها', noCommands: 'ربات هنوز دستوری تعریف نکرده است.',
    photos: 'عکس', asFile: 'پرونده', sticker: 'استیکر', location: 'مکان', contact: 'مخاطب من',
    start: 'شروع', startHint: 'برای آغاز گفتگو «شروع» را بزنید.', restart: 'رفع مسدودی',
    reply: 'پاسخ', edit: 'ویرایش', delete: 'حذف', copy: 'رونوشت', copied: 'رونوشت شد', copyCode: 'رونوشت کد', actions: 'کارهای پیام',
    replyTo: 'پاسخ به {name}', editing: 'ویرایش پیام', cancel: 'انصراف', caption: 'شرح', spoiler: 'متن پنهان. برای دیدن بزنید.',
    photo: 'عکس', album: 'آلبوم', video: 'ویدیو', voice: 'پیام صوتی', audio: 'صدا', document: 'پرونده', stickerWord: 'استیکر',
    videoNote: 'پیام ویدیویی', animation: 'گیف', locationWord: 'مکان', contactWord: 'مخاطب', invoice: 'صورت‌حساب', poll: 'نظرسنجی',
    unsupported: 'این نوع پیام اینجا نشان داده نمی‌شود.', deleted: 'پیام حذف‌شده',
    play: 'پخش', pause: 'مکث', position: 'موقعیت', download: 'دریافت {name}', openPhoto: 'باز کردن عکس',
    typing: 'در حال نوشتن', recording: 'در حال ضبط صدا', uploadingVoice: 'در حال ارسال صدا', uploadingPhoto: 'در حال ارسال عکس',
    uploadingFile: 'در حال ارسال پرونده', uploadingVideo: 'در حال ارسال ویدیو', choosingSticker: 'در حال انتخاب استیکر',
    draft: 'در حال نوشتن', more: 'نمایش بیشتر', less: 'نمایش کمتر', newMessages: 'پیام‌های تازه', earlier: 'پیام‌های پیشین', stop: 'ایست',
    pay: 'پرداخت', payTitle: 'تأیید خرید', payAsk: '«{title}» را از {bot} به بهای {n} ستاره می‌خرید؟',
    payConfirm: 'پرداخت {n}', balance: 'موجودی شما', stars: '{n} ستاره', moreStars: 'ستارهٔ بازی بیشتر', lacking: '{n} ستارهٔ دیگر لازم دارید.',
    paying: 'در حال پرداخت …', paidStars: '{n} ستاره پرداخت شد', forwardedFrom: 'فرستاده‌شده از {name}', unsupportedButton: 'این نوع دکمه اینجا کاری نمی‌کند.',
    precheckoutTimeout: 'ربات به‌موقع پاسخ نداد. چیزی کم نشد.', refunded: '{n} ستاره بازگردانده شد', payTest: 'پول بازی: چیزی از شما کم نمی‌شود.',
    everyMonth: 'هر ۳۰ روز', renew: 'تمدید', chargeBack: 'برگشت پرداخت', renewed: 'تمدید: {result}', chargedBack: 'پرداخت برگشت خورد.',
    pinned: '{name} پیامی را سنجاق کرد', joined: '{name} به گروه پیوست', wentAway: '{name} گروه را ترک کرد', newTopic: 'موضوع «{title}»',
    ok: 'باشه', failed: 'انجام نشد: {why}', offline: 'ارتباط با محیط آزمایشی قطع است. تلاش دوباره …', online: 'دوباره وصل شد.',
    calls: 'فراخوانی‌ها', trouble: 'دردسر', person: 'شخص', noCalls: 'هنوز فراخوانی‌ای نیست. با کار ربات اینجا پیدا می‌شوند.',
    filter: 'صافی بر نام متد', hold: 'نگه‌دار', resume: 'ادامه', clear: 'پاک کردن',
    method: 'متد', kind: 'چه رخ دهد', times: 'چند بار', seconds: 'ثانیه', onlyHere: 'تنها در این گفتگو', code: 'کد', description: 'توضیح',
    addFault: 'افزودن', faults: 'در انتظار رخ دادن', noFaults: 'همه چیز خوب است: دردسری در راه نیست.', remove: 'برداشتن',
    timesLeft: '{n} بار مانده', clock: 'ساعت', forward: 'جلو بردن', clockHint: 'زمان تلگرام را جلو می‌برد: انقضای رویدادها، ۱۰ ثانیهٔ پرداخت، اشتراک‌ها.',
    forwarded: 'ساعت تلگرام جلو رفت.', block: 'مسدود کردن ربات', unblock: 'رفع مسدودی ربات', forbidVoice: 'منع پیام صوتی',
    forbidVoiceHint: 'چنان که کاربران پرمیوم می‌توانند: پیام صوتی ربات پذیرفته نمی‌شود.', openLink: 'باز کردن ربات با پیوند',
    open: 'باز کن', payments: 'پرداخت‌ها', noPayments: 'هنوز پرداختی نیست.', micRefused: 'میکروفون در دسترس نیست: {why}',
    tooMany: 'هر بار حداکثر ۱۰ پرونده.', drop: 'پرونده‌ها را اینجا رها کنید', sendPhotos: 'ارسال {n} عکس', sendPhoto: 'ارسال عکس', sendFile: 'ارسال پرونده', asFiles: 'ارسال به شکل پرونده',
    fault_flood: 'درخواست زیاد (۴۲۹)', fault_error: 'خطایی از تلگرام', fault_html: 'صفحه به جای JSON (۵۰۲)', fault_restart: 'راه‌اندازی دوبارهٔ سرور (۵۰۰)',
    fault_lost: 'انجام شد، پاسخ گم شد', fault_refused: 'قطع پیش از انجام', fault_slow: 'پاسخ کند',
    fault_dropped: 'رویداد گم شد', fault_duplicated: 'رویداد دوباره', fault_reordered: 'رویدادها جابه‌جا', oneHour: '۱ ساعت', oneDay: '۱ روز', month: '۳۰ روز', tenSeconds: '۱۰ ثانیه',
    showKeyboard: 'نمایش صفحه‌کلید ربات', nothing: 'اینجا هنوز پیامی نیست …',
  },
}

let spoken = 'en'

export const language = () => spoken
export const direction = () => (spoken === 'fa' ? 'rtl' : 'ltr')

export function speak(code) {
  spoken = code?.startsWith('fa') ? 'fa' : 'en'
}

export function word(key, values = {}) {
  const found = WORDS[spoken][key] ?? WORDS.en[key] ?? key
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

/** Fill in what stands in page.html: data-word is the text, data-label the label for screen readers. */
export function translate(root) {
  for (const element of root.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word)
  for (const element of root.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.dataset.label))
    element.setAttribute('title', word(element.dataset.label))
  }
  for (const element of root.querySelectorAll('[data-hint]')) element.placeholder = word(element.dataset.hint)
}

/** The direction of the first letter that has one; null for emoji, digits and signs. */
export function directionOf(text) {
  const strong = /[A-Za-z\u00c0-\u058f\u0590-\u08ff\u1e00-\u1fff\u2c00-\ufb1c\ufb1d-\ufdff\ufe70-\ufefc]/u.exec(text)
  if (!strong) return null
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(strong[0]) ? 'rtl' : 'ltr'
}
