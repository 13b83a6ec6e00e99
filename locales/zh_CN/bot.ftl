# 简体中文。称呼用「你」。

## Getting to know each other

choose-language = 请选择语言：
language-chosen = 之后我会用简体中文回复你。
welcome = 你好，{ $name }！👋

    有什么想问的，直接发给我就行。我还会画画（/image）和朗读（/voice）。

    每次请求会消耗代币，费用显示在回答下方。{ $tokens ->
        [0] 用 /buy 购买代币。
       *[other] 送你 { $tokens } 个代币，先试试看吧。
    }
help = 我能做这些：

    • 给我发消息，我就会回答。/new 开始新对话，/mode 更换回答风格。
    • /image 加上描述：按你选的风格画图。
    • /voice 加上文字：生成语音消息。
    • /balance 查看代币，/buy 购买代币。
    • /cancel 停止你的请求，/support 联系人工客服。

    邀请好友：{ $link }
unknown-command = 我不认识这个命令。发送 /help 看看我能做什么。
ask-something = 请把问题写在同一条消息里。
cannot-take = 我还处理不了这类消息，没有扣费。请发文字给我，或查看 /help。

## Answers

footer = { $price } 个代币 · 剩余 { $left }
answer-stopped = 已停止 ·
stop-button = ■ 停止
stopping = 正在停止…
nothing-to-stop = 已经没有可以停止的内容了。
job-cancelled = 已取消，没有扣费。
status-queued = ⏳ 排队中，你的位置：{ $turn }
status-long = ⏳ 这次比平时慢一些，我还在处理。
status-image = 🎨 正在画… { $progress }

status-voice = 🎙 正在朗读…

## What went wrong

error-not-enough = 代币不足：这次需要 { $price } 个，你有 { $available } 个。购买：/buy
error-too-long = 内容太长：共 { $size } 字节，最多 { $most } 字节。请缩短后再发。
error-too-many-waiting = 你已有 { $most } 个请求在等待。请等回答，或用 /cancel 停止它们。
error-queue-full = 现在使用的人太多，请过几分钟再试；没有扣费。
answer-undeliverable = 回答已经准备好，但 Telegram 不允许我发到你提问的地方。已退还 { $amount } 个代币。
error-banned = 你目前无法使用这个机器人。/support
error-in-debt = 有一笔付款被撤回，你欠 { $tokens } 个代币。请先用 /buy 偿还。
error-internal = 我这边出了点问题，没有扣费。请再试一次。
error-interrupted = 处理时被中断了，没有扣费。请再问一次。
error-upstream = 没能得到回答，没有扣费。请稍后再试。
error-upstream-unreachable = 我暂时连不上自己的大脑，没有扣费。请过一分钟再试。
error-upstream-busy = 现在太忙了，没有扣费。请过一分钟再试。
error-no-answer = 没能及时得到回答，没有扣费。请再试一次。
error-content-refused = 这个我帮不了你，没有扣费。
error-nothing-to-say = 这段文字里没有可以朗读的内容，没有扣费。
error-language-unknown = 我没能认出这是什么语言，没有扣费。
error-language-unsupported = 我还不会说这种语言，没有扣费。
error-voice-unsupported = 这种语言没有这个声音，没有扣费。
endpoint-paused = 你的程序（{ $address }）没有接收回答（{ $why }）。我会不时重试；在此之前可以通过 API 获取回答。
button-too-old = 这个按钮已经失效，请重新发送请求。

## Pictures

image-usage = 告诉我画什么：/image 雨中的一只猫
image-choose-style = 选哪种风格？
image-choose-count = 风格：{ $style }。要几张图？
image-count = { $count } 张（{ $price } 个代币）
style-none = 无风格
style-paint = 绘画
style-game = 游戏
style-fantasy = 奇幻
style-anime = 动漫
style-cyberpunk = 赛博朋克
style-nature = 自然
style-steampunk = 蒸汽朋克
style-sci-fi = 科幻
style-space = 太空
style-creepy = 诡异
style-tattoo = 纹身
style-texture = 纹理
style-anything = 不限
style-photo = 照片
style-tarot = 塔罗牌
style-impasto-oil = 厚涂油画
style-child-drawing = 儿童画
style-saladwave = 沙拉波
style-woolworld = 毛线世界
style-synthwave = 合成波
style-midjourney = Midjourney
style-xmas = 圣诞
style-debug = 调试
style-ImageHSIv1 = HSI

## Speech

voice-usage = 告诉我读什么：/voice 早上好！或者用 /voice 回复一条消息。
voice-switch-on = 🔊 同时用语音回答
voice-switch-off = 🔇 只用文字回答
voice-on = 之后的回答会附上语音，语音另外收费。
voice-off = 之后的回答只用文字。

## Modes

choose-mode = 用什么风格回答？
mode-chosen = 回答风格：{ $mode }
mode-none = 普通
mode-comedy = 😂 搞笑
mode-upset = 😠 生气
mode-depress = 😞 忧郁
mode-love = ❤️ 恋爱
mode-poem = 📜 诗歌
mode-shy = 😊 害羞
mode-coward = 😨 胆小
mode-impolite = 😤 无礼
mode-rough = 👊 粗鲁
mode-programmer = 💻 程序员
mode-chat = 💬 闲聊
new-conversation = 新对话开始了。想聊什么？
cancelled = 已取消 { $count } 个请求。
nothing-to-cancel = 没有可以取消的请求。

## Account

balance = 你有 { $available } 个代币。
balance-held = 另有 { $held } 个为正在处理的请求预留。
balance-debt = 有一笔付款被撤回，你欠 { $tokens } 个代币；下次购买会先偿还它。
balance-next = 购买代币：/buy · 收据：/purchases · 对账单：/statement
balance-older = ← 更早
balance-newest = 最新
notice-usage = 告诉我代币少于多少个时提醒你：/notice 20
    /notice 0 取消提醒。
notice-set = 当你的代币少于 { $tokens } 个时，我会提醒你一次。
notice-off = 代币不足时我不会再提醒你。
notice-low = 🔔 你还剩 { $left } 个代币。/buy
no-movements = 还没有任何记录。
movement = { $at }  { $amount }  { $what }
movement-capture = 回答
movement-signup = 新人礼物
movement-stars = 用星星购买
movement-stars-refund = 购买已退款
movement-refund-failed = 无法退款
movement-repay = 偿还欠款
movement-voucher = 兑换券
movement-refill = 补充
movement-invite = 你邀请了好友
movement-invited = 你受到邀请
movement-gift-given = 赠送
movement-gift-refund = 撤回赠送
gift-usage = 告诉我送多少、送给谁：/gift 20 @name
gift-to-nobody = 我不认识 { $name }。对方必须先给我发过消息。
gift-to-oneself = 不能把代币送给自己。
gift-confirm = 要把 { $tokens } 个代币送给 { $name } 吗？
gift-button = 🎁 赠送
gift-given = 🎁 已送出 { $tokens } 个代币。一分钟内可以撤回。
gift-back-button = ↩️ 撤回
gift-returned = 已撤回：{ $tokens } 个代币回到了你的账户。
gift-got = 🎁 { $name } 送给你 { $tokens } 个代币。/balance
gift-too-much = 超过了每天可赠送的数量；今天还可以送 { $tokens } 个代币。
gift-too-late = 已经太晚了。
gift-spent = 无法撤回：代币已经用掉了。
movement-grant = 管理员发放
movement-refund = 已退回

## Buying

buy = 请选择代币套餐：
pack-button = { $tokens } 个代币 · ⭐ { $stars }
plan-button = 每月 { $tokens } 个代币 · ⭐ { $stars }
plan-description = 每月 { $tokens } 个代币。自动续订，直到你取消：/subscription
plan-pay-button = 订阅 · 每月 ⭐ { $stars }
plan-active-already = 你已经有订阅了：/subscription
plan-none = 你没有订阅。用 /buy 看看有什么可选。
plan-renews = 你的订阅：每月 ⭐ { $stars }，{ $tokens } 个代币。将于 { $at } 自动续订。
plan-ends = 你的订阅：每月 ⭐ { $stars }，{ $tokens } 个代币。将于 { $at } 到期，不再续订。
plan-cancel-button = 取消订阅
plan-resume-button = 继续订阅
plan-may-resume = 可以在 Telegram 的“设置 → 我的星星”里重新开启订阅。
plan-failed = 订阅续费失败：星星不足。/buy
invoice-title = { $tokens } 个代币
pay-button = 支付 ⭐ { $stars }
invoice-description = { $tokens } 个代币，可在本机器人中用于回答、图片和语音。
receipt = ✅ 已用 ⭐ { $stars } 购买 { $tokens } 个代币。现在共有 { $left } 个。

    收据编号：{ $charge }
payment-unknown = 这张账单在这里无效，请用 /buy 重新开始。
payment-unmatched = 我没能找到与这笔付款对应的订单。会有真人处理，你不会有损失：代币或星星会到账。/paysupport
payment-not-yours = 这张账单是别人的，请用 /buy 获取你自己的账单。
payment-wrong-amount = 金额与账单不符，请用 /buy 重新开始。
payment-already-paid = 这张账单已经付过了，请用 /buy 获取新的账单。
payment-expired = 这张账单已过期，请用 /buy 获取新的账单。
voucher-redeemed = 🎟 兑换成功，获得 { $tokens } 个代币。现在共有 { $left } 个。
voucher-unknown = 没有这张兑换券，请再核对一下代码。
voucher-yours-already = 你已经领取过这张兑换券了。
voucher-expired = 这张兑换券已过期。
voucher-used-up = 这张兑换券已被领完。
voucher-too-many-guesses = 错误的代码太多了。请稍后再试，或发送 /support
refund-unknown = 没有这笔付款。
refund-spent = 这笔付款的代币已被使用，无法立即退款。
paysupport = 付款有问题？发送 /support，说明情况并附上收据编号。会有真人查看并在这里回复；付错的款项会退还。
paysupport-choose = 要退回一笔购买，请选择它。未使用的会立即退回，其他情况由真人决定。
paysupport-purchase = { $at } · { $tokens } 个代币 · { $money }
refund-done = ✅ 完成：代币已收回，Telegram 已退还你的星星。
refund-under-way = 代币已收回。现在连不上 Telegram，恢复后星星就会退还。
refund-asked = 这需要真人决定，因为其中的代币已被使用，或今天退款较多。结果会发到这里。
refund-before = 这笔购买已经退过了。
refund-rejected = 这笔购买无法退回，因为其代币已被使用。疑问：/support
refund-decided = 已经有决定了。
refund-impossible = Telegram 不退还这笔付款。代币仍归你所有；请发送 /support 联系我们
terms = 使用条款摘要：

    • 你购买代币，用于回答、图片和语音。每次请求的价格都会显示；失败的请求不收费。
    • 回答由机器生成，可能有误。健康、法律和财务问题请勿依赖这些回答。
    • 请勿要求违法或伤害他人的内容。
    • 付款使用 Telegram 星星；未使用的购买可以退款：/paysupport
privacy = 隐私摘要：

    • 我会保存你的 Telegram ID 和名字、你的设置以及代币的变动记录。
    • 你的消息会发送给负责回答的服务，并短期保存，让我记得聊到哪里；/new 会清除。
    • 违反内容规则的消息会连同开头几个字记录下来，供管理员查看，几天后删除。
    • 不会出售任何信息，也不会提供给他人。疑问：/support

## Support

support-ask = 请说明情况，也可以发图片；会有真人查看。不需要了就发 /cancel。
support-sent = 已转达。回复会发到这里。
support-unreachable = 现在联系不上客服，请稍后再试。
support-answer = 💬 客服回复：

## The command menu

command-help = 我能做什么
command-new = 开始新对话
command-mode = 选择回答风格
command-image = 画图
command-voice = 朗读
command-balance = 你的代币
command-notice = 代币不足时提醒
command-buy = 购买代币
command-subscription = 你的订阅
command-gift = 送代币给朋友
command-language = 选择语言
command-support = 联系人工客服
command-paysupport = 付款帮助
command-cancel = 停止请求
command-terms = 使用条款
command-privacy = 隐私
command-issue = 发放 API 代码
command-codes = 列出 API 代码
command-revoke = 撤销 API 代码
command-credit = 发放代币
command-user = 查看客户
command-refund = 退款
command-refunds = 待决定的退款
command-stars = 没有订单的星星交易
command-books = 账本
command-voucher = 制作兑换券
command-vouchers = 列出兑换券
