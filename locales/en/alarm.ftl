## The books' alarm

error-books-wrong = My books are being checked, so I take no new requests at the moment; nothing was charged. Please try again later.
command-resume = Take requests again
