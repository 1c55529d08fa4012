"""What messages show of their deliveries, kept on the messages themselves."""
