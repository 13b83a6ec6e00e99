# English: the texts that every other language follows.

## Getting to know each other

choose-language = Choose your language:
language-chosen = I will write to you in English.
welcome = Hello { $name }! 👋

    Ask me anything and I answer. I draw pictures (/image) and speak (/voice) too.

    Every request has a price in tokens, which you see under each answer. { $tokens ->
        [0] You buy tokens with /buy.
        [one] You have { $tokens } token to begin with.
       *[other] You have { $tokens } tokens to begin with.
    }
help = What I can do:

    • Write to me, and I answer. /new begins a new conversation, /mode changes my manner.
    • /image and a description: a picture, in the style that you choose.
    • /voice and some words: a voice note.
    • /balance shows your tokens, /buy gets more.
    • /cancel stops what you asked for. /support reaches a person.

    Invite a friend: { $link }
unknown-command = I don't know this command. /help shows what I can do.
ask-something = Ask me something in the same message.
cannot-take = I can't take this kind of message yet; it cost you nothing. Write to me, or see /help.

## Answers

footer = { $price ->
        [one] { $price } token
       *[other] { $price } tokens
    } · { $left } left
answer-stopped = Stopped ·
stop-button = ■ Stop
stopping = Stopping …
nothing-to-stop = There is nothing to stop any more.
job-cancelled = Cancelled; nothing was charged.
status-queued = ⏳ Your place in the queue: { $turn }
status-long = ⏳ This takes longer than usual. I am still at it.
status-image = 🎨 Drawing … { $progress }

status-voice = 🎙 Speaking …

## What went wrong

error-not-enough = Not enough tokens: this costs { $price }, you have { $available }. /buy
error-too-long = This is too long: { $size } bytes, at most { $most } are possible. Please shorten it.
error-too-many-waiting = { $most ->
        [one] { $most } request of yours is waiting already.
       *[other] { $most } requests of yours are waiting already.
    } Wait for an answer, or stop them with /cancel.
error-queue-full = Too many people are asking just now. Please try again in a few minutes; nothing was charged.
answer-undeliverable = The answer is ready, but Telegram does not let me send it where you asked. You got your { $amount ->
        [one] { $amount } token
       *[other] { $amount } tokens
    } back.
error-banned = You can't use this bot at the moment. /support
error-in-debt = You owe { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    } for a payment that was taken back. Please repay that with /buy first.
error-internal = Something went wrong on my side; nothing was charged. Please try again.
error-interrupted = I was interrupted while I worked on this; nothing was charged. Please ask again.
error-upstream = I could not get an answer; nothing was charged. Please try again later.
error-upstream-unreachable = I can't reach my brain at the moment; nothing was charged. Please try again in a minute.
error-upstream-busy = Too much is going on just now; nothing was charged. Please try again in a minute.
error-no-answer = No answer came in time; nothing was charged. Please try again.
error-content-refused = I can't help with this; nothing was charged.
error-nothing-to-say = There is nothing in this text that I could read out; nothing was charged.
error-language-unknown = I could not tell which language this is; nothing was charged.
error-language-unsupported = I can't speak this language yet; nothing was charged.
error-voice-unsupported = This voice does not exist in this language; nothing was charged.
endpoint-paused = Your program at { $address } does not take its answers ({ $why }). I will try it again from time to time; until then the answers can be fetched with the API.
button-too-old = This button is too old. Please ask again.

## Pictures

image-usage = Tell me what to draw: /image a cat in the rain
image-choose-style = Which style?
image-choose-count = Style: { $style }. How many pictures?
image-count = { $count ->
        [one] { $count } picture
       *[other] { $count } pictures
    } · { $price ->
        [one] { $price } token
       *[other] { $price } tokens
    }
style-none = No style
style-paint = Painting
style-game = Game
style-fantasy = Fantasy
style-anime = Anime
style-cyberpunk = Cyberpunk
style-nature = Nature
style-steampunk = Steampunk
style-sci-fi = Sci-fi
style-space = Space
style-creepy = Creepy
style-tattoo = Tattoo
style-texture = Texture
style-anything = Anything
style-photo = Photo
style-tarot = Tarot
style-impasto-oil = Impasto oil
style-child-drawing = Child's art
style-saladwave = Saladwave
style-woolworld = Wool world
style-synthwave = Synthwave
style-midjourney = Midjourney
style-xmas = Christmas
style-debug = Debug
style-ImageHSIv1 = HSI

## Speech

voice-usage = Tell me what to say: /voice Good morning! Or reply to a message with /voice.
voice-switch-on = 🔊 Answer with voice too
voice-switch-off = 🔇 Answer with text only
voice-on = From now on my answers come as voice too; speaking costs extra.
voice-off = From now on my answers come as text.

## Modes

choose-mode = In which manner shall I answer?
mode-chosen = { $mode }: so be it.
mode-none = Normal
mode-comedy = 😂 Comedy
mode-upset = 😠 Upset
mode-depress = 😞 Depressed
mode-love = ❤️ Love
mode-poem = 📜 Poem
mode-shy = 😊 Shy
mode-coward = 😨 Coward
mode-impolite = 😤 Impolite
mode-rough = 👊 Rough
mode-programmer = 💻 Programmer
mode-chat = 💬 Chat
new-conversation = A new conversation. What is it about?
cancelled = { $count ->
        [one] { $count } request cancelled.
       *[other] { $count } requests cancelled.
    }
nothing-to-cancel = There is nothing to cancel.

## Account

balance = You have { $available ->
        [one] { $available } token
       *[other] { $available } tokens
    }.
balance-held = { $held } more are set aside for what is being worked on.
balance-debt = You owe { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    } for a payment that was taken back; your next purchase repays that first.
balance-next = /buy gets more. What you bought: /purchases · a month on paper: /statement
balance-older = ← Earlier
balance-newest = Latest
notice-usage = Tell me below how many tokens I shall tell you: /notice 20
    /notice 0 ends it.
notice-set = I will tell you once when you have fewer than { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    }.
notice-off = I will not tell you when your tokens run low.
notice-low = 🔔 You have { $left ->
        [one] { $left } token
       *[other] { $left } tokens
    } left. /buy
no-movements = Nothing has moved yet.
movement = { $at }  { $amount }  { $what }
movement-capture = answer
movement-signup = welcome gift
movement-stars = bought with Stars
movement-stars-refund = purchase refunded
movement-refund-failed = refund not possible
movement-repay = debt repaid
movement-voucher = voucher
movement-refill = refill
movement-invite = you invited somebody
movement-invited = you were invited
movement-gift-given = gift
movement-gift-refund = gift taken back
gift-usage = Tell me how much and to whom: /gift 20 @name
gift-to-nobody = I don't know { $name }. Whoever is to get tokens must have written to me once.
gift-to-oneself = You can't give tokens to yourself.
gift-confirm = Give { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    } to { $name }?
gift-button = 🎁 Give
gift-given = 🎁 Given: { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    }. For a minute you can take it back.
gift-back-button = ↩️ Take it back
gift-returned = Taken back: { $tokens ->
        [one] { $tokens } token is
       *[other] { $tokens } tokens are
    } yours again.
gift-got = 🎁 { $name } gave you { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    }. /balance
gift-too-much = This is more than you may give in a day; { $tokens ->
        [one] { $tokens } token is
       *[other] { $tokens } tokens are
    } still possible today.
gift-too-late = It is too late for that.
gift-spent = It can't be taken back: the tokens are spent already.
movement-grant = from the operator
movement-refund = given back

## Buying

buy = Choose a pack of tokens:
pack-button = { $tokens } tokens · ⭐ { $stars }
plan-button = { $tokens } tokens a month · ⭐ { $stars }
plan-description = { $tokens } tokens each month. It renews by itself until you cancel it: /subscription
plan-pay-button = Subscribe · ⭐ { $stars } a month
plan-active-already = You have a subscription already: /subscription
plan-none = You have no subscription. /buy shows what there is.
plan-renews = Your subscription: { $tokens } tokens for ⭐ { $stars } a month. It renews by itself on { $at }.
plan-ends = Your subscription: { $tokens } tokens for ⭐ { $stars } a month. It ends on { $at } and does not renew.
plan-cancel-button = Cancel it
plan-resume-button = Go on after all
plan-may-resume = You can switch your subscription on again: in Telegram, Settings → My Stars.
plan-failed = Your subscription could not be renewed: there were too few Stars. /buy
invoice-title = { $tokens } tokens
pay-button = Pay ⭐ { $stars }
invoice-description = { $tokens } tokens for answers, pictures and speech in this bot.
receipt = ✅ { $tokens } tokens for ⭐ { $stars }. You have { $left } now.

    Receipt: { $charge }
payment-unknown = This invoice is not valid here. Please start again with /buy.
payment-unmatched = I could not match this payment with an order. A person looks at it, and you lose nothing: either the tokens or your Stars come. /paysupport
payment-not-yours = This invoice belongs to somebody else. Get your own with /buy.
payment-wrong-amount = The amount does not match the invoice. Please start again with /buy.
payment-already-paid = This invoice is paid already. Get a new one with /buy.
payment-expired = This invoice is too old. Get a new one with /buy.
voucher-redeemed = 🎟 The voucher brought you { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    }. You have { $left } now.
voucher-unknown = There is no such voucher. Please look at the code again.
voucher-yours-already = You have had this voucher's tokens already.
voucher-expired = This voucher has expired.
voucher-used-up = This voucher is used up: others were faster.
voucher-too-many-guesses = Too many codes were wrong. Please try again later, or write to /support
refund-unknown = There is no such payment.
refund-spent = The tokens of this payment are spent; it can't be refunded at once.
paysupport = Something wrong with a payment? Send /support and say what happened, with the receipt's number. A person reads it and answers here; what was paid wrongly is given back.
paysupport-choose = To get a purchase back, choose it. What is unspent comes back at once; otherwise a person decides.
paysupport-purchase = { $at } · { $tokens } tokens · { $money }
refund-done = ✅ Done: the tokens are taken back, and Telegram has returned your Stars.
refund-under-way = The tokens are taken back. Telegram can't be reached at the moment; your Stars follow as soon as it can.
refund-asked = A person decides about this, because tokens of it are spent or much was refunded today. The answer comes here.
refund-before = This purchase has been given back already.
refund-rejected = Your purchase could not be given back, because its tokens are spent. Questions: /support
refund-decided = This has been decided already.
refund-impossible = Telegram does not give this payment back. Your tokens stay with you; please write to /support
terms = Terms in short:

    • You buy tokens and spend them on answers, pictures and speech. The price of each request is shown; a request that fails costs nothing.
    • Answers are made by a machine and can be wrong. Don't rely on them for health, law or money.
    • Don't ask for what is unlawful or harms others.
    • Payments are in Telegram Stars; unspent purchases can be refunded: /paysupport
privacy = Privacy in short:

    • I keep your Telegram id, your name there, your settings and the movements of your tokens.
    • Your messages are sent to the service that answers them, and kept for a short time so that I know what we talk about; /new forgets it.
    • What goes against the content rules is noted with its first words, seen by an admin, and forgotten after some days.
    • Nothing is sold or given to others. Questions: /support

## Support

support-ask = Write what it is about, a picture is fine too; a person reads it. /cancel if not.
support-sent = Passed on. The answer comes here.
support-unreachable = Nobody can be reached at the moment. Please try again later.
support-answer = 💬 Answer from support:

## The command menu

command-help = What I can do
command-new = Begin a new conversation
command-mode = Choose my manner
command-image = Draw a picture
command-voice = Speak
command-balance = Your tokens
command-notice = Be told when tokens run low
command-buy = Buy tokens
command-subscription = Your subscription
command-gift = Give tokens to a friend
command-language = Choose the language
command-support = Write to a person
command-paysupport = Help with a payment
command-cancel = Stop what you asked for
command-terms = Terms
command-privacy = Privacy
command-issue = Issue an API code
command-codes = List API codes
command-revoke = Revoke an API code
command-credit = Give tokens
command-user = Look at a customer
command-refund = Refund a payment
command-refunds = Refunds to decide
command-stars = Star transactions without an order
command-books = The books
command-voucher = Make a voucher
command-vouchers = List vouchers
