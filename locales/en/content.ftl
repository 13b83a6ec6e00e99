## The content rules

error-unchecked = I could not check this against the content rules just now, so I did not pass it on; nothing was charged. Please try again in a minute.
error-blocked = Too many of your requests were against the content rules. Please come back in { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }. If that is a mistake: /support
command-flagged = What the content rules found
