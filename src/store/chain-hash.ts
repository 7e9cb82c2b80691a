/**
 * One hash for each partition of a run, over all that its last chain was read from: customer_id, stream and chain_sha256,
 * in lower-case hex. Takes $1, the run.
 *
 * The hash is over one line a page, joined by line breaks: part, sequence, SHA-256 of the cursor that asked, SHA-256 of the
 * body as received, SHA-256 of the cursor that was given, items. A cursor that is absent is written as a hyphen. Cursors
 * enter as hashes, because they are opaque and might hold anything, a line break too. Pages of the chain come first, then
 * those of the look back, each by sequence. A page that could not be read belongs to no chain, and begins none.
 */
export const chainHashes = `
  WITH last_chain AS (
    SELECT customer_id, stream, max(chain) AS chain FROM raw.pages WHERE run_id = $1 AND fault IS NULL
    GROUP BY customer_id, stream
  ),
  chain_page AS (
    SELECT page.* FROM raw.pages AS page JOIN last_chain USING (customer_id, stream, chain)
    WHERE page.run_id = $1 AND page.fault IS NULL
  ),
  line AS (
    SELECT customer_id, stream, sequence, CASE part WHEN 'chain' THEN 1 ELSE 2 END AS part_order,
      concat_ws('|', part, sequence, coalesce(sha256(cursor_in), '-'), sha256, coalesce(sha256(cursor_out), '-'), items) AS line
    FROM chain_page
  )
  SELECT customer_id, stream, sha256(string_agg(line, chr(10) ORDER BY part_order, sequence)) AS chain_sha256
  FROM line GROUP BY customer_id, stream`
