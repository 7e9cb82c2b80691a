/**
 * What a check found of a record, and of no amount of its own (it is old, it vanished, it names what is not there), is
 * about the record's amount: so a person sees what is at stake, and finds it by its currency. Changes recon.finding.
 */
export const recordMoneySql = `
  UPDATE recon.finding SET currency = m.currency, actual = m.amount
  FROM (
    SELECT k.stream, k.record_id, k.currency, k.amount FROM recon.known_record AS k
    SEMI JOIN (SELECT * FROM recon.finding WHERE currency IS NULL) AS f ON f.stream = k.stream AND f.record_id = k.record_id
  ) AS m
  WHERE m.stream = finding.stream AND m.record_id = finding.record_id AND finding.currency IS NULL`
