"""Messages out of the house: e-mail, ntfy, text messages, web push, whatever the clinic has configured."""
