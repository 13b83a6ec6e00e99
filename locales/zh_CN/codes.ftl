## API 代码

command-apicode = 供程序使用的 API 代码
command-deliveries = 回答如何送达你的程序
command-code = 查看和限制 API 代码
command-blocks = API 封禁名单
movement-set-aside = 为 API 代码预留
movement-set-back = 从 API 代码退回
apicode-list = 你的 API 代码：
apicode-none = 你还没有 API 代码。有了它，你的程序就能在这里提问，并使用你的代币。
apicode-how = 程序如何提问：{ $link }
apicode-by-operator = 代码由管理员发放，请联系 /support。
apicode-ask-button = 申请代码
apicode-asked = 申请已提交，有结果后我会通知你。
apicode-asked-already = 你已经申请过了，正在等待处理。
apicode-declined = 你的 API 代码申请未获批准。如有疑问：/support
apicode-issued = 这是你的 API 代码。只显示这一次，请妥善保管；任何拿到它的人都能花你的代币。
    { $code }
    用 /apicode 查看你的代码和用量。
code-line = { $name } · { $code } · { $state }
code-state-active = 有效
code-state-paused = 已暂停
code-state-expired = 已过期
code-state-revoked = 已作废
code-used = 今天用了 { $count } 个代币，总共 { $tokens } 个
code-last-use = 上次使用：{ $at } UTC
code-never-used = 从未使用
code-budget-day = 每日预算：{ $tokens } 个代币
code-budget-all = 总预算：{ $tokens } 个代币
code-aside = 只使用为它预留的代币，还剩 { $tokens } 个
code-expires = 有效期至 { $at } UTC
code-old-until = 旧代码有效期至 { $at } UTC
code-button-pause = ⏸ 暂停
code-button-resume = ▶️ 恢复
code-button-rotate = 🔄 更换
code-button-revoke = 🗑 作废
code-revoke-sure-button = 🗑 确定作废
code-keep-button = 保留
code-button-budget-day = 每日预算
code-button-budget-all = 总预算
code-button-aside = 预留代币
code-button-back = 取回代币
code-button-use = 📊 每日用量
code-list-button = ← 所有代码
code-budget-ask = 它最多可以花多少代币？请写一个数字，0 表示不限。取消：/cancel
code-aside-ask = 要为这个代码预留多少代币？之后它只使用这些。请写一个数字。取消：/cancel
code-aside-too-much = 你只有 { $tokens } 个可用代币，请写一个小一点的数字。取消：/cancel
code-amount-wrong = 请写代币的数量，例如 50。取消：/cancel
code-rotated = 这是新代码，只显示这一次。
    { $code }
    旧代码有效期至 { $at } UTC。回调签名密钥也已更换，在此之前两个密钥都会签名。
code-use = { $name }：每日代币用量。最近两周 { $count } 个请求，{ $tokens } 个代币。

## 送达程序

deliveries-none = 还没有向你的程序发送过任何内容。
deliveries-list = 最近发给你的程序的回答：
delivery-line = 第 { $turn } 号 → { $address } · { $what } · 尝试 { $count } 次
delivery-state-pending = 等待中
delivery-state-sending = 发送中
delivery-state-done = 已送达
delivery-state-dead = 已放弃
delivery-error = （{ $why }）
delivery-next = 下次尝试：{ $at } UTC
delivery-paused = ⏸ 在 { $at } UTC 之前不再发往 { $address }。
delivery-again-button = ↻ 第 { $turn } 号
delivery-resume-button = ▶️ { $address }
delivery-trying = 正在重新发送。
delivery-gone = 现在没有可以发送的内容。
