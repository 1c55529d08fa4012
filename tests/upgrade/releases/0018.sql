INSERT INTO channel_call (channel, genuine_at, forged_at, asked_at, misasked_at)
VALUES ('instagram:shop', 1790000000000, 1790000001000, 1790000002000, 0);
