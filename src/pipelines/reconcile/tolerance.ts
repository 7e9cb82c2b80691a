/**
 * SQL for what may differ: the larger of an absolute amount and a share of the expected amount; zero unless configured.
 * The share is taken of the whole part and of the fraction apart, because DECIMAL(38,18) times a rate does not fit.
 */
export const toleranceOf = (currency: string, expected: string): string => {
  const size = `abs(${expected})`
  const whole = `CAST(CAST(trunc(${size}) AS DECIMAL(20,0)) * l.rate AS DECIMAL(38,18))`
  const fraction = `CAST(CAST(${size} - trunc(${size}) AS DECIMAL(19,18)) * l.rate AS DECIMAL(38,18))`
  return `coalesce((SELECT greatest(l.absolute, coalesce(TRY(${whole} + ${fraction}), 0)) FROM tolerances AS l WHERE l.currency = ${currency}), 0)`
}
