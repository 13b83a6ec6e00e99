## How the bot speaks

voice-settings = 我這樣對您說話：

    語言：{ $language }
    聲音：{ $voice }
    語氣：{ $style }
    語速：{ $speed }% · 音高：{ $pitch }%
voice-language-auto = 跟隨文字
voice-any = 該語言的任意聲音
voice-language-button = 🌐 語言
voice-voice-button = 🗣 聲音
voice-style-button = 🎭 語氣
voice-slower = 🐢 慢一點
voice-faster = 快一點 🐇
voice-lower = ⬇️ 低一點
voice-higher = 高一點 ⬆️
voice-replies-on = 🎤 語音回答語音：是
voice-replies-off = 🎤 語音回答語音：否
voice-hear = ▶️ 試聽
voice-back = « 返回
voice-style-none = 普通
voice-style-cheerful = 歡快
voice-style-sad = 悲傷
voice-style-angry = 生氣
voice-style-excited = 激動
voice-style-friendly = 友善
voice-style-gentle = 溫柔
voice-style-serious = 嚴肅
voice-style-rough = 粗獷
voice-style-whispering = 耳語
voice-style-shouting = 大喊
voice-style-unable = 今天的聲音只有一種語氣，這種語氣需要另一個語音引擎。
voice-samples-enough = 您已經試聽了很多，請稍後再聽。
sound-in-writing = 這裡不允許我傳送語音訊息和音訊檔案，所以我把要說的話寫下來：
sound-refused = 這裡不允許我傳送語音訊息和音訊檔案，所以回答只有文字。
unspoken-long = 🔈 只朗讀了開頭，完整回答在這裡 ·
unspoken-failed = 🔈 沒能朗讀全部回答，所以語音不收費 ·

## What it hears

transcribe-usage = 用 /transcribe 回覆一則語音訊息，我會把內容寫下來。
recording-too-big = 這段錄音超過 20 MB，我無法取得。沒有扣費。
recording-too-long = 這段錄音太長了，我最多聽 { $minutes } 分鐘。沒有扣費。
recording-gone = 無法取得這段錄音，沒有扣費。請重新傳送。
error-cannot-hear = 我在這裡還聽不懂語音，沒有扣費。請用文字寫給我。
error-not-a-sound = 這個檔案裡沒有我能讀取的聲音，沒有扣費。
error-silent-recording = 我在這段錄音裡沒有聽到話語，沒有扣費。請再試一次。
error-recording-longer = 這段錄音比標明的要長，沒有扣費。
command-voice_settings = 我的說話方式
command-transcribe = 把語音寫成文字
