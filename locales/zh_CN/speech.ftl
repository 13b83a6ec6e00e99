## How the bot speaks

voice-settings = 我这样对您说话：

    语言：{ $language }
    声音：{ $voice }
    语气：{ $style }
    语速：{ $speed }% · 音高：{ $pitch }%
voice-language-auto = 跟随文字
voice-any = 该语言的任意声音
voice-language-button = 🌐 语言
voice-voice-button = 🗣 声音
voice-style-button = 🎭 语气
voice-slower = 🐢 慢一点
voice-faster = 快一点 🐇
voice-lower = ⬇️ 低一点
voice-higher = 高一点 ⬆️
voice-replies-on = 🎤 语音回答语音：是
voice-replies-off = 🎤 语音回答语音：否
voice-hear = ▶️ 试听
voice-back = « 返回
voice-style-none = 普通
voice-style-cheerful = 欢快
voice-style-sad = 悲伤
voice-style-angry = 生气
voice-style-excited = 激动
voice-style-friendly = 友好
voice-style-gentle = 温柔
voice-style-serious = 严肃
voice-style-rough = 粗犷
voice-style-whispering = 耳语
voice-style-shouting = 大喊
voice-style-unable = 今天的声音只有一种语气，这种语气需要另一个语音引擎。
voice-samples-enough = 您已经试听了很多，请稍后再听。
sound-in-writing = 这里不允许我发送语音消息和音频文件，所以我把要说的话写下来：
sound-refused = 这里不允许我发送语音消息和音频文件，所以回答只有文字。
unspoken-long = 🔈 只朗读了开头，完整回答在这里 ·
unspoken-failed = 🔈 没能朗读全部回答，所以语音不收费 ·

## What it hears

transcribe-usage = 用 /transcribe 回复一条语音消息，我会把内容写下来。
recording-too-big = 这段录音超过 20 MB，我无法获取。没有扣费。
recording-too-long = 这段录音太长了，我最多听 { $minutes } 分钟。没有扣费。
recording-gone = 无法获取这段录音，没有扣费。请重新发送。
error-cannot-hear = 我在这里还听不懂语音，没有扣费。请用文字写给我。
error-not-a-sound = 这个文件里没有我能读取的声音，没有扣费。
error-silent-recording = 我在这段录音里没有听到话语，没有扣费。请再试一次。
error-recording-longer = 这段录音比标明的要长，没有扣费。
command-voice_settings = 我的说话方式
command-transcribe = 把语音写成文字
