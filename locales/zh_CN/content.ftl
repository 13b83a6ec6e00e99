## The content rules

error-unchecked = 暂时无法按内容规则检查这条消息，所以没有转发，也没有扣费。请过一分钟再试。
error-blocked = 你有太多请求违反了内容规则。请过 { $minutes } 分钟再来。如果弄错了：/support
command-flagged = 内容规则的发现
