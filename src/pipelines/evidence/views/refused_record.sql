-- about: Product records of the judged run that the contract cannot read, column by column. NULL cannot be read, and may be anything; an empty text says none.
-- kind: table
-- stream: The list.
-- noun: What a person calls the record.
-- record_id: Its id; NULL where that cannot be read, so that it may be any of its customer's.
-- customer_id: The customer on whose list it stood.
-- name: What it is called in a sentence.
-- status: Its status.
-- class: The class of its status: open, settled, void, undone, or unknown.
-- currency: Its currency; of a conversion the one that it takes.
-- network: Its network.
-- amount: Its amount.
-- tx_hash: Its transaction hash.
-- reference: Its reference.
-- quote_id: The quote that it names.
-- checkout_id: The checkout that it names.
-- place: Where on its chain the money came to or went from; of a refund the deposit that it sends back.
-- created_at: When it was created.
SELECT f.stream, p.noun, f.record_id, f.customer_id, f.name, recon.text_if_readable(f.readable, 'status') AS status,
  CASE WHEN recon.can_read(f.readable, 'status') THEN coalesce(s.class, 'unknown') END AS class,
  recon.currency_name(recon.text_if_readable(f.readable, CASE p.stream WHEN 'conversions' THEN 'from_currency' ELSE 'currency' END)) AS currency,
  recon.network_name(recon.text_if_readable(f.readable, 'network')) AS network,
  TRY_CAST(f.readable[CASE p.stream WHEN 'conversions' THEN 'from_amount' ELSE 'amount' END] AS DECIMAL(38,18)) AS amount,
  recon.text_if_readable(f.readable, 'tx_hash') AS tx_hash, recon.text_if_readable(f.readable, 'reference') AS reference,
  recon.text_if_readable(f.readable, 'quote_id') AS quote_id, recon.text_if_readable(f.readable, 'checkout_id') AS checkout_id,
  recon.text_if_readable(f.readable, p.place_column) AS place, TRY_CAST(f.readable['created_at'] AS TIMESTAMPTZ) AS created_at
FROM recon.refused AS f
JOIN recon.product AS p ON p.stream = f.stream
LEFT JOIN recon.statuses AS s ON s.stream = f.stream AND s.status = f.readable['status']
