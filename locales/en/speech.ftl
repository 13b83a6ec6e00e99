## How the bot speaks

voice-settings = How I speak to you:

    Language: { $language }
    Voice: { $voice }
    Style: { $style }
    Speed: { $speed } % · Pitch: { $pitch } %
voice-language-auto = each text's own
voice-any = any of the language
voice-language-button = 🌐 Language
voice-voice-button = 🗣 Voice
voice-style-button = 🎭 Style
voice-slower = 🐢 Slower
voice-faster = Faster 🐇
voice-lower = ⬇️ Lower
voice-higher = Higher ⬆️
voice-replies-on = 🎤 Voice answers voice: yes
voice-replies-off = 🎤 Voice answers voice: no
voice-hear = ▶️ Hear it
voice-back = « Back
voice-style-none = plain
voice-style-cheerful = cheerful
voice-style-sad = sad
voice-style-angry = angry
voice-style-excited = excited
voice-style-friendly = friendly
voice-style-gentle = gentle
voice-style-serious = serious
voice-style-rough = rough
voice-style-whispering = whispering
voice-style-shouting = shouting
voice-style-unable = The voice that speaks today has only one style. This one needs another speech engine.
voice-samples-enough = Those were many samples. Please wait a while before you hear more.
sound-in-writing = I may send neither voice messages nor audio files here, so I write down what I would have said:
sound-refused = I may send neither voice messages nor audio files here, so my answer stays in writing.
unspoken-long = 🔈 Only the beginning is spoken, all of it stands here ·
unspoken-failed = 🔈 I could not speak all of it, so the speech costs nothing ·

## What it hears

transcribe-usage = Reply to a voice message with /transcribe, and I write down what is said.
recording-too-big = This recording is larger than 20 MB, which is the most that I can fetch. Nothing was charged.
recording-too-long = This recording is too long: I listen to { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    } at most. Nothing was charged.
recording-gone = I could not fetch this recording; nothing was charged. Please send it again.
error-cannot-hear = I can't understand speech here yet; nothing was charged. Please write to me.
error-not-a-sound = This file holds no sound that I can read; nothing was charged.
error-silent-recording = I heard no words in this recording; nothing was charged. Please try again.
error-recording-longer = This recording is longer than it says; nothing was charged.
command-voice_settings = How I speak to you
command-transcribe = Write down a voice message
