## API codes

command-apicode = API codes for your programs
command-deliveries = How answers reached your programs
command-code = Look at an API code, restrict it
command-blocks = Who is blocked by the API
movement-set-aside = set aside for an API code
movement-set-back = back from an API code
apicode-list = Your API codes:
apicode-none = You have no API code. With one, a program of yours asks here and spends your tokens.
apicode-how = How programs ask: { $link }
apicode-by-operator = Codes are given out by the operator; ask with /support.
apicode-ask-button = Ask for a code
apicode-asked = I have passed it on. You hear from me when it is decided.
apicode-asked-already = You have asked for a code already; it is not decided yet.
apicode-declined = Your request for an API code was declined. If you think that is a mistake: /support
apicode-issued = Here is your API code. I show it this once, so keep it safe; whoever has it spends your tokens.
    { $code }
    /apicode shows your codes and what they have used.
code-line = { $name } · { $code } · { $state }
code-state-active = active
code-state-paused = paused
code-state-expired = expired
code-state-revoked = revoked
code-used = Used today: { $count } tokens, in all: { $tokens }
code-last-use = Last used: { $at } UTC
code-never-used = Never used
code-budget-day = Budget for a day: { $tokens } tokens
code-budget-all = Budget in all: { $tokens } tokens
code-aside = Spends only what is set aside for it; of that are left: { $tokens } tokens
code-expires = Valid until { $at } UTC
code-old-until = The code before it is valid until { $at } UTC
code-button-pause = ⏸ Pause
code-button-resume = ▶️ Resume
code-button-rotate = 🔄 Renew
code-button-revoke = 🗑 Revoke
code-revoke-sure-button = 🗑 Revoke it for good
code-keep-button = Keep it
code-button-budget-day = Budget a day
code-button-budget-all = Budget in all
code-button-aside = Set tokens aside
code-button-back = Take them back
code-button-use = 📊 Use by day
code-list-button = ← All codes
code-budget-ask = How many tokens may it spend? Write a number; 0 means any. Stop with /cancel.
code-aside-ask = How many tokens shall I set aside for this code? It then spends those only. Write a number, or stop with /cancel.
code-aside-too-much = You have only { $tokens } tokens free. Write a smaller number, or stop with /cancel.
code-amount-wrong = I need a number of tokens, as 50. Write it again, or stop with /cancel.
code-rotated = Here is the new code; I show it this once.
    { $code }
    The old one is valid until { $at } UTC. The secret that signs your callbacks is new too; until then both sign.
code-use = { $name }: tokens by day. In the last two weeks { $count } requests, { $tokens } tokens.

## Deliveries to programs

deliveries-none = Nothing has been sent to a program of yours yet.
deliveries-list = The last answers to your programs:
delivery-line = No. { $turn } → { $address } · { $what } · tries: { $count }
delivery-state-pending = waiting
delivery-state-sending = on its way
delivery-state-done = arrived
delivery-state-dead = given up
delivery-error = ({ $why })
delivery-next = next try: { $at } UTC
delivery-paused = ⏸ { $address } is left alone until { $at } UTC.
delivery-again-button = ↻ No. { $turn }
delivery-resume-button = ▶️ { $address }
delivery-trying = I am trying it now.
delivery-gone = There is nothing to try just now.
