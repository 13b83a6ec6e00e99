# 繁體中文。稱呼用「你」。

## Getting to know each other

choose-language = 請選擇語言：
language-chosen = 之後我會用繁體中文回覆你。
welcome = 你好，{ $name }！👋

    有什麼想問的，直接傳給我就行。我還會畫圖（/image）和朗讀（/voice）。

    每次請求會消耗代幣，費用顯示在回答下方。{ $tokens ->
        [0] 用 /buy 購買代幣。
       *[other] 送你 { $tokens } 個代幣，先試試看吧。
    }
help = 我能做這些：

    • 傳訊息給我，我就會回答。/new 開始新對話，/mode 更換回答風格。
    • /image 加上描述：依你選的風格畫圖。
    • /voice 加上文字：產生語音訊息。
    • /balance 查看代幣，/buy 購買代幣。
    • /cancel 停止你的請求，/support 聯絡真人客服。

    邀請好友：{ $link }
unknown-command = 我不認識這個指令。傳送 /help 看看我能做什麼。
ask-something = 請把問題寫在同一則訊息裡。
cannot-take = 我還無法處理這類訊息，沒有扣款。請傳文字給我，或查看 /help。

## Answers

footer = { $price } 個代幣 · 剩餘 { $left }
answer-stopped = 已停止 ·
stop-button = ■ 停止
stopping = 正在停止…
nothing-to-stop = 已經沒有可以停止的內容了。
job-cancelled = 已取消，沒有扣款。
status-queued = ⏳ 排隊中，你的順位：{ $turn }
status-long = ⏳ 這次比平常慢一些，我還在處理。
status-image = 🎨 正在畫… { $progress }

status-voice = 🎙 正在朗讀…

## What went wrong

error-not-enough = 代幣不足：這次需要 { $price } 個，你有 { $available } 個。購買：/buy
error-too-long = 內容太長：共 { $size } 位元組，最多 { $most } 位元組。請縮短後再傳。
error-too-many-waiting = 你已有 { $most } 個請求在等待。請等回答，或用 /cancel 停止它們。
error-queue-full = 現在使用的人太多，請過幾分鐘再試；沒有扣款。
answer-undeliverable = 回答已經準備好，但 Telegram 不允許我發到你提問的地方。已退還 { $amount } 個代幣。
error-banned = 你目前無法使用這個機器人。/support
error-in-debt = 有一筆付款被撤回，你欠 { $tokens } 個代幣。請先用 /buy 償還。
error-internal = 我這邊出了點問題，沒有扣款。請再試一次。
error-interrupted = 處理時被中斷了，沒有扣款。請再問一次。
error-upstream = 沒能得到回答，沒有扣款。請稍後再試。
error-upstream-unreachable = 我暫時連不上自己的大腦，沒有扣款。請過一分鐘再試。
error-upstream-busy = 現在太忙了，沒有扣款。請過一分鐘再試。
error-no-answer = 沒能及時得到回答，沒有扣款。請再試一次。
error-content-refused = 這個我幫不了你，沒有扣款。
error-nothing-to-say = 這段文字裡沒有可以朗讀的內容，沒有扣款。
error-language-unknown = 我認不出這是什麼語言，沒有扣款。
error-language-unsupported = 我還不會說這種語言，沒有扣款。
error-voice-unsupported = 這種語言沒有這個聲音，沒有扣款。
endpoint-paused = 你的程式（{ $address }）沒有接收回答（{ $why }）。我會不時重試；在此之前可以透過 API 取得回答。
button-too-old = 這個按鈕已經失效，請重新傳送請求。

## Pictures

image-usage = 告訴我畫什麼：/image 雨中的一隻貓
image-choose-style = 選哪種風格？
image-choose-count = 風格：{ $style }。要幾張圖？
image-count = { $count } 張（{ $price } 個代幣）
style-none = 無風格
style-paint = 繪畫
style-game = 遊戲
style-fantasy = 奇幻
style-anime = 動漫
style-cyberpunk = 賽博龐克
style-nature = 自然
style-steampunk = 蒸氣龐克
style-sci-fi = 科幻
style-space = 太空
style-creepy = 詭異
style-tattoo = 刺青
style-texture = 紋理
style-anything = 不限
style-photo = 相片
style-tarot = 塔羅牌
style-impasto-oil = 厚塗油畫
style-child-drawing = 兒童畫
style-saladwave = 沙拉波
style-woolworld = 毛線世界
style-synthwave = 合成波
style-midjourney = Midjourney
style-xmas = 聖誕
style-debug = 除錯
style-ImageHSIv1 = HSI

## Speech

voice-usage = 告訴我唸什麼：/voice 早安！或者用 /voice 回覆一則訊息。
voice-switch-on = 🔊 同時用語音回答
voice-switch-off = 🔇 只用文字回答
voice-on = 之後的回答會附上語音，語音另外收費。
voice-off = 之後的回答只用文字。

## Modes

choose-mode = 用什麼風格回答？
mode-chosen = 回答風格：{ $mode }
mode-none = 普通
mode-comedy = 😂 搞笑
mode-upset = 😠 生氣
mode-depress = 😞 憂鬱
mode-love = ❤️ 戀愛
mode-poem = 📜 詩歌
mode-shy = 😊 害羞
mode-coward = 😨 膽小
mode-impolite = 😤 無禮
mode-rough = 👊 粗魯
mode-programmer = 💻 程式設計師
mode-chat = 💬 閒聊
new-conversation = 新對話開始了。想聊什麼？
cancelled = 已取消 { $count } 個請求。
nothing-to-cancel = 沒有可以取消的請求。

## Account

balance = 你有 { $available } 個代幣。
balance-held = 另有 { $held } 個為正在處理的請求預留。
balance-debt = 有一筆付款被撤回，你欠 { $tokens } 個代幣；下次購買會先償還它。
balance-next = 購買代幣：/buy · 收據：/purchases · 對帳單：/statement
balance-older = ← 更早
balance-newest = 最新
notice-usage = 告訴我代幣少於多少個時提醒你：/notice 20
    /notice 0 取消提醒。
notice-set = 當你的代幣少於 { $tokens } 個時，我會提醒你一次。
notice-off = 代幣不足時我不會再提醒你。
notice-low = 🔔 你還剩 { $left } 個代幣。/buy
no-movements = 還沒有任何紀錄。
movement = { $at }  { $amount }  { $what }
movement-capture = 回答
movement-signup = 新人禮物
movement-stars = 用星星購買
movement-stars-refund = 購買已退款
movement-refund-failed = 無法退款
movement-repay = 償還欠款
movement-voucher = 兌換券
movement-refill = 補充
movement-invite = 你邀請了好友
movement-invited = 你受到邀請
movement-gift-given = 贈送
movement-gift-refund = 撤回贈送
gift-usage = 告訴我送多少、送給誰：/gift 20 @name
gift-to-nobody = 我不認識 { $name }。對方必須先傳過訊息給我。
gift-to-oneself = 不能把代幣送給自己。
gift-confirm = 要把 { $tokens } 個代幣送給 { $name } 嗎？
gift-button = 🎁 贈送
gift-given = 🎁 已送出 { $tokens } 個代幣。一分鐘內可以撤回。
gift-back-button = ↩️ 撤回
gift-returned = 已撤回：{ $tokens } 個代幣回到了你的帳戶。
gift-got = 🎁 { $name } 送給你 { $tokens } 個代幣。/balance
gift-too-much = 超過了每天可贈送的數量；今天還可以送 { $tokens } 個代幣。
gift-too-late = 已經太晚了。
gift-spent = 無法撤回：代幣已經用掉了。
movement-grant = 管理員發放
movement-refund = 已退回

## Buying

buy = 請選擇代幣方案：
pack-button = { $tokens } 個代幣 · ⭐ { $stars }
plan-button = 每月 { $tokens } 個代幣 · ⭐ { $stars }
plan-description = 每月 { $tokens } 個代幣。自動續訂，直到你取消：/subscription
plan-pay-button = 訂閱 · 每月 ⭐ { $stars }
plan-active-already = 你已經有訂閱了：/subscription
plan-none = 你沒有訂閱。用 /buy 看看有什麼可選。
plan-renews = 你的訂閱：每月 ⭐ { $stars }，{ $tokens } 個代幣。將於 { $at } 自動續訂。
plan-ends = 你的訂閱：每月 ⭐ { $stars }，{ $tokens } 個代幣。將於 { $at } 到期，不再續訂。
plan-cancel-button = 取消訂閱
plan-resume-button = 繼續訂閱
plan-may-resume = 可以在 Telegram 的「設定 → 我的星星」裡重新開啟訂閱。
plan-failed = 訂閱續費失敗：星星不足。/buy
invoice-title = { $tokens } 個代幣
pay-button = 支付 ⭐ { $stars }
invoice-description = { $tokens } 個代幣，可在本機器人中用於回答、圖片和語音。
receipt = ✅ 已用 ⭐ { $stars } 購買 { $tokens } 個代幣。現在共有 { $left } 個。

    收據編號：{ $charge }
payment-unknown = 這張帳單在這裡無效，請用 /buy 重新開始。
payment-unmatched = 我沒能找到與這筆付款對應的訂單。會有專人處理，你不會有損失：代幣或星星會入帳。/paysupport
payment-not-yours = 這張帳單是別人的，請用 /buy 取得你自己的帳單。
payment-wrong-amount = 金額與帳單不符，請用 /buy 重新開始。
payment-already-paid = 這張帳單已經付過了，請用 /buy 取得新的帳單。
payment-expired = 這張帳單已過期，請用 /buy 取得新的帳單。
voucher-redeemed = 🎟 兌換成功，獲得 { $tokens } 個代幣。現在共有 { $left } 個。
voucher-unknown = 沒有這張兌換券，請再核對一下代碼。
voucher-yours-already = 你已經領取過這張兌換券了。
voucher-expired = 這張兌換券已過期。
voucher-used-up = 這張兌換券已被領完。
voucher-too-many-guesses = 錯誤的代碼太多了。請稍後再試，或傳送 /support
refund-unknown = 沒有這筆付款。
refund-spent = 這筆付款的代幣已被使用，無法立即退款。
paysupport = 付款有問題？傳送 /support，說明情況並附上收據編號。會有真人查看並在這裡回覆；付錯的款項會退還。
paysupport-choose = 要退回一筆購買，請選擇它。未使用的會立即退回，其他情況由專人決定。
paysupport-purchase = { $at } · { $tokens } 個代幣 · { $money }
refund-done = ✅ 完成：代幣已收回，Telegram 已退還你的星星。
refund-under-way = 代幣已收回。現在連不上 Telegram，恢復後星星就會退還。
refund-asked = 這需要專人決定，因為其中的代幣已被使用，或今天退款較多。結果會傳到這裡。
refund-before = 這筆購買已經退過了。
refund-rejected = 這筆購買無法退回，因為其代幣已被使用。疑問：/support
refund-decided = 已經有決定了。
refund-impossible = Telegram 不退還這筆付款。代幣仍歸你所有；請傳送 /support 聯絡我們
terms = 使用條款摘要：

    • 你購買代幣，用於回答、圖片和語音。每次請求的價格都會顯示；失敗的請求不收費。
    • 回答由機器產生，可能有誤。健康、法律和財務問題請勿依賴這些回答。
    • 請勿要求違法或傷害他人的內容。
    • 付款使用 Telegram 星星；未使用的購買可以退款：/paysupport
privacy = 隱私摘要：

    • 我會保存你的 Telegram ID 和名字、你的設定以及代幣的異動紀錄。
    • 你的訊息會傳送給負責回答的服務，並短期保存，讓我記得聊到哪裡；/new 會清除。
    • 違反內容規則的訊息會連同開頭幾個字記錄下來，供管理員查看，幾天後刪除。
    • 不會出售任何資訊，也不會提供給他人。疑問：/support

## Support

support-ask = 請說明情況，也可以傳圖片；會有真人查看。不需要了就傳 /cancel。
support-sent = 已轉達。回覆會傳到這裡。
support-unreachable = 現在聯絡不上客服，請稍後再試。
support-answer = 💬 客服回覆：

## The command menu

command-help = 我能做什麼
command-new = 開始新對話
command-mode = 選擇回答風格
command-image = 畫圖
command-voice = 朗讀
command-balance = 你的代幣
command-notice = 代幣不足時提醒
command-buy = 購買代幣
command-subscription = 你的訂閱
command-gift = 送代幣給朋友
command-language = 選擇語言
command-support = 聯絡真人客服
command-paysupport = 付款說明
command-cancel = 停止請求
command-terms = 使用條款
command-privacy = 隱私
command-issue = 發放 API 代碼
command-codes = 列出 API 代碼
command-revoke = 撤銷 API 代碼
command-credit = 發放代幣
command-user = 查看客戶
command-refund = 退款
command-refunds = 待決定的退款
command-stars = 沒有訂單的星星交易
command-books = 帳本
command-voucher = 製作兌換券
command-vouchers = 列出兌換券
