-- about: Records whose money is looked at: those of recon.suspect_key, by their names.
-- kind: table
-- resource_type: How transactions name the record's kind.
-- record_id: The record; a transaction may name one that does not exist.
SELECT resource_type, record_id FROM recon.suspect_leg
UNION
SELECT resource_type, record_id FROM recon.named_transaction
