<?php
// Your callback address: checks the signature, then does something with the answer.
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$time = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$secret = base64_decode(substr(getenv('WEBHOOK_SECRET'), strlen('whsec_')));
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $secret, true));
// While a code is being renewed there are two signatures, with a space between.
$given = explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '');
$right = array_filter($given, fn ($one) => hash_equals($expected, $one));
if (!$right || abs(time() - (int) $time) > 300) {
    http_response_code(401);
    exit;
}
$answer = json_decode($body);
if ($answer->status) {
    $result = $answer->text;
    foreach ((array) $answer->files as $kind => $addresses) {
        foreach ($addresses as $address) {
            $result .= "\n$kind $address";
        }
    }
} else {
    $result = "Failed: $answer->detail";
}
file_put_contents(getenv('ANSWERS') . "/$answer->id.txt", "$result\n$answer->token\n");
