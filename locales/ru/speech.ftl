## How the bot speaks

voice-settings = Как я с вами говорю:

    Язык: { $language }
    Голос: { $voice }
    Манера: { $style }
    Скорость: { $speed } % · Высота: { $pitch } %
voice-language-auto = язык самого текста
voice-any = любой голос языка
voice-language-button = 🌐 Язык
voice-voice-button = 🗣 Голос
voice-style-button = 🎭 Манера
voice-slower = 🐢 Медленнее
voice-faster = Быстрее 🐇
voice-lower = ⬇️ Ниже
voice-higher = Выше ⬆️
voice-replies-on = 🎤 Голосом на голос: да
voice-replies-off = 🎤 Голосом на голос: нет
voice-hear = ▶️ Послушать
voice-back = « Назад
voice-style-none = обычная
voice-style-cheerful = весело
voice-style-sad = грустно
voice-style-angry = сердито
voice-style-excited = взволнованно
voice-style-friendly = дружелюбно
voice-style-gentle = мягко
voice-style-serious = серьёзно
voice-style-rough = грубо
voice-style-whispering = шёпотом
voice-style-shouting = криком
voice-style-unable = Сегодняшний голос говорит только в одной манере. Для этой нужен другой движок речи.
voice-samples-enough = Вы прослушали уже много примеров. Подождите немного, пожалуйста.
sound-in-writing = Здесь мне нельзя отправлять ни голосовые сообщения, ни аудиофайлы, поэтому пишу то, что хотел сказать:
sound-refused = Здесь мне нельзя отправлять ни голосовые сообщения, ни аудиофайлы, поэтому ответ остаётся только текстом.
unspoken-long = 🔈 Озвучено только начало, весь ответ написан здесь ·
unspoken-failed = 🔈 Озвучить весь ответ не удалось, поэтому речь бесплатна ·

## What it hears

transcribe-usage = Ответьте на голосовое сообщение командой /transcribe, и я запишу, что в нём сказано.
recording-too-big = Эта запись больше 20 МБ, столько я получить не могу. Ничего не списано.
recording-too-long = Эта запись слишком длинная: я слушаю не больше { $minutes ->
        [one] { $minutes } минуты
        [few] { $minutes } минут
        [many] { $minutes } минут
       *[other] { $minutes } минуты
    }. Ничего не списано.
recording-gone = Не удалось получить эту запись; ничего не списано. Отправьте её ещё раз, пожалуйста.
error-cannot-hear = Здесь я пока не понимаю речь; ничего не списано. Напишите мне, пожалуйста.
error-not-a-sound = В этом файле нет звука, который я могу прочесть; ничего не списано.
error-silent-recording = В этой записи я не услышал слов; ничего не списано. Попробуйте ещё раз.
error-recording-longer = Эта запись длиннее, чем указано; ничего не списано.
command-voice_settings = Как я говорю
command-transcribe = Записать голосовое текстом
