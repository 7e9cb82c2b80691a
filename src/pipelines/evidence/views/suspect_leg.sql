-- about: What records whose money must be looked at mean for a balance, leg by leg, as recon.movement says it. Read once for all that asks.
-- kind: table
SELECT m.* FROM recon.movement AS m
SEMI JOIN recon.suspect_key AS s ON s.key = hash(m.resource_type, m.record_id)
