-- Who has put away the card that tells how an incident ended; who: agent:<id> or api:<token name>.
CREATE TABLE incident_dismissed (
    incident_id TEXT NOT NULL REFERENCES incident(id),
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, who)
);
CREATE INDEX incident_dismissed_age ON incident_dismissed (at);
