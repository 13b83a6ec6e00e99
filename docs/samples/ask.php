<?php
// Asks; the answer is posted to your callback address (answer.php).
//   CODE=tb_live_… CALLBACK=https://your.host/answer.php php ask.php "What is 2 + 2?"
$request = curl_init((getenv('API') ?: 'http://127.0.0.1:8080') . '/chatgpt_api/chatgpt_api.php');
curl_setopt($request, CURLOPT_RETURNTRANSFER, true);
curl_setopt($request, CURLOPT_POSTFIELDS, [
    'api' => getenv('CODE'),
    'callback' => getenv('CALLBACK'),
    'which' => getenv('WHICH') ?: 'text',
    'text' => $argv[1],
    'mode' => getenv('MODE') ?: '',
    'works' => getenv('WORKS') ?: '',
    'txtTOimage_count' => getenv('COUNT') ?: '',
    'txtTOimage_nPrompt' => '',
    'txtTOvoice_lang' => '',
    'txtTOvoice_who' => '',
    'txtTOvoice_mode' => '',
]);
$reply = json_decode(curl_exec($request));
if ($reply === null || !$reply->status) {
    fwrite(STDERR, ($reply->detail ?? 'no answer') . "\n");
    exit(1);
}
echo "Request $reply->id is number $reply->turn in the queue.\n";
