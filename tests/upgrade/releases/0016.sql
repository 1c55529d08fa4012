INSERT INTO member_alias (guest_id, member_id, at) VALUES ('mem_guest', (SELECT MIN(id) FROM member), 1790000000000);
