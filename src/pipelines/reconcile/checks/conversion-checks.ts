import { toleranceOf } from "../../evidence/tolerance.ts"
import type { Check } from "../check.ts"
import { decimalOf, unitsOf, withExactProduct } from "../exact-product.ts"
import { missingNamedSql, type Naming, unprovenNamedSql, unprovenWhenNamed } from "../named-record.ts"
import { unjudgedCases } from "../unjudged-cases.ts"

const quoteOfConversion: Naming = {
  stream: "conversions",
  id: "conversion_id",
  names: "quote_id",
  namedStream: "conversion_quotes",
  namedId: "quote_id",
  noun: "quote",
}

/**
 * Conversions with what their rate makes of fromAmount, compared in units of 10^-18 of toCurrency. A currency whose
 * places are not known is written without any, as in the reports, so that only a whole unit more or less is certainly wrong.
 */
const rated = `
      WITH exact AS (${withExactProduct("main.conversions", "from_amount", "rate")}
      ),
      priced AS (
        SELECT e.*, k.places IS NOT NULL AS has_places, CAST(rpad('1', 19 - coalesce(k.places, 0), '0') AS HUGEINT) AS last_place,
          ${unitsOf("to_amount")} AS to_units, ${decimalOf("floor_units")} AS expected
        FROM exact AS e LEFT JOIN recon.currencies AS k ON k.currency = e.to_currency
      ),
      bounded AS (
        SELECT *, ${toleranceOf("to_currency", "expected")} AS tolerance FROM priced
      ),
      rated AS (
        SELECT *,
          coalesce(
            TRY(ceiling_units - to_units) > last_place + ${unitsOf("tolerance")}
              OR TRY(to_units - floor_units) > last_place + ${unitsOf("tolerance")}, TRUE) AS is_off
        FROM bounded
      )`

/** Conversions by the quote that they took; one of an unknown status may be void or not. */
const takenInTurn = `
      WITH taken AS (
        SELECT c.conversion_id, c.customer_id, c.quote_id, c.created_at, s.class IS NOT NULL AS is_known
        FROM main.conversions AS c LEFT JOIN recon.statuses AS s ON s.stream = 'conversions' AND s.status = c.status
        WHERE s.class IS DISTINCT FROM 'void'
      ),
      shared AS (SELECT quote_id FROM taken GROUP BY quote_id HAVING count(*) > 1),
      in_turn AS (
        SELECT *, last_value(CASE WHEN is_known THEN conversion_id END IGNORE NULLS) OVER before AS earlier_id,
          count(*) OVER before > 0 AS is_later
        FROM taken SEMI JOIN shared USING (quote_id)
        WINDOW before AS (
          PARTITION BY quote_id ORDER BY created_at, conversion_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
      )`

export const conversionChecks: ReadonlyArray<Check> = [
  {
    code: "CONV_RATE",
    severity: "high",
    family: "conversions",
    definition:
      "A conversion's toAmount differs from fromAmount × rate by more than one unit of toCurrency's last place plus tolerance.",
    query: `${rated}
      SELECT 'conversions' AS stream, conversion_id AS record_id, quote_id AS counterpart_id, customer_id, to_currency AS currency,
        expected, to_amount AS actual, TRY(tolerance + ${decimalOf("last_place")}) AS tolerance,
        concat(plain(from_amount), ' ', from_currency, ' at a rate of ', plain(rate), ' is not ', plain(to_amount), ' ', to_currency) AS detail
      FROM rated WHERE is_off`,
    ...unjudgedCases(
      `${rated}
      SELECT 'conversions' AS stream, conversion_id AS record_id FROM rated
      WHERE NOT is_off AND NOT has_places AND NOT (floor_units = to_units AND ceiling_units = to_units)`,
      "toAmount is not exact but less than one whole unit off, in a currency whose places are not known (currencyPlaces).",
    ),
    takes: ["tolerance"],
    finds: "100.00 EUR at a rate of 1.0873 that made 108.75 USD.",
    silent: "99.99 EUR at a rate of 1.0873 that made 108.72 or 108.71 USD; exactly it is 108.719127.",
  },
  {
    code: "CONV_QUOTE_MISSING",
    severity: "high",
    family: "conversions",
    definition: "A conversion past its grace names a quote that does not exist, or that belongs to another customer.",
    query: missingNamedSql(quoteOfConversion),
    ...unjudgedCases(unprovenNamedSql(quoteOfConversion), unprovenWhenNamed(quoteOfConversion)),
    takes: ["grace"],
    finds: "A conversion whose quoteId is on no list of quotes, although the customer's was read to its end.",
    silent:
      "A conversion whose quote is there and EXPIRED, one whose quote is in quarantine, or one that is half an hour old.",
  },
  {
    code: "CONV_QUOTE_DEVIATION",
    severity: "high",
    family: "conversions",
    definition: "A conversion's rate or pair of currencies differs from its quote's.",
    // Rates stand in the sentence alone: expected and actual are amounts of a currency.
    query: `
      SELECT 'conversions' AS stream, c.conversion_id AS record_id, c.quote_id AS counterpart_id, c.customer_id,
        concat('quoted ', q.from_currency, ' to ', q.to_currency, ' at ', plain(q.rate), ', converted ', c.from_currency, ' to ', c.to_currency,
          ' at ', plain(c.rate)) AS detail
      FROM main.conversions AS c
      JOIN main.conversion_quotes AS q ON q.quote_id = c.quote_id AND q.customer_id = c.customer_id
      WHERE q.rate <> c.rate OR q.from_currency <> c.from_currency OR q.to_currency <> c.to_currency`,
    unproven: null,
    finds: "A conversion at 1.0873 on a quote of 1.0874, or to USD on a quote to SGD.",
    silent: "A conversion of less than was quoted, at the rate that was quoted.",
  },
  {
    code: "CONV_QUOTE_EXPIRED",
    severity: "high",
    family: "conversions",
    definition: "A conversion was created after its quote had expired.",
    query: `
      SELECT 'conversions' AS stream, c.conversion_id AS record_id, c.quote_id AS counterpart_id, c.customer_id,
        concat('created at ', moment(c.created_at), ', and its quote had expired at ', moment(q.expires_at)) AS detail
      FROM main.conversions AS c
      JOIN main.conversion_quotes AS q ON q.quote_id = c.quote_id AND q.customer_id = c.customer_id
      WHERE c.created_at > q.expires_at`,
    unproven: null,
    finds: "A conversion created at 12:15 on a quote that had expired at 12:10.",
    silent: "A conversion created at 12:09 and completed at 12:15.",
  },
  {
    code: "CONV_QUOTE_REUSED",
    severity: "critical",
    family: "conversions",
    definition: "A conversion takes a quote that an earlier conversion had taken, and neither is void.",
    query: `${takenInTurn}
      SELECT 'conversions' AS stream, conversion_id AS record_id, earlier_id AS counterpart_id, customer_id,
        concat('quote ', quote_id, ' had been taken by conversion ', earlier_id) AS detail
      FROM in_turn WHERE is_known AND earlier_id IS NOT NULL`,
    ...unjudgedCases(
      `${takenInTurn}
      SELECT 'conversions' AS stream, conversion_id AS record_id FROM in_turn
      WHERE is_later AND NOT (is_known AND earlier_id IS NOT NULL)`,
      "One of the two has a status outside the contract, and may be void or not.",
    ),
    finds: "Two conversions that name one quote, the first COMPLETED, the second PENDING.",
    silent: "Two conversions that name one quote, the first FAILED.",
  },
]
