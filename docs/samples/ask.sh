#!/bin/sh
# Asks, then fetches the answer: no address of your own is needed.
#   CODE=tb_live_… sh ask.sh "What is 2 + 2?"
API=${API:-http://127.0.0.1:8080}

id=$(curl -s "$API/api/v1/jobs" -F api="$CODE" -F which=text -F text="$1" |
    sed -n 's/.*"id": "\([0-9]*\)".*/\1/p')

while
    seen=$(curl -s -H "Authorization: Bearer $CODE" "$API/api/v1/jobs/$id")
    echo "$seen" | grep -q '"answer": null'
do
    sleep 1
done
echo "$seen"
