-- about: What records whose money must be looked at mean for a balance, leg by leg, as recon.movement says it. Read once for all that asks.
-- kind: table
SELECT m.* FROM recon.movement AS m
SEMI JOIN recon.suspect AS s ON s.resource_type = m.resource_type AND s.record_id = m.record_id
