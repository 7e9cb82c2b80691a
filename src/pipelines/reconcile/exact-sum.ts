/*
 * A sum of DECIMAL(38,18) ends with an error where it leaves the type, and one such sum would end the run. So whole units
 * and what follows the point are summed apart, which cannot overflow, and are put together only where they fit.
 */

export const sumOfWhole = (amount: string): string => `sum(CAST(trunc(${amount}) AS HUGEINT))`

export const sumOfRest = (amount: string): string => `sum(${amount} - trunc(${amount}))`

/** The sum from its two parts; NULL where it leaves DECIMAL(38,18). */
export const joinedSum = (whole: string, rest: string): string => `TRY(CAST(${whole} AS DECIMAL(38,18)) + ${rest})`
