-- severity: critical
-- family: references
-- definition: A record names an account, wallet or beneficiary of another customer, or of another currency or network than its own.
-- finds: A withdrawal to a bank account that is another customer's, or was the customer's own until a night saw it on the other's list; a deposit of USDT on TRON to a wallet for ETH on ETHEREUM.
-- silent: A withdrawal that FAILED; one to an account that was the customer's own when it was created; one by a quote, to an account of the quote's other currency.
-- action: Ask the partner where the money is, and hold what is still open.
-- rests on: run
-- accepts: counterpart_id, owner, held_as
-- unproven when: The customer's list of accounts was not read to its end, or holds one that cannot be read and is the one, or could be.
SELECT CASE WHEN obstacle IS NULL THEN 'exception' ELSE 'unproven' END AS outcome, obstacle,
  stream, record_id, account_id AS counterpart_id, customer_id, currency, amount AS actual, owner, held_as,
  concat(recon.titled(noun), ' of ', concat_ws(' on ', recon.money(amount, currency), nullif(network, '')), ' names ', account_noun, ' ', account_id,
    CASE WHEN own_account THEN concat(', which is for ', held_as) ELSE concat(', which belongs to customer ', owner) END) AS detail
FROM (
  SELECT *, coalesce(unread, refused) AS obstacle
  FROM recon.stray_account WHERE own_account OR owner IS NOT NULL
)
