/*
 * Two DECIMAL(38,18) multiplied without rounding. DuckDB's own product would need 76 digits and overflows, so each factor
 * is taken apart at its point and multiplied in whole numbers (HUGEINT, 38 digits):
 *
 *   (a + b/S) × (c + d/S) = a×c + (a×d + b×c)/S + b×d/S²     with S = 10^18 and b, d < S
 *
 * Every partial product but a×c is below 10^38; where that one is not, the product is no amount at all and becomes NULL.
 */

const scale = "1000000000000000000::HUGEINT"

const part = (value: string, which: 1 | 2): string =>
  `CAST(split_part(CAST(abs(${value}) AS VARCHAR), '.', ${which}) AS HUGEINT)`

/** Units of 10^-18 of a decimal, with its sign; always fits. */
export const unitsOf = (value: string): string => `CAST(replace(CAST(${value} AS VARCHAR), '.', '') AS HUGEINT)`

/** A count of 10^-18 as a decimal; NULL where it leaves DECIMAL(38,18). */
export const decimalOf = (units: string): string =>
  `TRY_CAST(CASE WHEN ${units} < 0 THEN '-' ELSE '' END || CAST(abs(${units}) // ${scale} AS VARCHAR) || '.' || lpad(CAST(abs(${units}) % ${scale} AS VARCHAR), 18, '0') AS DECIMAL(38,18))`

/**
 * SQL that adds to each row of `source` the product of two of its DECIMAL(38,18) columns: `floor_units` and
 * `ceiling_units`, the product in units of 10^-18 rounded down and up, equal where it is exact at 18 decimals. Both are
 * NULL where the product is 1.7 × 10^20 or more, which is beyond every amount.
 */
export const withExactProduct = (source: string, left: string, right: string): string => `
        SELECT * EXCLUDE (a, b, c, d, size, has_dust, is_negative),
          CASE WHEN is_negative THEN -size - has_dust ELSE size END AS floor_units,
          CASE WHEN is_negative THEN -size ELSE size + has_dust END AS ceiling_units
        FROM (
          SELECT *, (${left} < 0) <> (${right} < 0) AS is_negative, CAST(b * d % ${scale} > 0 AS HUGEINT) AS has_dust,
            TRY(a * c * ${scale} + a * d + b * c + b * d // ${scale}) AS size
          FROM (
            SELECT *, ${part(left, 1)} AS a, ${part(left, 2)} AS b, ${part(right, 1)} AS c, ${part(right, 2)} AS d FROM ${source}
          )
        )`
