-- about: Records of the judged run that the contract cannot read, each with what of it can be read.
-- kind: table
-- customer_id: The customer whose list it stood on.
-- stream: The list.
-- record_id: Its id; NULL where that cannot be read, so that it may be any record of the list.
-- place: customer/list/page/place on the page, for one whose id cannot be read.
-- name: What it is called in a sentence.
-- reason: What is wrong with it.
-- readable: Its columns that can be read: a text, or NULL where the record says none. A column that is missing here cannot be read; recon.may_be(readable, column, value) says whether it may hold a value.
WITH placed AS (
  -- A chain that was restarted, or looked back on, brings a record again: its last place counts.
  SELECT *, row_number() OVER (PARTITION BY customer_id, stream, payload ORDER BY chain DESC, sequence, item_index) AS nth
  FROM raw.quarantine WHERE run_id = recon.run()
)
SELECT customer_id, stream, record_id, reason, CAST(CAST(coalesce(readable, '{}') AS JSON) AS MAP(VARCHAR, VARCHAR)) AS readable,
  concat_ws('/', customer_id, stream, sequence, item_index) AS place,
  concat(stream, ' ', coalesce(record_id, concat('on page ', sequence, ', place ', item_index + 1)), ', which cannot be read (', reason, ')') AS name
FROM placed WHERE nth = 1
