-- severity: medium
-- family: own
-- definition: A fiat withdrawal takes out at least nine tenths of what a fiat deposit brought in less than a day before.
-- finds: A deposit of 1,000.00 EUR at ten, and a withdrawal of 950.00 EUR at noon.
-- silent: A withdrawal of 500.00 EUR at noon; one of 950.00 EUR two days later; one that FAILED.
-- action: Look whether the account is only passed through, as your rules against money laundering say.
-- settings: windowHours = 24, exceptCustomers = none
-- rests on: customer
-- accepts: counterpart_id
WITH settled AS (
  SELECT * FROM recon.product_record WHERE class = 'settled'
),
paired AS (
  SELECT w.stream, w.record_id, d.record_id AS deposit_id, w.customer_id, w.currency, w.amount, d.amount AS deposited,
    w.created_at, d.created_at AS deposited_at
  FROM settled AS w
  JOIN settled AS d ON d.stream = 'fiat_deposits' AND d.customer_id = w.customer_id AND d.currency = w.currency
    AND d.created_at <= w.created_at
    AND d.created_at > w.created_at - to_hours(recon.number_of('OWN_PAYOUT_SOON', 'windowHours'))
  WHERE w.stream = 'fiat_withdrawals' AND w.amount <= d.amount AND w.amount * 10 >= d.amount * 9
    AND NOT list_contains(recon.words_of('OWN_PAYOUT_SOON', 'exceptCustomers'), w.customer_id)
)
SELECT stream, record_id, deposit_id AS counterpart_id, customer_id, currency, amount AS actual,
  concat(recon.money(amount, currency), ' went out at ', recon.moment(created_at), ', and ', recon.money(deposited, currency),
    ' had come in at ', recon.moment(deposited_at)) AS detail
FROM paired
-- A withdrawal is one case, beside the deposit that it is nearest to.
QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY deposited_at DESC, deposit_id) = 1
