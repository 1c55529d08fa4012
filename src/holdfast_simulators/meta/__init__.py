"""What Instagram and WhatsApp share: the Graph API's errors, tokens, signatures and subscriptions."""
