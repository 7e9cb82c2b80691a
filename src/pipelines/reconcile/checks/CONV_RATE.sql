-- severity: high
-- family: conversions
-- definition: A conversion's toAmount is not what its rate makes of fromAmount, beyond one unit of toCurrency's last place, the tolerance, and what the rate's own last printed place leaves open.
-- finds: 100.00 EUR at a rate of 1.0873 that made 108.75 USD; a million at 0.9231 that made 923,350.00.
-- silent: 99.99 EUR at a rate of 1.0873 that made 108.72 or 108.71 USD, exactly 108.719127; a million at 0.9231 that made 923,076.92, because 0.9231 may stand for 0.92307692.
-- action: Ask the partner for the exact rate, and to correct the amount. Where fees are taken before or after the rate, configure conversionFee.
-- settings: tolerance
-- rests on: customer
-- accepts: currency, difference
-- unproven when: toAmount is not exact but less than one whole unit off, in a currency whose places are not known (currencyPlaces).
WITH priced AS (
  -- In units of 10^-18, exactly.
  SELECT *, recon.product_floor(given, rate) AS least, recon.product_ceiling(given, rate) AS most, recon.units(made) AS made_units,
    recon.places(to_currency) AS places_known,
    -- Half of the rate's last place, times the amount.
    abs(recon.units(given)) // CAST(rpad('2', rate_places::INTEGER + 1, '0') AS HUGEINT) AS left_open
  FROM recon.conversion
),
bounded AS (
  SELECT *, recon.of_units(least) AS expected, recon.tolerance('CONV_RATE', to_currency, recon.of_units(least)) AS accepted,
    CAST(rpad('1', 19 - coalesce(places_known, 0), '0') AS HUGEINT) AS last_place
  FROM priced
),
allowed AS (
  SELECT *, TRY(last_place + left_open + recon.units(accepted)) AS margin FROM bounded
),
judged AS (
  SELECT *, coalesce(TRY(most - made_units) > margin OR TRY(made_units - least) > margin, TRUE) AS is_off,
    least = made_units AND most = made_units AS is_exact
  FROM allowed
)
SELECT CASE WHEN is_off THEN 'exception' ELSE 'unproven' END AS outcome,
  CASE WHEN NOT is_off THEN concat('the places of ', to_currency, ' are not known (currencyPlaces in the configuration)') END AS obstacle,
  'conversions' AS stream, conversion_id AS record_id, quote_id AS counterpart_id, customer_id, to_currency AS currency,
  expected, made AS actual, recon.of_units(margin) AS tolerance,
  concat(recon.money(given, from_currency), ' at a rate of ', recon.plain(rate), ' is ', coalesce(recon.money(expected, to_currency), 'more than can be stored'),
    ', and not ', recon.money(made, to_currency)) AS detail
FROM judged WHERE is_off OR places_known IS NULL AND NOT is_exact
